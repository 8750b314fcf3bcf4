"""Events of the platform that detection takes: content, edges, exposures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.detectors import Hashes, Item
from tutela.detection.pipeline import hashes
from tutela.detection.pipeline.keeping import Told, keep, keep_sample, key_of, looks
from tutela.detection.pipeline.matching import Country, Language, Tags
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.seeing import see
from tutela.domain.countries import is_country
from tutela.domain.events import Event
from tutela.domain.languages import is_language_tag
from tutela.domain.notice import Identifier, Subject, Surface
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError, TutelaError
from tutela.law.parameters import Unit, whole_number

RANK_MAX = 1_000_000

_sql = queries.load("tutela.detection.pipeline", file="detection.sql")

Kind = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class UnfitEvent(TutelaError):
    """An event says something that can't be."""

    code = "unfit_event"
    title = "The event can't be taken"
    status = 422


class ContentPosted(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something was said or shown: its words and the hashes of its medium, never the medium."""

    content_id: Identifier
    account_id: Identifier
    kind: Kind
    text: str | None = None
    hashes: Hashes | None = None
    language: Language | None = None
    tags: Tags = ()
    #: Where it stands; without it the kind says so.
    surface: Surface | None = None
    #: Where its author is; without it, as an event of the account said.
    country: Country | None = None


class EdgeSeen(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account is connected to another account or thing."""

    src: Identifier
    dst: Identifier
    kind: Kind
    weight: float | None = None


class ItemExposed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody was shown an item, in a place of a list; 1 is the first."""

    viewer: Identifier
    item: Identifier
    rank: Annotated[int, msgspec.Meta(ge=0, le=RANK_MAX)]
    surface: Surface
    arm: Kind | None = None
    score: float | None = None


#: What takes events of one type, of one caller, in the caller's transaction.
Handle = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A type of events: how one is read, and what takes many of one caller in a transaction."""

    struct: type[Event]
    handle: Handle


def kinds(room: DetectionRoom) -> Mapping[str, Taken]:
    """The types of events that detection takes."""

    async def contents(
        connection: Connection, *, caller: Caller, events: Sequence[ContentPosted]
    ) -> Sequence[TutelaError | None]:
        return await _look(connection, caller=caller, events=events, room=room)

    async def edges(
        connection: Connection, *, caller: Caller, events: Sequence[EdgeSeen]
    ) -> Sequence[TutelaError | None]:
        await _connect(connection, caller=caller, events=events, room=room)
        return [None] * len(events)

    async def exposures(
        connection: Connection, *, caller: Caller, events: Sequence[ItemExposed]
    ) -> Sequence[TutelaError | None]:
        await _expose(connection, caller=caller, events=events, room=room)
        return [None] * len(events)

    return {
        "content": Taken(struct=ContentPosted, handle=contents),
        "edge": Taken(struct=EdgeSeen, handle=edges),
        "exposure": Taken(struct=ItemExposed, handle=exposures),
    }


async def _look(
    connection: Connection,
    *,
    caller: Caller,
    events: Sequence[ContentPosted],
    room: DetectionRoom,
) -> list[UnfitEvent | None]:
    verdicts = [_fault(each) for each in events]
    fit = [each for each, wrong in zip(events, verdicts, strict=True) if wrong is None]
    accounts = await _accounts(connection, caller=caller, events=fit, room=room)
    told = [_told(each, account=accounts.get(each.account_id, {})) for each in fit]
    seen = await see(
        [each.sight(caller) for each in told],
        panel=room.panel,
        bases=room.bases,
        service=f"{caller.tenant}/{caller.service}",
        on=room.clock().date(),
    )
    found = looks(told, seen=seen, room=room)
    await keep(connection, caller=caller, found=found, room=room)
    await keep_sample(connection, caller=caller, found=found, room=room)
    return verdicts


async def _accounts(
    connection: Connection,
    *,
    caller: Caller,
    events: Sequence[ContentPosted],
    room: DetectionRoom,
) -> dict[str, dict[str, str]]:
    names = {each.account_id for each in events}
    by_key = {key_of(_account(each), caller=caller, room=room): each for each in names}
    if not by_key:
        return {}
    named = {**_whose(caller), "subject_keys": sorted(by_key)}
    cursor = await connection.execute(_sql.accounts_of, named)
    return {by_key[bytes(key)]: _known(known) for key, *known in await cursor.fetchall()}


def _known(row: Sequence[Any]) -> dict[str, str]:
    country, minor, created_on = row
    created_at = None if created_on is None else f"{created_on}T00:00:00Z"
    known = {"country": country, "minor": minor, "created_at": created_at}
    return {name: value for name, value in known.items() if value is not None}


async def _connect(
    connection: Connection, *, caller: Caller, events: Sequence[EdgeSeen], room: DetectionRoom
) -> None:
    columns = {
        "src_keys": [key_of(_account(each.src), caller=caller, room=room) for each in events],
        "dst_keys": [key_of(_account(each.dst), caller=caller, room=room) for each in events],
        "kinds": [each.kind for each in events],
        "visibilities": [str(each.visibility) for each in events],
        "weights": [each.weight for each in events],
        "ats": [each.at for each in events],
    }
    await connection.execute(_sql.keep_edges, {**_whose(caller), **columns})


async def _expose(
    connection: Connection, *, caller: Caller, events: Sequence[ItemExposed], room: DetectionRoom
) -> None:
    now = room.clock()
    days = whole_number("exposure_kept", unit=Unit.DAYS, on=now.date())
    columns = {
        "ats": [each.at for each in events],
        "viewer_keys": [key_of(_account(each.viewer), caller=caller, room=room) for each in events],
        "item_keys": [key_of(_content(each.item), caller=caller, room=room) for each in events],
        "ranks": [each.rank for each in events],
        "surfaces": [each.surface for each in events],
        "arms": [each.arm for each in events],
        "scores": [each.score for each in events],
    }
    named = {**_whose(caller), "expires_at": now + timedelta(days=days), **columns}
    await connection.execute(_sql.keep_exposures, named)


def _told(event: ContentPosted, *, account: Mapping[str, str]) -> Told:
    return Told(
        subject=Subject(kind=SubjectKind.CONTENT, id=event.content_id, account_id=event.account_id),
        item=Item(
            surface=event.surface or event.kind,
            text=event.text,
            hashes=event.hashes,
            language=event.language,
            tags=event.tags,
        ),
        visibility=event.visibility,
        country=event.country or account.get("country"),
        event={**msgspec.to_builtins(event), "account": dict(account)},
    )


def _fault(event: ContentPosted) -> UnfitEvent | None:
    errors = list(_faults(event))
    return UnfitEvent(detail="Nothing of it was looked at.", errors=errors) if errors else None


def _faults(event: ContentPosted) -> Iterator[FieldError]:
    if is_blank(event.content_id):
        yield FieldError("/content_id", "blank")
    if is_blank(event.account_id):
        yield FieldError("/account_id", "blank")
    if event.language is not None and not is_language_tag(event.language):
        yield FieldError("/language", "not a well-formed BCP 47 language tag")
    if event.country is not None and not is_country(event.country):
        yield FieldError("/country", "not an ISO 3166-1 alpha-2 country code")
    yield from hashes.faults(event.hashes, at="/hashes")


def _account(name: str) -> Subject:
    return Subject(kind=SubjectKind.ACCOUNT, id=name)


def _content(name: str) -> Subject:
    return Subject(kind=SubjectKind.CONTENT, id=name)


def _whose(caller: Caller) -> dict[str, object]:
    return {"tenant": caller.tenant, "service": caller.service, "mark": str(caller.mark)}
