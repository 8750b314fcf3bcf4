"""The message to one person whom a fault concerned: what of theirs was touched, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.decisions.instructions import FIRST_REVISION, InstructionKind, plain
from tutela.decisions.replays.answers import Incident
from tutela.decisions.replays.concerns import account_of
from tutela.decisions.replays.words import Concerned, told
from tutela.domain import canonical
from tutela.intake.acknowledgement import item_id
from tutela.intake.opening import notice_in
from tutela.intake.preparation import open_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A notice or a statement of a person, `sealed` None where it was erased.

    `items` are the touched ones of a notice: its places, what became of each, and the notice by
    which it is asked about again.
    """

    id: UUID
    sealed: Sealed | None
    withheld_until: datetime | None
    items: Sequence[tuple[int, str, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom a fault concerned, what of theirs it touched, and how much that is in all."""

    concerned: Concerned
    key: bytes
    total: int = 0
    references: Sequence[Reference] = ()
    #: The language of a recipient's account; a notifier's is that of their notice.
    language: str | None = None

    @property
    def withheld_until(self) -> datetime | None:
        """Until when they may not be told of some of it."""
        ends = [each.withheld_until for each in self.references if each.withheld_until is not None]
        return max(ends, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What a message is written with: the incident, the keys, the instant."""

    incident: Incident
    keys: KeySet
    at: datetime


def letter(person: Person, *, sender: Sender) -> bytes | None:
    """The body of the message; None where all that it would tell of was erased."""
    there = [(each.id, each.sealed, each) for each in person.references if each.sealed is not None]
    if not there:
        return None
    if person.concerned is Concerned.RECIPIENT:
        says: dict[str, object] = {
            "account_id": recipient_account(person, keys=sender.keys),
            "statement_count": person.total,
            "statements": [str(each) for each, *_ in there],
        }
        return _body(person, says=says, language=person.language, sender=sender)
    notices = []
    languages = []
    for notice_id, sealed, each in there:
        notice = notice_in(open_body(sealed, notice_id=notice_id, keys=sender.keys))
        languages.append(notice.language)
        notices.append(
            {
                "notice_id": str(notice_id),
                "external_id": notice.external_id,
                "items": [_item(notice_id, item=item) for item in each.items],
            }
        )
    language = next((each for each in languages if each is not None), None)
    says = {"notice_count": person.total, "notices": notices}
    return _body(person, says=says, language=language, sender=sender)


def recipient_account(person: Person, *, keys: KeySet) -> str | None:
    """The account of a recipient; None for a notifier, or where all is erased."""
    if person.concerned is not Concerned.RECIPIENT:
        return None
    for each in person.references:
        if each.sealed is not None:
            return account_of(keys.open(each.sealed, row=each.id.bytes))
    return None


def _item(notice_id: UUID, *, item: Sequence[Any]) -> dict[str, object]:
    ordinal, made, reopened_as = item
    return {
        "id": item_id(notice_id, ordinal=ordinal),
        "replayed_as": made,
        "reopened_as": reopened_as,
    }


def _body(
    person: Person, *, says: dict[str, object], language: str | None, sender: Sender
) -> bytes:
    incident = sender.incident
    words = told(
        person.concerned,
        language=language,
        begun=datetime.fromisoformat(incident.period_from),
        ended=datetime.fromisoformat(incident.period_to),
    )
    return canonical.encode(
        {
            "type": str(InstructionKind.INCIDENT_NOTIFIED),
            "timestamp": canonical.timestamp(sender.at),
            "incident_id": incident.id,
            "revision": FIRST_REVISION,
            "concerned": str(person.concerned),
            "from": incident.period_from,
            "to": incident.period_to,
            **says,
            "text": plain(words),
        }
    )
