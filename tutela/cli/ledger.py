"""`tutela ledger`: the record, for those who check it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer

from tutela import app
from tutela.access.founding import MAIN
from tutela.access.services import find
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.domain import canonical
from tutela.ledger.export import Exported, Wanted, export
from tutela.settings import BadSetting

ledger = typer.Typer(no_args_is_help=True, help="The record, for those who check it.")


@ledger.command("export")
@spread
def export_ledger(
    file: Annotated[Path, typer.Argument(help="Where the export goes.")],
    *,
    tenant: Annotated[str, typer.Option(help="Whose log.")] = MAIN,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Write the whole log to a file that `tutela-verify` checks without this service."""
    with attached(where) as attachment, progress("leaves") as tell:
        exported = asyncio.run(_export(attachment, tenant=tenant, file=file, tell=tell))
    if as_json:
        print_json(exported)
    else:
        print(
            f"{file}: {exported.leaves} leaves, {exported.receipts} receipts, "
            f"{exported.heads} heads, {exported.cosignatures} cosignatures, "
            f"{exported.stamps} stamps of log {exported.log_id}"
        )


class Stamped(msgspec.Struct, frozen=True):
    """Which head is stamped, and the time that the authority told."""

    log_id: str
    size: int
    stamped_at: str


@ledger.command("stamp")
@spread
def stamp(
    *,
    tenant: Annotated[str, typer.Option(help="Whose log.")] = MAIN,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Have the newest head stamped by the authority of TUTELA_TIMESTAMP_URL (RFC 3161)."""
    with attached(where) as attachment:
        if attachment.settings.timestamp_url is None:
            raise BadSetting("TUTELA_TIMESTAMP_URL names the authority, and is not set.")
        stamped = asyncio.run(_stamp(attachment, tenant=tenant))
    if as_json:
        print_json(stamped)
    else:
        print(f"log {stamped.log_id}: the head of size {stamped.size}, at {stamped.stamped_at}")


async def _stamp(attachment: Attachment, *, tenant: str) -> Stamped:
    async with house_of(attachment) as house, httpx.AsyncClient(trust_env=False) as client:
        log_id = (await find(house.pool, tenant=tenant)).log_id
        publisher = app.publisher(house, client=client)
        head, at = await publisher.stamp_newest(tenant=tenant, log_id=log_id)
    return Stamped(log_id, head.size, canonical.timestamp(at))


async def _export(
    attachment: Attachment, *, tenant: str, file: Path, tell: Callable[[int, int], None]
) -> Exported:
    async with house_of(attachment) as house:
        log_id = (await find(house.pool, tenant=tenant)).log_id
        if not attachment.service_may_run:
            await app.sequencer(house).sequence_all()
        wanted = Wanted(tenant=tenant, log_id=log_id, at=house.clock(), progress=tell)
        return await export(house.pool, wanted=wanted, path=file)
