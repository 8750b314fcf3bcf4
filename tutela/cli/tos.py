"""`tutela tos`: the versions of a service's terms, which decisions cite."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.decisions import terms as room
from tutela.decisions.endpoints import Station
from tutela.decisions.preparation import Mint
from tutela.decisions.terms import NewTerms, TermsVersion

_Found = TypeVar("_Found")

tos = typer.Typer(no_args_is_help=True, help="The versions of a service's terms.")

Version = Annotated[str, typer.Argument(help="Its name, as decisions cite it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was published of a version."""

    file: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, readable=True, help="The text, as published."),
    ]
    url: Annotated[str, typer.Option(help="Where anybody can read it.")]
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day in force.")
    ]
    summary: Annotated[
        list[str] | None, typer.Option(help="A language with a summary; again for more.")
    ] = None


@tos.command("add")
@spread
def add(
    version: Version,
    *,
    published: Published,
    of_service: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Register a version; the digest of its text goes into the ledger."""
    new = NewTerms(
        version=version,
        in_force_from=published.first.date(),
        url=published.url,
        sha256=hashlib.sha256(published.file.read_bytes()).digest(),
        summary_languages=tuple(published.summary or ()),
    )

    async def act(house: House) -> TermsVersion:
        mint = Mint(at=house.clock(), chance=house.chance)
        station = _station(of_service)
        return await room.register(
            house.pool, station=station, terms=new, keys=house.keys, mint=mint
        )

    _print_one(_run(act, where=where), as_json=as_json)


@tos.command("list")
@spread
def list_versions(*, of_service: OfService, as_json: AsJson = False, where: Where) -> None:
    """All versions by their first day."""

    async def look(house: House) -> list[TermsVersion]:
        return await room.versions(house.pool, station=_station(of_service))

    found = _run(look, where=where)
    if as_json:
        print_json(found)
        return
    for each in found:
        _print_one(each, as_json=False)


@tos.command("show")
@spread
def show(version: Version, *, of_service: OfService, as_json: AsJson = False, where: Where) -> None:
    """One version, with the digest of its text."""

    async def look(house: House) -> TermsVersion:
        return await room.version_of(house.pool, station=_station(of_service), version=version)

    _print_one(_run(look, where=where), as_json=as_json)


def _run(act: Callable[[House], Awaitable[_Found]], *, where: Where) -> _Found:
    async def inside() -> _Found:
        async with house_of(attachment) as house:
            return await act(house)

    with attached(where) as attachment:
        return asyncio.run(inside())


def _station(of_service: OfService) -> Station:
    return Station(tenant=of_service.tenant, service=of_service.service)


def _print_one(found: TermsVersion, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    last = f"to {found.in_force_to}" if found.in_force_to else "on"
    print(f"{found.version}: from {found.in_force_from} {last}, {found.url}, {found.sha256}")
