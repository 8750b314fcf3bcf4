"""`tutela guard probe`: every surface of the platform is asked now whether it holds."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tutela.app.probing import prober
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.guard.propagation.configured import ProbesUnfit, read_probes
from tutela.guard.propagation.judging import Finding, FindingKind, SurfaceSeen
from tutela.settings import read_settings


class SurfaceFound(msgspec.Struct, frozen=True, kw_only=True):
    """How one surface was found."""

    service: str
    name: str
    surface: str
    ok: bool
    state: str
    why: str | None
    version: int | None
    newest: int
    lag_seconds: float
    asked: int
    unanswered: int
    findings: tuple[Finding, ...]


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """The document of `tutela guard probe --json`."""

    ok: bool
    leaks: int
    surfaces: tuple[SurfaceFound, ...]


def join(group: typer.Typer) -> None:
    """Makes the command one of the group's."""
    group.command("probe")(probe)


@spread
def probe(
    *,
    probes: Annotated[
        Path | None, typer.Option(help="The surfaces to ask. [TUTELA_GUARD_PROBES]")
    ] = None,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Ask every surface of the platform now; exit 1 unless each is known to hold."""
    file = _file(probes)
    with attached(where) as attachment:
        found = asyncio.run(_asked(attachment, file=file))
    told = tuple(_told(each) for each in found)
    ok = all(each.ok for each in told)
    if as_json:
        print_json(Probed(ok=ok, leaks=_leaks(told), surfaces=told))
    else:
        _show(told)
    if not ok:
        raise typer.Exit(1)


def _file(given: Path | None) -> Path:
    """The file that is asked by, once it was read: nothing is begun by one that can't be used."""
    file = read_settings(os.environ, given={"guard_probes": given}).guard_probes
    if file is None:
        raise ProbesUnfit("Name the surfaces: --probes FILE, or TUTELA_GUARD_PROBES.")
    read_probes(file)
    return file


async def _asked(attachment: Attachment, *, file: Path) -> list[SurfaceSeen]:
    async with house_of(attachment) as house, prober(house, file=file) as asking:
        with progress("Surfaces") as moved:
            return await asking.turn(moved)


def _told(seen: SurfaceSeen) -> SurfaceFound:
    names = {each.name for each in msgspec.structs.fields(SurfaceFound)} - {"ok"}
    return SurfaceFound(ok=seen.is_well, **{name: getattr(seen, name) for name in sorted(names)})


def _leaks(found: tuple[SurfaceFound, ...]) -> int:
    return sum(each.kind is FindingKind.LEAK for one in found for each in one.findings)


def _show(found: tuple[SurfaceFound, ...]) -> None:
    for each in found:
        version = "?" if each.version is None else each.version
        lag = f", {each.lag_seconds:.0f} s behind" if each.lag_seconds else ""
        why = f" ({each.why})" if each.why else ""
        print(
            f"{each.service} {each.name}: {each.state}{lag}{why}; version {version} of"
            f" {each.newest}; {each.asked} asked, {each.unanswered} unanswered"
        )
        for finding in each.findings:
            print(f"  {finding.kind}: {finding.what} ({finding.spelling}), {finding.shown} shown")
    well = sum(each.ok for each in found)
    print(f"{len(found)} surfaces, {well} known to hold, {_leaks(found)} leaks")
