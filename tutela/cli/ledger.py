"""`tutela ledger`: the record, for those who check it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tutela import app
from tutela.access.founding import MAIN
from tutela.access.services import find
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.ledger.export import Exported, Wanted, export

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
            f"{exported.heads} heads, {exported.cosignatures} cosignatures of log {exported.log_id}"
        )


async def _export(
    attachment: Attachment, *, tenant: str, file: Path, tell: Callable[[int, int], None]
) -> Exported:
    async with house_of(attachment) as house:
        log_id = (await find(house.pool, tenant=tenant)).log_id
        if not attachment.service_may_run:
            await app.sequencer(house).sequence_all()
        wanted = Wanted(tenant=tenant, log_id=log_id, at=house.clock(), progress=tell)
        return await export(house.pool, wanted=wanted, path=file)
