"""Versions of policies on screens: asked for, tried, agreed to by another, and the switch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.detection.rules.governing import judging, previewing, showing, switching
from tutela.detection.rules.governing.judging import Order, RuleAgreeing, RuleRefusing
from tutela.detection.rules.governing.previewing import RulePreview
from tutela.detection.rules.governing.proposing import (
    DAYS_MAX,
    USUAL_DAYS,
    RuleProposal,
    propose,
)
from tutela.detection.rules.governing.room import ALL, RuleRoom, UnknownRule
from tutela.detection.rules.governing.showing import RuleVersion
from tutela.detection.rules.governing.switching import HOURS, HOURS_MAX, RuleSwitchAsked
from tutela.domain.rules import RuleEvent, RuleState
from tutela.domain.states import STATE_TABLES
from tutela.errors import TutelaError
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.typed import id_in_path, whole_number
from tutela.web.console.visit import Visit

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        RuleState.PROPOSED: "Waits for a second person",
        RuleState.SHADOW: "In shadow: counted, nothing follows",
        RuleState.LIVE: "Live",
        RuleState.LEAVING: "Live; asked to be taken out",
        RuleState.REJECTED: "Not agreed to",
        RuleState.LAPSED: "Nobody agreed in time",
        RuleState.WITHDRAWN: "Taken back by whoever asked",
        RuleState.REPLACED: "Replaced by a newer version",
        RuleState.RETIRED: "Taken out",
        RuleState.EXPIRED: "Its time is over",
    }
)


def rule_keeping_screens(room: RuleRoom) -> Sequence[Screen]:
    """The form, one version and what is said to it, the switch."""
    desk, below = _Desk(room), "/console/{service}/rules"
    one, propose = f"{below}/versions/{{version_id}}", Right.PROPOSE_RULES
    return (
        Screen("GET", f"{below}/propose", propose, desk.show_form),
        Screen("POST", f"{below}/propose", propose, desk.propose),
        Screen("POST", f"{below}/propose/preview", propose, desk.preview_text),
        Screen("GET", f"{below}/switch", Right.SEE_LISTS, desk.show_switch),
        Screen("POST", f"{below}/switch", Right.SWITCH_RULES, desk.throw),
        Screen("GET", one, Right.SEE_LISTS, desk.show_version),
        Screen("GET", f"{one}/preview", Right.SEE_LISTS, desk.preview),
        Screen("POST", f"{one}/approve", Right.APPROVE_RULES, desk.approve),
        Screen("POST", f"{one}/promote", Right.APPROVE_RULES, desk.promote),
        Screen("POST", f"{one}/reject", propose, desk.reject),
        Screen("POST", f"{one}/retire", propose, desk.retire),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """The form as it was filled in."""

    text: str = ""
    reason: str = ""
    days: str = str(USUAL_DAYS)
    percent: str = ""

    @classmethod
    def of(cls, visit: Visit) -> "_Typed":
        """What was typed."""
        form = visit.form
        names = ("text", "reason", "days", "percent")
        return cls(**{name: form.text(name) for name in names})

    def proposal(self) -> RuleProposal:
        """The same as the room takes it; raises Unfit with the field."""
        percent = whole_number(self.percent, otherwise=-1)
        given: dict[str, object] = {
            "text": self.text,
            "reason": self.reason,
            "days": whole_number(self.days, otherwise=USUAL_DAYS),
        }
        if percent != -1:
            given["precision_min"] = percent / 100 if isinstance(percent, int) else percent
        return fit(given, kind=RuleProposal)


class _Desk:
    def __init__(self, room: RuleRoom) -> None:
        self._room = room

    async def show_form(self, visit: Visit) -> Answer:
        """The form, empty."""
        return _form(visit, typed=_Typed())

    async def preview_text(self, visit: Visit) -> Answer:
        """The form as it was filled in, and what it would have come to; nothing is written."""
        typed = _Typed.of(visit)
        try:
            found = await previewing.preview_of(self._room, caller=visit.caller, text=typed.text)
        except TutelaError as error:
            return _form(visit, typed=typed, error=error)
        return _form(visit, typed=typed, preview=found)

    async def propose(self, visit: Visit) -> Answer:
        """What was asked for, on its page; the same form sent again is the same."""
        typed = _Typed.of(visit)
        try:
            proposal = typed.proposal()
            found, _ = await propose(self._room, caller=visit.caller, proposal=proposal)
        except TutelaError as error:
            return _form(visit, typed=typed, error=error)
        return moved(_place(visit, "versions", found.id))

    async def show_version(self, visit: Visit) -> Answer:
        """One version with its text, its history, and what may be said to it."""
        version_id = _version_id(visit)
        found = await showing.show_version(self._room, caller=visit.caller, version_id=version_id)
        return page(
            visit,
            template="rule_version.html",
            version=found,
            states=STATES,
            acts=_acts(found, visit=visit),
        )

    async def preview(self, visit: Visit) -> Answer:
        """What a version would have come to on last week's content."""
        version_id = _version_id(visit)
        found = await previewing.preview(self._room, caller=visit.caller, version_id=version_id)
        back = _place(visit, "versions", str(version_id))
        return page(visit, template="rule_preview.html", preview=found, back=back)

    async def approve(self, visit: Visit) -> Answer:
        """Done as another had asked."""
        await judging.approve(self._room, order=_order(visit), said=_agreeing(visit))
        return _back(visit)

    async def promote(self, visit: Visit) -> Answer:
        """Live."""
        await judging.promote(self._room, order=_order(visit), said=_agreeing(visit))
        return _back(visit)

    async def reject(self, visit: Visit) -> Answer:
        """Not done as was asked, or one's own word taken back."""
        await judging.reject(self._room, order=_order(visit), said=_refusing(visit))
        return _back(visit)

    async def retire(self, visit: Visit) -> Answer:
        """Out of shadow, or asked to be taken out."""
        await judging.retire(self._room, order=_order(visit), said=_refusing(visit))
        return _back(visit)

    async def show_switch(self, visit: Visit) -> Answer:
        """What is off, and the switch."""
        found = await switching.show(self._room, caller=visit.caller)
        page_of = await showing.list_versions(
            self._room, caller=visit.caller, wanted=showing.IN_FORCE
        )
        names = {each.policy for each in page_of.versions} | await self._room.ids_in_files()
        return page(
            visit,
            template="rule_switch.html",
            off=found.off,
            names=sorted(names),
            all=ALL,
            hours=HOURS,
            hours_max=HOURS_MAX,
        )

    async def throw(self, visit: Visit) -> Answer:
        """Done; what is off then."""
        form = visit.form
        given = {
            "policy": form.text("policy"),
            "mode": form.text("mode"),
            "reason": form.text("reason"),
            "hours": whole_number(form.text("hours"), otherwise=HOURS),
        }
        asked = fit(given, kind=RuleSwitchAsked)
        await switching.throw(self._room, caller=visit.caller, asked=asked)
        return moved(_place(visit, "switch"))


def _form(
    visit: Visit,
    *,
    typed: _Typed,
    preview: RulePreview | None = None,
    error: TutelaError | None = None,
) -> Answer:
    """The form as it was filled in; a page that stays is told the fault alone."""
    if error is not None and visit.is_partial:
        raise error
    return page(
        visit,
        template="rule_propose.html",
        http_status=200 if error is None else int(error.status),
        typed=typed,
        preview=preview,
        error=error,
        days_max=DAYS_MAX,
    )


def _acts(version: RuleVersion, *, visit: Visit) -> frozenset[str]:
    """What can be said to the version now by its state, by whoever looks at it."""
    state, moves = RuleState(version.state), STATE_TABLES[RuleState].moves
    possible = {str(event) for event in RuleEvent if (state, event) in moves}
    own = {str(RuleEvent.APPROVED), str(RuleEvent.REJECTED)}
    if version.asked_by is not None and _is(version.asked_by, visit=visit):
        possible -= own
    else:
        possible.discard(RuleEvent.TAKEN_BACK)
    if _is(version.proposed_by, visit=visit):
        possible.discard(RuleEvent.PROMOTED)
    return frozenset(possible)


def _is(name: str, *, visit: Visit) -> bool:
    return name.casefold() == visit.person.name.casefold()


def _agreeing(visit: Visit) -> RuleAgreeing:
    reason = visit.form.text("reason")
    return fit({"reason": reason} if reason else {}, kind=RuleAgreeing)


def _refusing(visit: Visit) -> RuleRefusing:
    return fit({"reason": visit.form.text("reason")}, kind=RuleRefusing)


def _order(visit: Visit) -> Order:
    return Order(caller=visit.caller, id=_version_id(visit))


def _back(visit: Visit) -> Answer:
    return moved(_place(visit, "versions", str(_version_id(visit))))


def _version_id(visit: Visit) -> UUID:
    found = id_in_path(visit, name="version_id")
    if found is None:
        raise UnknownRule("This service keeps no such version of a rule.")
    return found


def _place(visit: Visit, *parts: str) -> str:
    return "/".join((f"/console/{visit.service}/rules", *parts))
