"""What was seen is kept, and what must follow from it waits, in one transaction; sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.cases.identity import media_key, subject_key
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.detectors import Item
from tutela.detection.pipeline.opening import notices
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.seeing import Seen, Sight
from tutela.detection.sample.keeping import KeptEvent, Sample, keep_events
from tutela.domain.events import Visibility
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.notice import Subject
from tutela.domain.signals import Result
from tutela.domain.vocabulary import Mark
from tutela.law.detection import Place
from tutela.law.parameters import Unit, whole_number
from tutela.ledger import leaf
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, Fact, Leaf

_sql = queries.load("tutela.detection.pipeline", file="detection.sql")
_ledger_sql = queries.load("tutela.ledger")
_encode = msgspec.json.Encoder().encode


class TaskKind(StrEnum):
    """What must follow from a look."""

    #: A case is to be opened, or raised where there is one.
    OPEN_CASE = "open_case"
    #: A detector could not look, for a reason that passes.
    LOOK_AGAIN = "look_again"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One item as the platform told of it: what it is, whose, where, and what it says."""

    subject: Subject
    item: Item
    visibility: Visibility
    country: str | None = None
    #: The event, as JSON says it, for rules; None where it was no event.
    event: dict[str, Any] | None = None

    def sight(self, caller: Caller) -> Sight:
        """What detectors and rules are asked."""
        return Sight(item=self.item, place=self.place(caller), event=self.event)

    def place(self, caller: Caller) -> Place:
        """Where it was said."""
        return Place(
            service=f"{caller.tenant}/{caller.service}",
            surface=self.item.surface,
            visibility=self.visibility,
            country=self.country,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen in an item, under the id of the look."""

    id: UUID
    told: Told
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    id: UUID
    kind: TaskKind
    sealed: Sealed
    expires_at: datetime


def looks(told: Sequence[Told], *, seen: Sequence[Seen], room: DetectionRoom) -> list[Look]:
    """Each item with what was seen in it, under a new id."""
    return [
        Look(id=_new_id(room), told=each, seen=found)
        for each, found in zip(told, seen, strict=True)
    ]


async def keep(
    connection: Connection, *, caller: Caller, found: Sequence[Look], room: DetectionRoom
) -> None:
    """Stores the looks, what follows from each, and a leaf of each match, in the transaction."""
    if not found:
        return
    at = room.clock()
    whose = {"tenant": caller.tenant, "service": caller.service, "mark": str(caller.mark), "at": at}
    await connection.execute(
        _sql.keep_looks, {**whose, **_look_columns(found, caller=caller, room=room)}
    )
    tasks = [task for each in found for task in follow(each, room=room, at=at)]
    if tasks:
        await connection.execute(_sql.add_tasks, {**whose, **_task_columns(tasks)})
    matched = [each for each in found if each.seen.result is Result.MATCH]
    if matched:
        columns_of_matched = _look_columns(matched, caller=caller, room=room)
        await connection.execute(_sql.keep_matches, {**whose, **columns_of_matched})
        leaves = [_leaf(each, caller=caller, room=room).columns for each in matched]
        columns = {name: [each[name] for each in leaves] for name in leaves[0]}
        await connection.execute(_ledger_sql.add_leaves, {**whose, **columns})


async def keep_sample(
    connection: Connection, *, caller: Caller, found: Sequence[Look], room: DetectionRoom
) -> None:
    """Some of what anybody could see, for trying rules on it; nothing of canaries and drills."""
    if caller.mark is not Mark.REAL:
        return
    public = [each for each in found if _may_be_tried(each)]
    at = room.clock()
    count = room.pace.take(f"{caller.tenant}/{caller.service}", wanted=len(public), now=at)
    step = len(public) / count if count else 1.0
    chosen = [public[int(place * step)] for place in range(count)]
    sample = Sample(
        whose=Whose.of(caller),
        at=at,
        events={
            each.id: KeptEvent(
                event=each.told.event or {},
                signals=each.seen.signals,
                basis=each.seen.basis or "",
            )
            for each in chosen
        },
    )
    await keep_events(connection, sample=sample, keys=room.keys)


def _may_be_tried(look: Look) -> bool:
    seen, told = look.seen, look.told
    is_public = told.visibility is Visibility.PUBLIC
    return is_public and told.event is not None and seen.basis is not None


def follow(look: Look, *, room: DetectionRoom, at: datetime) -> list[_Task]:
    """What must follow from a look: cases by policy, and another look where one may tell more."""
    days = whole_number("look_again_kept", unit=Unit.DAYS, on=at.date())
    bodies = [
        (TaskKind.OPEN_CASE, body)
        for body in notices(
            look.told.subject,
            item=look.told.item,
            seen=look.seen,
            policies=room.policies,
            digest=room.keys.subject_digest,
        )
    ]
    if look.seen.may_change:
        bodies.append((TaskKind.LOOK_AGAIN, _encode(look.told)))
    tasks = []
    for kind, body in bodies:
        task_id = _new_id(room)
        sealed = room.keys.seal(body, row=task_id.bytes)
        expires_at = at + timedelta(days=days)
        tasks.append(_Task(id=task_id, kind=kind, sealed=sealed, expires_at=expires_at))
    return tasks


def key_of(subject: Subject, *, caller: Caller, room: DetectionRoom) -> bytes:
    """By what a subject is found again."""
    return subject_key(
        subject, tenant=caller.tenant, service=caller.service, digest=room.keys.subject_digest
    )


def _look_columns(
    found: Sequence[Look], *, caller: Caller, room: DetectionRoom
) -> dict[str, object]:
    return {
        "ids": [each.id for each in found],
        "subject_keys": [key_of(each.told.subject, caller=caller, room=room) for each in found],
        "results": [str(each.seen.result) for each in found],
        "whys": [each.seen.why for each in found],
        "bases": [each.seen.basis for each in found],
        "signals": [_encode(each.seen.signals).decode() for each in found],
        "expiries": [_kept_until(each.seen.result, at=room.clock()) for each in found],
        "media_keys": [_media_key(each, caller=caller, room=room) for each in found],
    }


def _media_key(look: Look, *, caller: Caller, room: DetectionRoom) -> bytes | None:
    """By what the medium is known again, wherever it is posted; only where a look was lawful."""
    hashes = look.told.item.hashes
    if hashes is None or look.seen.basis is None:
        return None
    told = {"sha256": hashes.sha256, "sha1": hashes.sha1, "md5": hashes.md5}
    return media_key(
        told, tenant=caller.tenant, service=caller.service, digest=room.keys.subject_digest
    )


def _task_columns(tasks: Sequence[_Task]) -> dict[str, object]:
    return {
        "ids": [each.id for each in tasks],
        "kinds": [str(each.kind) for each in tasks],
        "sealed_keys": [each.sealed.key for each in tasks],
        "sealed_bodies": [each.sealed.body for each in tasks],
        "expiries": [each.expires_at for each in tasks],
    }


def _leaf(look: Look, *, caller: Caller, room: DetectionRoom) -> Leaf:
    matches = [each for signal in look.seen.signals for each in signal.matches]
    fact = Fact(
        type="content.matched",
        id=look.id,
        at=room.clock(),
        service=caller.service,
        projection={
            "lists": sorted({each.list for each in matches}),
            "matches": len(matches),
            "basis": look.seen.basis,
            "visibility": look.told.visibility,
            "mark": caller.mark,
        },
    )
    return leaf.write_bare(fact, nonce=room.chance(COMMITMENT_NONCE_BYTES))


def _kept_until(result: Result, *, at: datetime) -> datetime:
    name = "signal_match_kept" if result is Result.MATCH else "signal_no_match_kept"
    return at + timedelta(days=whole_number(name, unit=Unit.DAYS, on=at.date()))


def _new_id(room: DetectionRoom) -> UUID:
    unix_ms = int(room.clock().timestamp() * 1000)
    return uuid7(unix_ms=unix_ms, random=room.chance(UUID7_RANDOM_BYTES))
