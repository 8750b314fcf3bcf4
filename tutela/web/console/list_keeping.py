"""Changes of lists on screens: asked for, tried, agreed to by another, and the switch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.detection.lists.entries import Kind, TermForm, family_of
from tutela.detection.lists.governing import judging, previewing, showing, switching
from tutela.detection.lists.governing.acts import UnknownProposal
from tutela.detection.lists.governing.asked import (
    DAYS_MAX,
    LINES_MAX,
    NUMBERS_MAX,
    OF_PEOPLE_ALONE,
    USUAL_DAYS,
    ListChange,
    ListProposal,
)
from tutela.detection.lists.governing.judging import ListAgreeing, ListRefusing, Order
from tutela.detection.lists.governing.previewing import ListPreview
from tutela.detection.lists.governing.proposing import propose
from tutela.detection.lists.governing.showing import ListAsked, ListOpening
from tutela.detection.lists.governing.switching import ListSwitchAsked
from tutela.detection.lists.register import Keeper, ListStanding, ListState, standings
from tutela.detection.lists.room import Holder, ListRoom
from tutela.domain.list_proposals import ListProposalEvent, ListProposalState
from tutela.domain.states import STATE_TABLES
from tutela.errors import TutelaError
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.typed import id_in_path, whole_number
from tutela.web.console.visit import Visit

#: In the order in which the form offers them.
CHANGES_ASKED: Final[Mapping[str, str]] = MappingProxyType(
    {
        ListChange.ADD: "Add entries",
        ListChange.WITHDRAW: "Take entries back",
        ListChange.EXPIRE: "Move its end",
        ListChange.CONFIRM: "Say that it is still right",
        ListChange.END: "Take it back as a whole",
    }
)
PROPOSAL_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ListProposalState.PROPOSED: "Waits for a second person",
        ListProposalState.DONE: "Agreed to, and done",
        ListProposalState.REJECTED: "Not agreed to",
        ListProposalState.LAPSED: "Nobody agreed in time",
        ListProposalState.WITHDRAWN: "Taken back by whoever asked",
    }
)
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Kind.TERMS: "Words or phrases",
        Kind.PDQ: "PDQ hashes of pictures",
        Kind.MD5: "MD5 hashes of files",
        Kind.SHA1: "SHA-1 hashes of files",
        Kind.SHA256: "SHA-256 hashes of files",
    }
)
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        TermForm.WORD: "As a whole word",
        TermForm.PHRASE: "As whole words in a row",
        TermForm.SUBSTRING: "Anywhere, also within words",
        TermForm.ALLOW: "Not: where it stands, a term within it does not count",
    }
)
#: Which fields a form has, besides the list and why.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        ListChange.ADD: (
            "entries",
            "kind",
            "form",
            "language",
            "days",
            "owner",
            "provenance",
            "licence",
        ),
        ListChange.WITHDRAW: ("numbers", "entries", "kind"),
        ListChange.EXPIRE: ("days",),
        ListChange.CONFIRM: (),
        ListChange.END: (),
    }
)


def list_keeping_screens(room: ListRoom) -> Sequence[Screen]:
    """The form, one proposal and what is said to it, the switch.

    A list may have any name: no fixed word stands where another path has a name alone.
    """
    desk, below = _Desk(room), "/console/{service}/lists"
    new, one = f"{below}/proposals/new", f"{below}/proposals/{{proposal_id}}"
    asking = Right.PROPOSE_LISTS
    return (
        Screen("POST", f"{below}/{{name}}/switch", Right.SWITCH_LISTS, desk.throw),
        Screen("GET", new, asking, desk.show_form),
        Screen("POST", new, asking, desk.propose),
        Screen("POST", f"{new}/preview", asking, desk.preview_typed),
        Screen("GET", one, Right.SEE_LISTS, desk.show_proposal),
        Screen("GET", f"{one}/preview", Right.SEE_LISTS, desk.preview),
        Screen("POST", f"{one}/open", asking, desk.open_entries),
        Screen("POST", f"{one}/approve", Right.APPROVE_LISTS, desk.approve),
        Screen("POST", f"{one}/reject", asking, desk.reject),
    )


def offered(standing: ListStanding) -> list[str]:
    """What may be asked of a list, by who keeps it; nothing once it was taken back."""
    if standing.standing is ListState.WITHDRAWN:
        return []
    of_people = standing.kept_by is Keeper.PEOPLE
    return [each for each in CHANGES_ASKED if of_people or each not in OF_PEOPLE_ALONE]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """The form as it was filled in."""

    change: str = ""
    list: str = ""
    reason: str = ""
    entries: str = ""
    kind: str = ""
    form: str = ""
    language: str = ""
    numbers: str = ""
    days: str = ""
    owner: str = ""
    provenance: str = ""
    licence: str = ""

    @classmethod
    def of(cls, visit: Visit) -> "_Typed":
        """What was typed."""
        return cls(**{each.name: visit.form.text(each.name) for each in fields(cls)})

    def proposal(self) -> ListProposal:
        """The same as the room takes it, of the fields that the change has; raises Unfit."""
        given: dict[str, object] = {"change": self.change, "list": self.list, "reason": self.reason}
        for name in _FIELDS.get(self.change, ()):
            text = getattr(self, name)
            if text and (name != "kind" or self.entries):
                given[name] = _value(name, text=text)
        return fit(given, kind=ListProposal)


class _Desk:
    def __init__(self, room: ListRoom) -> None:
        self._room = room

    async def show_form(self, visit: Visit) -> Answer:
        """The form of one change, empty; first of all which change."""
        said = visit.query
        typed = _Typed(change=said.get("change", ""), list=said.get("list", ""))
        return await self._form(visit, typed=typed)

    async def preview_typed(self, visit: Visit) -> Answer:
        """The form as it was filled in, and what it would come to; nothing is written."""
        typed = _Typed.of(visit)
        try:
            asked = typed.proposal()
            found = await previewing.preview_of(self._room, caller=visit.caller, asked=asked)
        except TutelaError as error:
            return await self._form(visit, typed=typed, error=error)
        return await self._form(visit, typed=typed, preview=found)

    async def propose(self, visit: Visit) -> Answer:
        """What was asked for, on its page; the same form sent again is the same."""
        typed = _Typed.of(visit)
        try:
            asked = typed.proposal()
            found, _ = await propose(self._room, caller=visit.caller, asked=asked)
        except TutelaError as error:
            return await self._form(visit, typed=typed, error=error)
        return moved(_place(visit, "proposals", found.id))

    async def show_proposal(self, visit: Visit) -> Answer:
        """What is asked, its entries masked, its history, and what may be said to it."""
        return _proposal_page(visit, asked=await self._asked(visit))

    async def open_entries(self, visit: Visit) -> Answer:
        """The same with its entries, once it is written down who read them and why."""
        said = fit({"reason": visit.form.text("reason")}, kind=ListOpening)
        asked = await self._asked(visit)
        if asked.state != ListProposalState.PROPOSED:
            return _proposal_page(visit, asked=asked)
        opened = await showing.open_proposal(self._room, order=_order(visit), said=said)
        return _proposal_page(visit, asked=await self._asked(visit), opened=opened.entries)

    async def preview(self, visit: Visit) -> Answer:
        """What a proposal would come to."""
        proposal_id = _proposal_id(visit)
        found = await previewing.preview(self._room, caller=visit.caller, proposal_id=proposal_id)
        back = _place(visit, "proposals", str(proposal_id))
        return page(visit, template="list_preview.html", preview=found, back=back)

    async def approve(self, visit: Visit) -> Answer:
        """Done as another had asked."""
        reason = visit.form.text("reason")
        said = fit({"reason": reason} if reason else {}, kind=ListAgreeing)
        await judging.approve(self._room, order=_order(visit), said=said)
        return _back(visit)

    async def reject(self, visit: Visit) -> Answer:
        """Not done as was asked, or one's own word taken back."""
        said = fit({"reason": visit.form.text("reason")}, kind=ListRefusing)
        await judging.reject(self._room, order=_order(visit), said=said)
        return _back(visit)

    async def throw(self, visit: Visit) -> Answer:
        """Done; how the list stands then."""
        form, name = visit.form, visit.path["name"]
        given = {
            "mode": form.text("mode"),
            "reason": form.text("reason"),
            "hours": whole_number(form.text("hours"), otherwise=switching.HOURS),
        }
        asked = fit(given, kind=ListSwitchAsked)
        found = await switching.throw(self._room, caller=visit.caller, name=name, asked=asked)
        return moved(_place(visit, found.list))

    async def _asked(self, visit: Visit) -> ListAsked:
        return await showing.show_proposal(
            self._room, caller=visit.caller, proposal_id=_proposal_id(visit)
        )

    async def _form(
        self,
        visit: Visit,
        *,
        typed: _Typed,
        preview: ListPreview | None = None,
        error: TutelaError | None = None,
    ) -> Answer:
        caller = visit.caller
        holder = Holder(tenant=caller.tenant, service=caller.service)
        lists = await standings(self._room.pool, now=self._room.clock(), holder=holder)
        about = next((each for each in lists if each.list == typed.list), None)
        names = _FIELDS.get(typed.change)
        return page(
            visit,
            template="list_propose.html",
            http_status=200 if error is None else int(error.status),
            typed=typed,
            changes=CHANGES_ASKED
            if about is None
            else {each: CHANGES_ASKED[each] for each in offered(about)},
            names=names,
            lists=[each.list for each in lists if typed.change in offered(each)],
            is_new=about is None,
            kinds=_kinds(about),
            forms=FORMS,
            preview=preview,
            error=error,
            faults=_faults(error, shown=("list", "reason", *(names or ()))),
            most={"days": DAYS_MAX, "lines": LINES_MAX, "numbers": NUMBERS_MAX},
            usual_days=USUAL_DAYS,
        )


def _kinds(about: ListStanding | None) -> Mapping[str, str]:
    """What the entries of a list can be; of one that is not there, anything."""
    if about is None:
        return _KINDS
    return {kind: word for kind, word in _KINDS.items() if family_of(Kind(kind)) is about.family}


def _faults(error: TutelaError | None, *, shown: Sequence[str]) -> Mapping[str, list[str]]:
    """What is wrong by the field that it is told at; `""`: of no field that the form has."""
    found: dict[str, list[str]] = {}
    for each in () if error is None else error.errors:
        name = each.pointer.removeprefix("/").partition("/")[0]
        if name in shown:
            found.setdefault(name, []).append(each.message)
        else:
            found.setdefault("", []).append(f"{each.pointer}: {each.message}")
    return found


def _value(name: str, *, text: str) -> object:
    """What was typed as the field takes it; where it can't be, as it was typed."""
    if name == "days":
        return whole_number(text, otherwise=USUAL_DAYS)
    if name == "numbers":
        return [whole_number(each, otherwise=0) for each in text.replace(",", " ").split()]
    return text


def _proposal_page(
    visit: Visit, *, asked: ListAsked, opened: Sequence[str] | None = None
) -> Answer:
    return page(
        visit,
        template="list_proposal.html",
        asked=asked,
        opened=opened,
        changes=CHANGES_ASKED,
        states=PROPOSAL_STATES,
        kinds=_KINDS,
        forms=FORMS,
        acts=_acts(asked, visit=visit),
    )


def _acts(asked: ListAsked, *, visit: Visit) -> frozenset[str]:
    """What can be said to the proposal now, by whoever looks at it."""
    if datetime.fromisoformat(asked.answer_by) <= visit.now:
        return frozenset()
    state, moves = ListProposalState(asked.state), STATE_TABLES[ListProposalState].moves
    possible = {str(event) for event in ListProposalEvent if (state, event) in moves}
    if asked.proposed_by.casefold() == visit.person.name.casefold():
        return frozenset(possible & {ListProposalEvent.TAKEN_BACK})
    return frozenset(possible & {ListProposalEvent.APPROVED, ListProposalEvent.REJECTED})


def _order(visit: Visit) -> Order:
    return Order(caller=visit.caller, id=_proposal_id(visit))


def _back(visit: Visit) -> Answer:
    return moved(_place(visit, "proposals", str(_proposal_id(visit))))


def _proposal_id(visit: Visit) -> UUID:
    found = id_in_path(visit, name="proposal_id")
    if found is None:
        raise UnknownProposal("This service was asked for no such change of a list.")
    return found


def _place(visit: Visit, *parts: str) -> str:
    return "/".join((f"/console/{visit.service}/lists", *parts))
