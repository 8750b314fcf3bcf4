"""Answered items that a fault touched: a new internal notice asks about the same subject again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.tokens import Caller
from tutela.decisions.replays.answers import Incident, Made
from tutela.decisions.replays.requeueing import Left
from tutela.domain.canonical import timestamp
from tutela.domain.fault import Reopening
from tutela.domain.notice import Notice, Subject
from tutela.intake.acknowledgement import item_id
from tutela.intake.door import Intake, Sending
from tutela.intake.opening import notice_in
from tutela.intake.preparation import PreparedNotice, open_body
from tutela.intake.routing import route

#: The door by which reopened items come in.
DOOR = "replay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of an answered item; `notice` where it is asked about again."""

    item: Left
    made: Made
    notice: PreparedNotice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopener:
    """What new notices are made with, and in whose name they come in."""

    intake: Intake
    keys: KeySet
    caller: Caller


def verdict(item: Left, *, incident: Incident, reopener: Reopener) -> Verdict:
    """Whether the answer stands or is asked about again.

    The new notice names the subject and points to the item; it repeats nothing that the notifier
    wrote, so that erasing their notice still erases it. It keeps the age and the lane of the first
    one. Its key is the item's own, so that it comes in once however often this is done. No surface
    is said, for a platform's declarations count what came in over one.
    """
    if not _is_reopened(item, incident=incident):
        return Verdict(item=item, made=Made.STANDS)
    if item.sealed is None:
        return Verdict(item=item, made=Made.ERASED)
    body = open_body(Sealed(*item.sealed), notice_id=item.notice_id, keys=reopener.keys)
    raw = msgspec.json.encode(_again(notice_in(body), item=item, incident=incident))
    sending = Sending(caller=reopener.caller, door=DOOR)
    prepared = reopener.intake.prepare(reopener.intake.read(raw), sending=sending)
    waits = route(item.said, received_at=item.received_at)
    return Verdict(
        item=item,
        made=Made.REOPENED,
        notice=replace(prepared, lane=waits.lane, due_at=waits.due_at),
    )


def columns(
    verdicts: Sequence[Verdict], *, reopened_as: Sequence[UUID | None]
) -> dict[str, object]:
    """The named values of what became of answered items."""
    return {
        "notice_ids": [each.item.notice_id for each in verdicts],
        "ordinals": [each.item.ordinal for each in verdicts],
        "mades": [str(each.made) for each in verdicts],
        "reopened_as": list(reopened_as),
    }


def _is_reopened(item: Left, *, incident: Incident) -> bool:
    if incident.reopen is not Reopening.WITHIN or item.answered_at is None:
        return incident.reopen is Reopening.ALL
    begun = datetime.fromisoformat(incident.period_from)
    ended = datetime.fromisoformat(incident.period_to)
    return begun <= item.answered_at < ended


def _again(notice: Notice, *, item: Left, incident: Incident) -> dict[str, object]:
    named = item_id(item.notice_id, ordinal=item.ordinal)
    answered_at = "" if item.answered_at is None else timestamp(item.answered_at)
    said = {
        "external_id": f"incident:{incident.id}:{named}",
        "category": item.said.category,
        "keyword": item.said.keyword,
        "explanation": (
            f"Asked about again after a fault (incident {incident.id}): item {named} was answered "
            f"at {answered_at} by decision {item.decision_id}."
        ),
        "subjects": [_without_nulls(notice.subjects[item.ordinal])],
        "imminent_danger": item.said.imminent_danger,
        "possible_minor": notice.possible_minor,
        "language": notice.language,
        "country": notice.country,
    }
    return {name: value for name, value in said.items() if value is not None}


def _without_nulls(subject: Subject) -> dict[str, object]:
    said = msgspec.structs.asdict(subject)
    return {name: value for name, value in said.items() if value is not None}
