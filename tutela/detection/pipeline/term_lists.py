"""Detectors of terms from lists: built where a list changed, proven by each list's own canary."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from tutela.detection.detectors import Detector, Examples, Item
from tutela.detection.lists import register
from tutela.detection.lists.entries import Family, Kind, TermForm
from tutela.detection.lists.register import NOT_LOOKED_FOR, Mark
from tutela.detection.lists.room import ListName, ListRoom
from tutela.detection.lists.snapshots import Snapshot, TermEntry, canaries, current
from tutela.detection.lists.source import doubts
from tutela.detection.pipeline.standings import Standing
from tutela.detection.terms.detector import TermDetector, TermList, TermLists
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term, TermKind
from tutela.domain.signals import Signal

NAME: Final = "lists of terms"
_KINDS: Final = {form: TermKind(form.value) for form in TermForm}

_log = structlog.get_logger(__name__)


class ListedTerms:
    """Looks for the terms of lists; each list's canary is what it must find."""

    def __init__(self, lists: TermLists, *, canaries: Sequence[str]) -> None:
        self._detector = TermDetector(lists)
        self._canaries = tuple(canaries)

    @property
    def name(self) -> str:
        """As the detector of terms."""
        return self._detector.name

    def examples(self) -> Examples:
        """The canary of each list; and a letter, which no term is left of."""
        return Examples(
            matching=tuple(Item(surface="canary", text=f"a {each} b") for each in self._canaries),
            clean=(Item(surface="canary", text="a"),),
        )

    def look(self, items: Sequence[Item]) -> list[Signal]:
        """As the detector of terms."""
        return self._detector.look(items)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kept:
    version: int
    #: From when on another snapshot is to be taken.
    next_expiry: datetime | None
    listed: TermList
    canary: str

    def is_current(self, mark: Mark, *, now: datetime) -> bool:
        return self.version == mark.version and (self.next_expiry is None or now < self.next_expiry)


@dataclass(slots=True)
class _Seat:
    made_of: tuple[object, ...] = ()
    detectors: tuple[Detector, ...] = ()


@dataclass(slots=True)
class TermListSource:
    """The detector of terms of every service, from its lists as they are now."""

    room: ListRoom
    _kept: dict[ListName, _Kept] = field(default_factory=dict)
    _unreadable: set[ListName] = field(default_factory=set)
    _seats: dict[str, _Seat] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`lists of terms`."""
        return NAME

    async def detectors(self) -> Mapping[str, Sequence[Detector]]:
        """The detector of each `tenant/service`; the same object where nothing changed."""
        found = await register.every_mark(self.room.pool)
        there = {name: mark for name, family, mark in found if family is Family.TERMS}
        for name in sorted(there, key=lambda each: each.name):
            await self._refresh(name, mark=there[name])
        for gone in self._kept.keys() - there.keys():
            del self._kept[gone]
        services = {_service(name) for name in there}
        for service in services:
            self._seat(service, there=there)
        return {
            service: self._seats[service].detectors
            for service in services
            if self._seats[service].detectors
        }

    async def standings(self) -> Sequence[Standing]:
        """Nothing: whether a list is too old is told of all lists together."""
        return ()

    async def _refresh(self, name: ListName, *, mark: Mark) -> None:
        now, kept = self.room.clock(), self._kept.get(name)
        if mark.standing(now) in NOT_LOOKED_FOR:
            self._kept.pop(name, None)
            return
        if kept is not None and kept.is_current(mark, now=now):
            return
        try:
            snapshot = await current(self.room, name=name)
            self._kept[name] = await asyncio.to_thread(_built, snapshot, room=self.room)
            self._unreadable.discard(name)
        except Exception as error:  # noqa: BLE001 - a list that can't be read stops no other
            _log.warning("list_unreadable", list=name.name, error=type(error).__name__)
            self._unreadable.add(name)

    def _seat(self, service: str, *, there: Mapping[ListName, Mark]) -> None:
        now = self.room.clock()
        own = [name for name in there if _service(name) == service]
        kept = [self._kept[name] for name in own if name in self._kept]
        unavailable = doubts({name: there[name] for name in own}, unread=self._unreadable, now=now)
        made_of = (*kept, *sorted(unavailable.items()))
        seat = self._seats.setdefault(service, _Seat())
        if seat.made_of == made_of:
            return
        lists = TermLists(lists=tuple(each.listed for each in kept), unavailable=unavailable)
        seat.made_of = made_of
        seat.detectors = (
            (ListedTerms(lists, canaries=[each.canary for each in kept]),)
            if kept or unavailable
            else ()
        )


def _built(snapshot: Snapshot, *, room: ListRoom) -> _Kept:
    terms = [_term(each) for each in snapshot.terms]
    listed = TermList(name=snapshot.name.name, version=snapshot.version, matcher=matcher(terms))
    return _Kept(
        version=snapshot.version,
        next_expiry=snapshot.next_expiry,
        listed=listed,
        canary=str(canaries(room, snapshot=snapshot)[Kind.TERMS]),
    )


def _term(entry: TermEntry) -> Term:
    return Term(
        id=str(entry.entry),
        text=entry.text,
        kind=_KINDS[entry.form],
        languages=() if entry.language is None else (entry.language,),
        tags=entry.tags,
    )


def _service(name: ListName) -> str:
    return f"{name.tenant}/{name.service}"
