"""`tutela statements submit`, `list` and `release`: what the Transparency Database has not yet."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from tutela import app
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.compliance.filing import claims, rounds
from tutela.compliance.filing.claims import FROM_THE_FIRST, Registry
from tutela.compliance.filing.configured import database_client
from tutela.compliance.filing.rounds import Round
from tutela.compliance.filing.sending import sender
from tutela.compliance.filing.settlement import Settled
from tutela.compliance.filing.standing import (
    CorrectionUnfit,
    Listed,
    Release,
    listing,
    release,
    standing,
)
from tutela.compliance.transparency import BATCH_LIMIT
from tutela.database.statistics import count_what_grew
from tutela.domain.states import FilingState

#: Statements that `list` shows unless told otherwise.
LISTED = 100

Tell = Callable[[int, int], None]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What `submit` did, and what is still due."""

    filed: int
    held: int
    refused: int
    postponed: int
    due: int
    broken_off: str | None = None


def join(group: typer.Typer) -> None:
    """Puts these commands into the group of statements."""
    group.command("submit")(submit_statements)
    group.command("list")(list_statements)
    group.command("release")(release_statement)


@spread
def submit_statements(
    *,
    endpoint: Annotated[
        str | None,
        typer.Option(help="The Transparency Database, if not TUTELA_TRANSPARENCY_URL."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="So many statements at most; all that are due.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Judge what is due; nothing leaves or changes.")
    ] = False,
    as_json: AsJson = False,
    where: Where,
) -> int:
    """File what is due with the Transparency Database; exit 1 where anything was not filed."""
    with attached(where) as attachment, progress("statements") as tell:
        work = (
            _judge(attachment, limit=limit, tell=tell)
            if dry_run
            else _submit(attachment, endpoint=endpoint, limit=limit, tell=tell)
        )
        summary = asyncio.run(work)
    if as_json:
        print_json(summary)
    else:
        _show(summary, dry_run=dry_run)
    return 1 if summary.held or summary.refused or summary.postponed or summary.broken_off else 0


@spread
def list_statements(
    *,
    state: Annotated[FilingState, typer.Option(help="Where they stand.")] = FilingState.HELD,
    limit: Annotated[int, typer.Option(min=1, help="So many at most, the oldest first.")] = LISTED,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Show statements in one state and why; kinds and places, never their words."""
    with attached(where) as attachment:
        found = asyncio.run(_listed(attachment, state=state, limit=limit))
    if as_json:
        print_json(found)
        return
    for each in found:
        print(f"{each.id}  {each.issued_at:%Y-%m-%d %H:%M}  {each.service}  {each.why or ''}")


@spread
def release_statement(
    statement_id: Annotated[UUID, typer.Argument(metavar="ID", help="As `list` shows it.")],
    *,
    corrected: Annotated[
        Path | None,
        typer.Option(help="A JSON object of texts by the database's fields, to send instead."),
    ] = None,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Let a held or refused statement go: as it is, or with corrected texts."""
    texts = None if corrected is None else read_texts(corrected)
    word = Release(statement_id=statement_id, corrected=texts)
    with attached(where) as attachment:
        asyncio.run(_release(attachment, word=word))
    if as_json:
        print_json({"id": statement_id, "state": FilingState.DUE})
    else:
        print(f"{statement_id} is due again")


def read_texts(file: Path) -> dict[str, str]:
    """The corrected texts in a file; raises CorrectionUnfit."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise CorrectionUnfit(f"{file}: no JSON object of texts can be read there.") from cause


async def _submit(
    attachment: Attachment, *, endpoint: str | None, limit: int | None, tell: Tell
) -> Summary:
    async with (
        house_of(attachment) as house,
        database_client(house.settings, url=endpoint) as client,
    ):
        await count_what_grew(house.pool)
        registry = app.registry(house)
        before = (await standing(house.pool, tenant=registry.tenant)).due
        most = before if limit is None else limit
        done = await rounds.file_due(
            registry,
            send=sender(client),
            limit=most,
            tell=lambda settled: tell(settled.total, most),
        )
        after = (await standing(house.pool, tenant=registry.tenant)).due
    return _summary(done, due=after)


def _summary(done: Round, *, due: int) -> Summary:
    broken_off = done.broken_off and (done.broken_off.detail or done.broken_off.title)
    counts = {name: getattr(done.settled, name) for name in Settled.__slots__}
    return Summary(**counts, due=due, broken_off=broken_off or None)


async def _judge(attachment: Attachment, *, limit: int | None, tell: Tell) -> Summary:
    async with house_of(attachment) as house:
        registry = app.registry(house)
        due = (await standing(house.pool, tenant=registry.tenant)).due
        counted = await _judged(registry, most=due if limit is None else limit, tell=tell)
    return Summary(filed=0, held=counted["held"], refused=0, postponed=0, due=due)


async def _judged(registry: Registry, *, most: int, tell: Tell) -> Counter[str]:
    counted: Counter[str] = Counter()
    after = FROM_THE_FIRST
    while counted.total() < most:
        size = min(BATCH_LIMIT, most - counted.total())
        batch = await claims.look(registry, after=after, limit=size)
        if not batch.statements:
            break
        ready, stopped = rounds.judged(registry, batch=batch)
        counted += Counter(ready=len(ready), held=len(stopped))
        tell(counted.total(), most)
        after = batch.last
    return counted


async def _listed(attachment: Attachment, *, state: FilingState, limit: int) -> list[Listed]:
    async with house_of(attachment) as house:
        tenant = house.settings.transparency_tenant
        return list(await listing(house.pool, tenant=tenant, state=state, limit=limit))


async def _release(attachment: Attachment, *, word: Release) -> None:
    async with house_of(attachment) as house:
        await release(app.registry(house), word=word)


def _show(summary: Summary, *, dry_run: bool) -> None:
    if dry_run:
        print(f"{summary.due} due, of which {summary.held} would be held; nothing left")
        return
    print(
        f"{summary.filed} filed, {summary.held} held, {summary.refused} refused,"
        f" {summary.postponed} postponed; {summary.due} due"
    )
    if summary.broken_off:
        print(f"broken off: {summary.broken_off}")
    if summary.held or summary.refused:
        print("`tutela statements list --state held` says why; `release` lets one go")
