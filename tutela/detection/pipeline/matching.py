"""`POST /v1/match`: what detectors see in items that are not published yet; never the entry."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from tutela.access.tokens import Caller
from tutela.database.pool import tenant_transaction
from tutela.detection.detectors import Hashes, Item
from tutela.detection.pipeline import hashes
from tutela.detection.pipeline.keeping import Told, keep, looks
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.seeing import Seen, Sight, see
from tutela.domain.countries import is_country
from tutela.domain.events import Visibility
from tutela.domain.notice import Identifier, Subject, Surface
from tutela.domain.signals import Result
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError
from tutela.law.detection import Place

#: Items of one call.
ITEMS_MAX = 1_000
TAGS_MAX = 1_000

Tags = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=512)], ...],
    msgspec.Meta(max_length=TAGS_MAX),
]
Country = Annotated[str, msgspec.Meta(max_length=2)]
Language = Annotated[str, msgspec.Meta(max_length=64)]


class MatchItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to look at: its text, hashes of its medium, its tags."""

    content_id: Identifier | None = None
    account_id: Identifier | None = None
    text: str | None = None
    hashes: Hashes | None = None
    language: Language | None = None
    tags: Tags = ()


class MatchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/match`."""

    surface: Surface
    items: Annotated[tuple[MatchItem, ...], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)]
    visibility: Visibility | None = None
    country: Country | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry that was found, by its id inside its list."""

    list: str
    entry: str
    version: int
    tags: tuple[str, ...]
    distance: int | None = None


class ItemMatched(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was seen in one item."""

    result: Result
    matches: tuple[Listed, ...]
    #: Why nothing is known of it.
    why: str | None = None


class MatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A result for each item, in their order."""

    results: list[ItemMatched]


def faults(asked: MatchAsked) -> Iterator[FieldError]:
    """What is wrong with a body beyond the types of its fields."""
    if asked.country is not None and not is_country(asked.country):
        yield FieldError("/country", "not an ISO 3166-1 alpha-2 country code")
    for place, item in enumerate(asked.items):
        for name in ("content_id", "account_id"):
            said = getattr(item, name)
            if said is not None and is_blank(said):
                yield FieldError(f"/items/{place}/{name}", "blank")
        yield from hashes.faults(item.hashes, at=f"/items/{place}/hashes")


async def match(asked: MatchAsked, *, caller: Caller, room: DetectionRoom) -> MatchAnswer:
    """What every detector of the caller's service sees, as of now.

    Nothing is kept of it, except where an item that has an id matches: that is a lead for a person,
    whether the item is published or not. Raises DatabaseUnavailable where it can't be kept.
    """
    place = room.place(
        asked.surface, caller=caller, visibility=asked.visibility, country=asked.country
    )
    sights = [Sight(item=_item(each, surface=asked.surface), place=place) for each in asked.items]
    seen = await see(
        sights,
        panel=room.panel,
        bases=room.bases,
        service=place.service,
        on=room.clock().date(),
    )
    await _keep_matches(asked, seen=seen, place=place, caller=caller, room=room)
    return MatchAnswer(results=[_answered(each) for each in seen])


async def _keep_matches(
    asked: MatchAsked, *, seen: Sequence[Seen], place: Place, caller: Caller, room: DetectionRoom
) -> None:
    matched = [
        (_told(item, content_id=item.content_id, place=place), found)
        for item, found in zip(asked.items, seen, strict=True)
        if item.content_id is not None and found.result is Result.MATCH
    ]
    if not matched:
        return
    found = looks([told for told, _ in matched], seen=[each for _, each in matched], room=room)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await keep(connection, caller=caller, found=found, room=room)


def _told(item: MatchItem, *, content_id: str, place: Place) -> Told:
    return Told(
        subject=Subject(kind=SubjectKind.CONTENT, id=content_id, account_id=item.account_id),
        item=_item(item, surface=place.surface),
        visibility=place.visibility,
        country=place.country,
    )


def _item(item: MatchItem, *, surface: str) -> Item:
    return Item(
        surface=surface,
        text=item.text,
        hashes=item.hashes,
        language=item.language,
        tags=item.tags,
    )


def _answered(seen: Seen) -> ItemMatched:
    found = tuple(
        Listed(
            list=each.list,
            entry=each.entry,
            version=each.version,
            tags=each.tags,
            distance=each.distance,
        )
        for signal in seen.signals
        for each in signal.matches
    )
    return ItemMatched(result=seen.result, matches=found, why=seen.why)
