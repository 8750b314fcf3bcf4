"""`tutela notices`: files of notices in, and the erasure of one."""

import asyncio
import getpass
from typing import Annotated
from uuid import UUID

import typer

from tutela.cli.attachment import attached, house_of
from tutela.cli.importing import import_notices
from tutela.cli.mappings import mappings
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.intake.erasure import Erased, Erasing, erase, would_erase

notices = typer.Typer(no_args_is_help=True, help="Notices from a file; erasure.")
notices.command("import")(import_notices)
notices.add_typer(mappings, name="mapping")


@notices.command("erase")
@spread
def erase_notice(
    notice_id: Annotated[UUID, typer.Argument(metavar="ID", help="Which notice.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept, sealed, with the erasure.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only look.")] = False,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Destroy what a notice says, for ever; only looks unless --yes is given."""
    erasing = Erasing(notice_id=notice_id, reason=reason, erased_by=getpass.getuser())
    with attached(where) as attachment:

        async def run() -> Erased:
            async with house_of(attachment) as house:
                if not yes:
                    return await would_erase(house.pool, notice_id=notice_id)
                return await erase(
                    house.pool,
                    erasing=erasing,
                    keys=house.keys,
                    now=house.clock(),
                    chance=house.chance,
                )

        erased = asyncio.run(run())
    state = "erased before" if not erased.fresh else "erased" if yes else "would be erased"
    if as_json:
        print_json({"id": str(notice_id), "state": state.replace(" ", "_")})
    elif state == "would be erased":
        print(f"{notice_id} would be erased; nothing was changed. Add --yes to do it.")
    elif state == "erased":
        print(f"{notice_id} erased")
    else:
        print(f"{notice_id} was erased before")
