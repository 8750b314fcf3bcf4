"""Something is asked to be listed: filled in, held against last week's uses, and proposed."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from tutela.access.roles import Right, has
from tutela.detection.terms.term import TermKind
from tutela.errors import FieldError, TutelaError
from tutela.guard.governance.entries import Proposal, proposal_errors
from tutela.guard.governance.preview import Preview, preview_of
from tutela.guard.governance.proposing import Proposing, propose
from tutela.intake.reading import Unfit, fit, refuse_if_any
from tutela.web.answer import Answer
from tutela.web.console.guard_pages import GuardScreensRoom, guard_page, place
from tutela.web.console.pages import moved
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

_KEY_BYTES: Final = 12
_ENTRY: Final = re.compile(r"/entries/(\d+)")


def proposing_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """The form, what it would hit, and the proposal."""
    desk, below = _Desk(room), "/console/{service}/guard/propose"
    return (
        Screen("GET", below, Right.PROPOSE_GUARD, desk.show),
        Screen("POST", f"{below}/preview", Right.PROPOSE_GUARD, desk.show_preview),
        Screen("POST", below, Right.PROPOSE_GUARD, desk.propose),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What somebody typed, as it was typed."""

    values: str = ""
    kind: str = "tag"
    verdict: str = "block"
    form: str = ""
    languages: str = ""
    surfaces: tuple[str, ...] = ()
    network: str = ""
    reason: str = ""
    until: str = ""
    emergency: str = ""
    key: str = ""

    @classmethod
    def of(cls, visit: Visit) -> "_Typed":
        form = visit.form
        names = ("values", "kind", "verdict", "form", "languages", "network")
        more = ("reason", "until", "emergency", "key")
        given = {name: form.text(name) for name in (*names, *more)}
        return cls(**given, surfaces=tuple(form.texts("surfaces")))

    @property
    def lines(self) -> list[str]:
        """What is to be listed, a line each."""
        return [line.strip() for line in self.values.split("\n") if line.strip()]

    def entry(self, value: str) -> dict[str, Any]:
        """One line with what was said of all."""
        languages = self.languages.replace(",", " ").split()
        exception = self.verdict == "allow" and not self.network
        return {
            "kind": self.kind,
            "value": value,
            "verdict": self.verdict,
            "form": str(TermKind.ALLOW) if exception else self.form or None,
            "languages": languages,
            "surfaces": list(self.surfaces),
            "network": self.network or None,
        }

    def proposal(self) -> Proposal:
        """All of it; raises Unfit with every place in words."""
        lines = self.lines
        refuse_if_any([] if lines else [FieldError("What to list", "nothing is filled in")])
        refuse_if_any([] if self.reason else [FieldError("Why", "nothing is filled in")])
        given = {
            "entries": [self.entry(line) for line in lines],
            "reason": self.reason,
            "expires_at": _end(self.until),
            "emergency": self.emergency == "yes",
        }
        try:
            return fit(given, kind=Proposal)
        except Unfit as error:
            raise _in_words(error) from error

    def keyed(self, proposal: Proposal) -> Proposal:
        """The proposal under a key: the same form with the same words is one proposal."""
        said = hashlib.sha256(msgspec.json.encode(proposal)).hexdigest()[:32]
        return msgspec.structs.replace(proposal, external_id=f"form {self.key[:64]} {said}")


class _Desk:
    def __init__(self, room: GuardScreensRoom) -> None:
        self._room = room

    async def show(self, visit: Visit) -> Answer:
        """The form, empty."""
        key = self._room.governing.chance(_KEY_BYTES).hex()
        return _form(visit, typed=_Typed(key=key))

    async def show_preview(self, visit: Visit) -> Answer:
        """The form as it was filled in, and what it would hit; nothing is written."""
        typed, room = _Typed.of(visit), self._room.governing
        try:
            proposal = typed.proposal()
            errors = tuple(proposal_errors(proposal, now=room.clock()))
            refuse_if_any(errors)
            found = await preview_of(
                room, caller=visit.caller, entries=proposal.entries, uses=self._room.uses
            )
        except TutelaError as error:
            return _again(visit, typed=typed, error=error)
        return _form(visit, typed=typed, preview=found)

    async def propose(self, visit: Visit) -> Answer:
        """What was proposed, on its page; the same form sent again is the same proposal."""
        typed = _Typed.of(visit)
        try:
            proposal = typed.keyed(typed.proposal())
            proposing = Proposing(caller=visit.caller, proposal=proposal)
            proposed, _ = await propose(self._room.governing, proposing=proposing)
        except TutelaError as error:
            return _again(visit, typed=typed, error=error)
        if not has(visit.caller.role, right=Right.SEE_GUARD):
            return _form(visit, typed=_Typed(key=typed.key), proposed=len(proposed.entries))
        if len(proposed.entries) == 1:
            return moved(place(visit, "entries", proposed.entries[0]))
        return moved(f"{place(visit)}?batch={proposed.id}")


def _form(
    visit: Visit,
    *,
    typed: _Typed,
    preview: Preview | None = None,
    proposed: int = 0,
    error: TutelaError | None = None,
) -> Answer:
    return guard_page(
        visit,
        template="guard_propose.html",
        http_status=200 if error is None else int(error.status),
        typed=typed,
        preview=preview,
        lines=typed.lines,
        proposed=proposed,
        error=error,
        earliest=(visit.now + timedelta(days=1)).date().isoformat(),
    )


def _again(visit: Visit, *, typed: _Typed, error: TutelaError) -> Answer:
    """The form as it was filled in, and what is wrong with it; told alone to a page that stays."""
    told = _in_words(error)
    if visit.is_partial:
        raise told
    return _form(visit, typed=typed, error=told)


def _in_words(error: TutelaError) -> TutelaError:
    """The same with the places as the form names them: the third line, not `/entries/2/value`."""
    errors = [
        FieldError(_place(each.pointer), _ENTRY.sub(_line, each.message)) for each in error.errors
    ]
    told = type(error)(error.detail, errors=errors, evidence=error.evidence)
    if isinstance(error, Unfit):
        told.title = "It can't be proposed as it is filled in"
    return told


def _line(found: re.Match[str]) -> str:
    return f"line {int(found[1]) + 1}"


def _place(pointer: str) -> str:
    match pointer.split("/"):
        case ["", "entries", index, "value"] if index.isdigit():
            return f"Line {int(index) + 1}"
        case ["", "entries", index, *rest] if index.isdigit():
            return f"Line {int(index) + 1}, {' '.join(rest)}"
        case ["", "reason"]:
            return "Why"
        case ["", "expires_at"]:
            return "Until"
        case _:
            return pointer


def _end(until: str) -> str | None:
    """The end of that day in UTC; None for the usual end. Raises Unfit."""
    if not until:
        return None
    try:
        day = date.fromisoformat(until)
    except ValueError as cause:
        wrong = FieldError("Until", "a day as 2027-01-31")
        raise Unfit("The end can't be read.", errors=[wrong]) from cause
    end = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    return end.isoformat()
