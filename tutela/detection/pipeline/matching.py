"""`POST /v1/match`: what detectors see in items that are not published yet; never the entry."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tutela.access.tokens import Caller
from tutela.detection.detectors import Hashes, Item
from tutela.detection.pipeline import hashes
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.seeing import Seen, Sight, see
from tutela.domain.countries import is_country
from tutela.domain.events import Visibility
from tutela.domain.notice import Identifier, Surface
from tutela.domain.signals import Result
from tutela.errors import FieldError

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
        yield from hashes.faults(item.hashes, at=f"/items/{place}/hashes")


async def match(asked: MatchAsked, *, caller: Caller, room: DetectionRoom) -> MatchAnswer:
    """What every detector of the caller's service sees, as of now."""
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
    return MatchAnswer(results=[_told(each) for each in seen])


def _item(item: MatchItem, *, surface: str) -> Item:
    return Item(
        surface=surface,
        text=item.text,
        hashes=item.hashes,
        language=item.language,
        tags=item.tags,
    )


def _told(seen: Seen) -> ItemMatched:
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
