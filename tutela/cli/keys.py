"""`tutela keys`: the keys that sign the record."""

import asyncio
from datetime import timedelta
from typing import Annotated

import msgspec
import typer

from tutela.access import keys as access_keys
from tutela.access.rotation import KnownKey, known_keys
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.database.pool import every_tenant_transaction
from tutela.domain import canonical
from tutela.ledger.rotation import LEAD, Rotation

keys = typer.Typer(no_args_is_help=True, help="The keys that sign the record.")


class ShownKey(msgspec.Struct, frozen=True, kw_only=True):
    """A signing key; `held` where its secret lies in the key folder."""

    key_id: str
    valid_from: str
    valid_to: str | None
    introduced_by: str | None
    signs_now: bool
    held: bool


@keys.command("show")
@spread
def show(*, as_json: AsJson = False, where: Where) -> None:
    """Every key that signs or signed here, and when."""
    with attached(where) as attachment:
        shown = asyncio.run(_shown(attachment))
    if as_json:
        print_json(shown)
        return
    for each in shown:
        until = each.valid_to or "now on"
        by = f", introduced by {each.introduced_by}" if each.introduced_by else ""
        now = ", signs now" if each.signs_now else ""
        here = "" if each.held else ", not in the key folder"
        print(f"{each.key_id}: from {each.valid_from} to {until}{by}{now}{here}")


@keys.command("rotate")
@spread
def rotate(
    *,
    overlap_hours: Annotated[
        float, typer.Option(min=0.1, max=24 * 366, help="How long both keys hold.")
    ] = 24.0,
    lead_seconds: Annotated[
        float, typer.Option(min=0, max=86_400, help="From now to its first signature.")
    ] = LEAD.total_seconds(),
    dry_run: Annotated[bool, typer.Option(help="Say what would happen; change nothing.")] = False,
    where: Where,
) -> None:
    """Introduce a new signing key by the old one; running processes take it up by themselves."""
    with attached(where) as attachment:
        times = (timedelta(seconds=lead_seconds), timedelta(hours=overlap_hours))
        print(asyncio.run(_rotate(attachment, times=times, dry_run=dry_run)))


async def _rotate(
    attachment: Attachment, *, times: tuple[timedelta, timedelta], dry_run: bool
) -> str:
    async with house_of(attachment) as house:
        rotation = Rotation(
            pool=house.pool,
            keys=house.keys,
            key_folder=house.settings.key_folder,
            lead=times[0],
            overlap=times[1],
            clock=house.clock,
            chance=house.chance,
        )
        if dry_run:
            old, begins, ends = await rotation.plan()
            told = f"a new key would sign from {canonical.timestamp(begins)}"
            return f"{told}; {old.key_id} would hold until {canonical.timestamp(ends)}"
        done = await rotation.rotate()
        told = f"{done.key_id} signs from {canonical.timestamp(done.valid_from)}"
        return f"{told}; {done.introduced_by} holds until {canonical.timestamp(done.old_valid_to)}"


async def _shown(attachment: Attachment) -> list[ShownKey]:
    async with house_of(attachment) as house:
        async with every_tenant_transaction(house.pool) as connection:
            known = await known_keys(connection)
        held = access_keys.signing_keys(house.settings.key_folder)
        return [_told(each, held=held, now=house.keys.key_id) for each in known]


def _told(key: KnownKey, *, held: dict[str, access_keys.SigningKey], now: str) -> ShownKey:
    return ShownKey(
        key_id=key.key_id,
        valid_from=canonical.timestamp(key.valid_from),
        valid_to=None if key.valid_to is None else canonical.timestamp(key.valid_to),
        introduced_by=key.introduced_by,
        signs_now=key.key_id == now,
        held=key.key_id in held,
    )
