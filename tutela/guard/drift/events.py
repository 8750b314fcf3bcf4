"""Events that say what was used: `use`, and the tags of `content`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.pipeline.events import ContentPosted
from tutela.domain.events import Event, Visibility
from tutela.domain.notice import Identifier, Surface
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.guard.drift.noting import Use, account_key, note
from tutela.guard.drift.room import DriftRoom
from tutela.guard.drift.values import UseKind, spelling
from tutela.intake.channels.events import EventKind, Handle, Verdicts
from tutela.intake.reading import Unfit
from tutela.law.detection import Place, basis_for

#: Code points of a tag or a query.
VALUE_MAX: Final = 512
#: Tags of one piece of content that are counted; more say nothing of what it is about.
TAGS_COUNTED_MAX: Final = 100
#: Where a use is said to be, unless the event says it.
_SURFACES: Final = {UseKind.TAG: "hashtag", UseKind.QUERY: "search"}

_sql = queries.load("tutela.guard.drift", file="drift.sql")


class ValueUsed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account searched for something, or used a tag."""

    account_id: Identifier
    kind: UseKind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=VALUE_MAX)]
    #: Where; without it `search` for a query and `hashtag` for a tag.
    surface: Surface | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Uses of one account at one place."""

    account_id: str
    surface: str
    visibility: Visibility
    uses: tuple[Use, ...]
    country: str | None = None


def kinds(room: DriftRoom, *, content: EventKind) -> Mapping[str, EventKind]:
    """The events that the drift watch takes; `content` goes on to whoever took it before."""

    async def used(connection: Connection, *, caller: Caller, events: Sequence[Any]) -> Verdicts:
        verdicts = [_fault(each) for each in events]
        fit = [each for each, wrong in zip(events, verdicts, strict=True) if wrong is None]
        await _take(connection, caller=caller, told=[_used(each) for each in fit], room=room)
        return verdicts

    return {
        "use": EventKind(struct=ValueUsed, handle=used),
        "content": EventKind(struct=content.struct, handle=_with_tags(content.handle, room=room)),
    }


def _with_tags(before: Handle, *, room: DriftRoom) -> Handle:
    async def contents(
        connection: Connection, *, caller: Caller, events: Sequence[Any]
    ) -> Verdicts:
        verdicts = await before(connection, caller=caller, events=events)
        told = [
            _posted(each)
            for each, wrong in zip(events, verdicts, strict=True)
            if wrong is None and each.tags
        ]
        await _take(connection, caller=caller, told=told, room=room)
        return verdicts

    return contents


async def _take(
    connection: Connection, *, caller: Caller, told: Sequence[_Told], room: DriftRoom
) -> None:
    """Counts what may be counted: what was said in private only on a legal basis of that day."""
    whose = Whose.of(caller)
    countries = await _countries(connection, told=told, whose=whose, room=room)
    uses = [
        use
        for each in told
        if _may(
            each, country=each.country or countries.get(each.account_id), whose=whose, room=room
        )
        for use in each.uses
    ]
    await note(connection, whose=whose, uses=uses, room=room)


async def _countries(
    connection: Connection, *, told: Iterable[_Told], whose: Whose, room: DriftRoom
) -> dict[str, str]:
    """Where the accounts are that used something in private: a basis may ask for it."""
    private = {each.account_id for each in told if each.visibility is Visibility.INTERPERSONAL}
    if not private:
        return {}
    by_key = {account_key(each, whose=whose, room=room): each for each in private}
    named = {**whose.columns, "subject_keys": sorted(by_key)}
    cursor = await connection.execute(_sql.where_accounts_are, named)
    return {by_key[bytes(key)]: country for key, country in await cursor.fetchall()}


def _may(told: _Told, *, country: str | None, whose: Whose, room: DriftRoom) -> bool:
    place = Place(
        service=f"{whose.tenant}/{whose.service}",
        surface=told.surface,
        visibility=told.visibility,
        country=country,
    )
    return basis_for(room.bases, place=place, on=room.clock().date()) is not None


def _used(event: ValueUsed) -> _Told:
    use = Use(kind=event.kind, value=event.value, account_id=event.account_id, at=event.at)
    return _Told(
        account_id=event.account_id,
        surface=event.surface or _SURFACES[event.kind],
        visibility=event.visibility,
        uses=(use,),
    )


def _posted(event: ContentPosted) -> _Told:
    tags = dict.fromkeys(spelling(UseKind.TAG, value=each) for each in event.tags)
    uses = tuple(
        Use(
            kind=UseKind.TAG,
            value=tag,
            account_id=event.account_id,
            at=event.at,
            content_id=event.content_id,
        )
        for tag in list(tags)[:TAGS_COUNTED_MAX]
    )
    return _Told(
        account_id=event.account_id,
        surface=event.surface or event.kind,
        visibility=event.visibility,
        uses=uses,
        country=event.country,
    )


def _fault(event: ValueUsed) -> TutelaError | None:
    errors = []
    if is_blank(event.account_id):
        errors.append(FieldError("/account_id", "blank"))
    if is_blank(event.value) or not spelling(event.kind, value=event.value):
        errors.append(FieldError("/value", "blank"))
    return Unfit(detail="The event can't be taken.", errors=errors) if errors else None
