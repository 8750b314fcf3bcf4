"""`tutela lists`: which lists there are, how old they are, and what is taken back of them."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from tutela import app
from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.list_files import import_list
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.detection.lists import changing, importing, register, verdicts
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import BadLine, Family, Kind, Row
from tutela.detection.lists.errors import ListFileUnfit, ListUnfit
from tutela.detection.lists.exchange import following
from tutela.detection.lists.exchange.following import Exchange, ExchangeStanding
from tutela.detection.lists.exchange.pages import Api
from tutela.detection.lists.importing import Asked
from tutela.detection.lists.register import Change, ListStanding, Terms, VersionTold
from tutela.detection.lists.room import Holder, ListName, ListRoom
from tutela.detection.lists.verdicts import EntryJudged, Judged, Verdict

_Found = TypeVar("_Found")
DAY = ["%Y-%m-%d"]
#: How old a list may be that an exchange keeps up to date, unless it was there before.
FOLLOWED_AGE = timedelta(days=2)

lists = typer.Typer(no_args_is_help=True, help="Lists of known material and terms.")
lists.command("import")(import_list)

NameOfList = Annotated[str, typer.Argument(metavar="NAME", help="The list.")]


class ListShown(msgspec.Struct, frozen=True, kw_only=True):
    """A list with its changes, the newest first; never an entry."""

    standing: ListStanding
    versions: list[VersionTold]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What a command did to a list."""

    list: str
    did: str
    entries: int | None = None


@lists.command("list")
@spread
def list_lists(*, of_service: OfService, as_json: AsJson = False, where: Where) -> None:
    """All lists of a service by their names, with how each stands."""

    async def look(house: House) -> list[ListStanding]:
        holder = Holder(tenant=of_service.tenant, service=of_service.service)
        return await register.standings(house.pool, now=house.clock(), holder=holder)

    found = _run(look, where=where)
    if as_json:
        print_json(found)
        return
    if not found:
        print("There is no list.")
    for each in found:
        _tell_standing(each)


@lists.command("show")
@spread
def show(name: NameOfList, *, of_service: OfService, as_json: AsJson = False, where: Where) -> None:
    """One list and its changes; its entries are shown to nobody."""
    named = _named(name, of_service=of_service)

    async def look(house: House) -> ListShown:
        standing = await register.standing_of(house.pool, name=named, now=house.clock())
        versions = await register.history(app.list_room(house), name=named)
        return ListShown(standing=standing, versions=versions)

    found = _run(look, where=where)
    if as_json:
        print_json(found)
        return
    _tell_standing(found.standing)
    for label in ("owner", "reason", "provenance", "licence"):
        print(f"  {label}: {getattr(found.standing, label) or '(not said)'}")
    for each in found.versions:
        print(
            f"  version {each.version}, {each.at}: {each.change}, {each.added} added, "
            f"{each.withdrawn} withdrawn, {each.refused} refused; by {each.said.get('by', '?')}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What of a list is taken back; one of the three."""

    entry: Annotated[
        list[int] | None, typer.Option(help="An entry, by its number in matches; again for more.")
    ] = None
    file: Annotated[
        Path | None, typer.Option(help="Entries a line each, as they were imported.")
    ] = None
    whole: Annotated[bool, typer.Option("--whole", help="The whole list, for ever.")] = False
    reason: Annotated[str, typer.Option(help="Why; kept, sealed, with the change.")] = ""

    @property
    def account(self) -> Account:
        """Who does it, and why."""
        return Account(by=getpass.getuser(), reason=self.reason)


@lists.command("withdraw")
@spread
def withdraw(
    name: NameOfList,
    *,
    taken_back: TakenBack,
    of_service: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Take entries back, or a whole list: at once they match no more, in every process."""
    named = _named(name, of_service=of_service)
    if sum(map(bool, (taken_back.entry, taken_back.file, taken_back.whole))) != 1:
        raise ListUnfit("Say one of --entry, --file and --whole.")

    async def act(house: House) -> Changed:
        room = app.list_room(house)
        if taken_back.whole:
            await changing.end(room, name=named, account=taken_back.account)
            return Changed(list=name, did="withdrawn")
        if taken_back.file is not None:
            count = await _withdraw_file(room, named=named, taken_back=taken_back)
        else:
            count = await changing.withdraw_entries(
                room, name=named, entries=taken_back.entry or [], account=taken_back.account
            )
        return Changed(list=name, did="entries_withdrawn", entries=count)

    _tell(_run(act, where=where), as_json=as_json)


@lists.command("expire")
@spread
def expire(
    name: NameOfList,
    *,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY, help="The day (UTC) from which nothing of it matches; else never."
        ),
    ] = None,
    of_service: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Set, move or take away the day on which a list ends."""
    named = _named(name, of_service=of_service)
    expires_at = None if on is None else on.replace(tzinfo=UTC)

    async def act(house: House) -> Changed:
        account = Account(by=getpass.getuser())
        room = app.list_room(house)
        await changing.set_expiry(room, name=named, expires_at=expires_at, account=account)
        return Changed(list=name, did="expiry_set" if expires_at else "expiry_removed")

    _tell(_run(act, where=where), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Which exchange a list follows."""

    api: Annotated[Api, typer.Option(metavar="API", help=f"{', '.join(Api)}.")]
    url: Annotated[str, typer.Option(help="Where it is, without the name of a call.")]
    credentials: Annotated[
        Path, typer.Option(help="The file of name and password, read again each time.")
    ]
    every_minutes: Annotated[int, typer.Option(min=1, help="Between two readings.")] = 60


@lists.command("follow")
@spread
def follow(
    name: NameOfList,
    *,
    followed: Followed,
    of_service: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Let a list of hashes follow a hotline's exchange; needs the extra `exchange`."""
    named = _named(name, of_service=of_service)
    exchange = Exchange(
        api=followed.api,
        url=followed.url,
        credentials_file=followed.credentials.absolute(),
        every=timedelta(minutes=followed.every_minutes),
    )

    async def act(house: House) -> Changed:
        room = app.list_room(house)
        if not await register.standings(room.pool, now=room.clock(), holder=named, name=named.name):
            await importing.begin(room, name=named, family=Family.HASHES, terms=_terms(followed))
        await following.follow(room, name=named, exchange=exchange)
        return Changed(list=name, did="follows")

    _tell(_run(act, where=where), as_json=as_json)


@lists.command("unfollow")
@spread
def unfollow(
    name: NameOfList, *, of_service: OfService, as_json: AsJson = False, where: Where
) -> None:
    """Let a list follow no exchange any more; it keeps what it has."""
    named = _named(name, of_service=of_service)

    async def act(house: House) -> Changed:
        await following.unfollow(app.list_room(house), name=named)
        return Changed(list=name, did="follows_none")

    _tell(_run(act, where=where), as_json=as_json)


@lists.command("exchanges")
@spread
def list_exchanges(*, as_json: AsJson = False, where: Where) -> None:
    """The exchanges that lists follow, and whether each could be read."""

    async def look(house: House) -> list[ExchangeStanding]:
        return await following.exchanges(house.pool)

    found = _run(look, where=where)
    if as_json:
        print_json(found)
        return
    if not found:
        print("No list follows an exchange.")
    for each in found:
        how = each.failure or f"read last at {each.succeeded_at or 'no time yet'}"
        print(f"{each.tenant}/{each.service} {each.list}: {each.api} at {each.url}, {how}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reviewer found of a match."""

    entry: Annotated[int, typer.Option(help="The entry, by its number in the match.")]
    verdict: Annotated[Verdict, typer.Option(metavar="VERDICT", help=f"{', '.join(Verdict)}.")]
    reason: Annotated[str, typer.Option(help="Why; kept, sealed, with the verdict.")] = ""


@lists.command("judge")
@spread
def judge(
    name: NameOfList,
    *,
    found: Found,
    of_service: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Say what a reviewer found of what an entry matched; the exchange it came from is told."""
    named = _named(name, of_service=of_service)
    account = Account(by=getpass.getuser(), reason=found.reason)
    judged = Judged(entry=found.entry, verdict=found.verdict, account=account)

    async def act(house: House) -> Changed:
        await verdicts.give(app.list_room(house), name=named, judged=judged)
        return Changed(list=name, did=f"entry_{found.entry}_{found.verdict}")

    _tell(_run(act, where=where), as_json=as_json)


@lists.command("verdicts")
@spread
def list_verdicts(
    name: NameOfList, *, of_service: OfService, as_json: AsJson = False, where: Where
) -> None:
    """The entries that reviewers judged, those that were refuted most often first."""
    named = _named(name, of_service=of_service)

    async def look(house: House) -> list[EntryJudged]:
        return await verdicts.verdicts(app.list_room(house), name=named)

    found = _run(look, where=where)
    if as_json:
        print_json(found)
        return
    for each in found:
        gone = ", withdrawn" if each.withdrawn else ""
        print(
            f"entry {each.entry}: {each.confirmed} confirmed, {each.refuted} refuted, "
            f"{each.unclear} unclear; the exchange was told of {each.told}{gone}"
        )


@lists.command("confirm")
@spread
def confirm(
    name: NameOfList, *, of_service: OfService, as_json: AsJson = False, where: Where
) -> None:
    """Say that a list is still what it should be, so that it is not stale."""
    named = _named(name, of_service=of_service)

    async def act(house: House) -> Changed:
        await changing.confirm(app.list_room(house), name=named)
        return Changed(list=name, did="confirmed")

    _tell(_run(act, where=where), as_json=as_json)


async def _withdraw_file(room: ListRoom, *, named: ListName, taken_back: TakenBack) -> int:
    from tutela.detection.lists import lines

    standing = await register.standing_of(room.pool, name=named, now=room.clock())
    kind = Kind.TERMS if standing.family is Family.TERMS else None
    rows: list[Row | BadLine] = []
    for row in lines.read_lines(taken_back.file or Path(), kind=kind):
        if isinstance(row, BadLine):
            raise ListFileUnfit(
                f"{taken_back.file}, line {row.line}, {row.field}: {row.why}. Nothing was done."
            )
        rows.append(msgspec.structs.replace(row, gone=True))
    asked = Asked(
        name=named,
        family=standing.family,
        account=taken_back.account,
        change=Change.WITHDRAWN,
    )
    return (await importing.take(room, asked=asked, rows=rows)).withdrawn


def _terms(followed: Followed) -> Terms:
    provenance = f"the exchange {followed.api}"
    return Terms(owner=getpass.getuser(), provenance=provenance, longest_age=FOLLOWED_AGE)


def _run(act: Callable[[House], Awaitable[_Found]], *, where: Where) -> _Found:
    async def inside() -> _Found:
        async with house_of(attachment) as house:
            return await act(house)

    with attached(where) as attachment:
        return asyncio.run(inside())


def _named(name: str, *, of_service: OfService) -> ListName:
    return ListName(tenant=of_service.tenant, service=of_service.service, name=name)


def _tell(done: Changed, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    elif done.entries is None:
        print(f"{done.list}: {done.did.replace('_', ' ')}")
    else:
        print(f"{done.list}: {done.entries} {done.did.replace('_', ' ')}")


def _tell_standing(found: ListStanding) -> None:
    counted = ", ".join(f"{count} {kind}" for kind, count in found.entries.items()) or "no entries"
    age = timedelta(seconds=found.age_seconds)
    longest = timedelta(seconds=found.longest_age_seconds)
    print(
        f"{found.list}: {found.standing}, version {found.version}, {counted}, "
        f"{found.withdrawn} of them withdrawn; {age} old, at most {longest}"
    )
