"""Accounts and content that a person decided about: measures in force, by the platform's ids."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.vocabulary import MeasureKind, SubjectKind
from tutela.guard.asking import ItemKind, Verdict
from tutela.guard.publishing.listing import Place
from tutela.guard.snapshot import Named

#: What follows on the guard's surfaces; measures of other kinds say nothing about being shown.
VERDICTS: Final = MappingProxyType(
    {
        MeasureKind.VISIBILITY_REMOVED: Verdict.BLOCK,
        MeasureKind.VISIBILITY_DISABLED: Verdict.BLOCK,
        MeasureKind.VISIBILITY_DEMOTED: Verdict.RESTRICT,
        # shown to adults as ever; to minors nothing that is flagged
        MeasureKind.VISIBILITY_AGE_RESTRICTED: Verdict.ALLOW,
        MeasureKind.SERVICE_SUSPENDED: Verdict.BLOCK,
        MeasureKind.SERVICE_TERMINATED: Verdict.BLOCK,
        MeasureKind.ACCOUNT_SUSPENDED: Verdict.BLOCK,
        MeasureKind.ACCOUNT_TERMINATED: Verdict.BLOCK,
    }
)
#: From the mildest to the strictest.
_STRICTNESS: Final = {Verdict.ALLOW: 0, Verdict.RESTRICT: 1, Verdict.BLOCK: 2}
_KINDS: Final = {SubjectKind.ACCOUNT: ItemKind.ACCOUNT, SubjectKind.CONTENT: ItemKind.CONTENT}
#: What takes less is done every time; what takes longer, for this share of the time.
_LONG_SECONDS: Final = 0.05
_SHARE: Final = 0.05
_REST_SECONDS_MAX: Final = 30.0
#: Orders that are opened with one query.
_BATCH: Final = 5_000

_sql = queries.load("tutela.guard.publishing")


class _Subject(msgspec.Struct, frozen=True):
    kind: SubjectKind
    id: str | None = None


class _Order(msgspec.Struct, frozen=True):
    subject: _Subject


@dataclass(frozen=True, slots=True)
class _InForce:
    measure_id: UUID
    decision_id: UUID
    verdict: Verdict


class Confirmed:
    """The accounts and content of one service; each order is opened once and remembered.

    What takes long is done less often, so that many measures hold no change of the list up.
    """

    def __init__(self, place: Place, *, keys: KeySet, monotonic: Callable[[], float]) -> None:
        self._place = place
        self._keys = keys
        self._monotonic = monotonic
        self._subjects: dict[UUID, _Subject] = {}
        self._stamp: object = None
        self._read: tuple[object, tuple[Named, ...]] | None = None
        self._rests_until = 0.0

    async def stamp(self, connection: Connection) -> object:
        """Another one whenever a measure was ordered or taken back."""
        begun = self._monotonic()
        if begun >= self._rests_until:
            cursor = await connection.execute(_sql.count_measures, self._place.columns)
            self._stamp = await cursor.fetchone()
            self._rest(since=begun)
        return self._stamp

    async def named(self, connection: Connection) -> tuple[Named, ...]:
        """Each account and content once, by the strictest of its measures in force."""
        begun = self._monotonic()
        if self._read is None or self._read[0] != self._stamp:
            self._read = (self._stamp, await self._strictest(connection))
            self._rest(since=begun)
        return self._read[1]

    def _rest(self, *, since: float) -> None:
        took_seconds = self._monotonic() - since
        if took_seconds >= _LONG_SECONDS:
            self._rests_until = since + min(took_seconds / _SHARE, _REST_SECONDS_MAX)

    async def _strictest(self, connection: Connection) -> tuple[Named, ...]:
        found = await self._in_force(connection)
        await self._learn(connection, found=found)
        strictest: dict[tuple[ItemKind, str], Verdict] = {}
        for each in found:
            subject = self._subjects.get(each.measure_id)
            if subject is None or subject.id is None or subject.kind not in _KINDS:
                continue
            key = (_KINDS[subject.kind], subject.id)
            before = strictest.get(key, Verdict.ALLOW)
            strictest[key] = max(before, each.verdict, key=_STRICTNESS.__getitem__)
        return tuple(
            Named(kind=kind, id=name, verdict=verdict)
            for (kind, name), verdict in sorted(strictest.items())
        )

    async def _in_force(self, connection: Connection) -> list[_InForce]:
        kinds = [str(kind) for kind in VERDICTS]
        asked = {**self._place.columns, "kinds": kinds}
        cursor = await connection.execute(_sql.measures_in_force, asked)
        return [_in_force(row) for row in await cursor.fetchall()]

    async def _learn(self, connection: Connection, *, found: Sequence[_InForce]) -> None:
        holding = {each.measure_id for each in found}
        self._subjects = {each: self._subjects[each] for each in holding & self._subjects.keys()}
        unknown = [each for each in found if each.measure_id not in self._subjects]
        for start in range(0, len(unknown), _BATCH):
            await self._open(connection, orders=unknown[start : start + _BATCH])

    async def _open(self, connection: Connection, *, orders: Iterable[_InForce]) -> None:
        asked = {
            **self._place.columns,
            "decisions": [each.decision_id for each in orders],
            "measures": [each.measure_id for each in orders],
        }
        cursor = await connection.execute(_sql.orders, asked)
        for measure_id, row, key, body in await cursor.fetchall():
            opened = self._keys.open(Sealed(key, body), row=row.bytes)
            self._subjects[measure_id] = msgspec.json.decode(opened, type=_Order).subject


def _in_force(row: Sequence[Any]) -> _InForce:
    measure_id, decision_id, kind, is_somewhere_only = row
    verdict = VERDICTS[MeasureKind(kind)]
    if is_somewhere_only and verdict is Verdict.BLOCK:
        verdict = Verdict.RESTRICT
    return _InForce(measure_id, decision_id, verdict)
