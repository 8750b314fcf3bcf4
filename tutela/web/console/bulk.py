"""Decisions about many subjects: looked at, agreed to by a second person, run, stopped, undone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.decisions.bulk import steering
from tutela.decisions.bulk.listing import BulksWanted, list_bulks
from tutela.decisions.bulk.preview import look_at
from tutela.decisions.bulk.room import BulkRoom, unknown_bulk
from tutela.decisions.bulk.steering import BulkMoved, BulkRecall, BulkStart, Order
from tutela.domain.bulk import BULK_MOVES, BulkEvent, BulkState, BulkSubjectState
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.typed import id_in_path, page_after, whole_number
from tutela.web.console.visit import Visit

ROWS: Final = 25
_UNDER_WAY: Final = frozenset({BulkState.RUNNING, BulkState.UNDOING})
_DONE_WITH: Final = tuple(
    str(state) for state in BulkSubjectState if state is not BulkSubjectState.PENDING
)
_ALL: Final = "/console/{service}/bulk"
_ONE: Final = "/console/{service}/bulk/{bulk_id}"

Step = Callable[[Visit], Awaitable[BulkMoved]]


def bulk_screens(room: BulkRoom) -> Sequence[Screen]:
    """The decisions about many of a service, one of them, and each step that it takes."""
    desk = _Desk(room)
    right = Right.DECIDE_IN_BULK
    return (
        Screen("GET", _ALL, right, desk.bulks),
        Screen("GET", _ONE, right, desk.show),
        Screen("GET", f"{_ONE}/progress", right, desk.progress),
        Screen("POST", f"{_ONE}/approve", right, desk.taking(desk.approve)),
        Screen("POST", f"{_ONE}/run", right, desk.taking(desk.run)),
        Screen("POST", f"{_ONE}/pause", right, desk.taking(desk.pause)),
        Screen("POST", f"{_ONE}/undo", right, desk.taking(desk.undo)),
    )


class _Desk:
    def __init__(self, room: BulkRoom) -> None:
        self._room = room

    async def bulks(self, visit: Visit) -> Answer:
        wanted = BulksWanted(limit=ROWS, after=page_after(visit))
        shown = await list_bulks(self._room, caller=visit.caller, wanted=wanted)
        return page(visit, template="bulks.html", bulks=shown)

    async def show(self, visit: Visit) -> Answer:
        """Before it runs, what it would do: whoever sees this has looked at it."""
        return page(visit, template="bulk.html", **await self._shown(visit))

    async def progress(self, visit: Visit) -> Answer:
        return page(visit, template="bulk_progress.html", **await self._shown(visit))

    def taking(self, step: Step) -> Callable[[Visit], Awaitable[Answer]]:
        """The screen that takes the step, and shows the decision as it stands then."""

        async def taken(visit: Visit) -> Answer:
            await step(visit)
            return moved(_ONE.format(service=visit.service, bulk_id=_bulk_id(visit)))

        return taken

    async def approve(self, visit: Visit) -> BulkMoved:
        return await steering.approve(self._room, order=_order(visit))

    async def run(self, visit: Visit) -> BulkMoved:
        said = fit({"rate_per_second": _rate(visit)}, kind=BulkStart)
        return await steering.start(self._room, order=_order(visit), said=said)

    async def pause(self, visit: Visit) -> BulkMoved:
        return await steering.stop(self._room, order=_order(visit))

    async def undo(self, visit: Visit) -> BulkMoved:
        said = fit(
            {"reason": visit.form.text("reason"), "rate_per_second": _rate(visit)},
            kind=BulkRecall,
        )
        return await steering.recall(self._room, order=_order(visit), said=said)

    async def _shown(self, visit: Visit) -> dict[str, Any]:
        bulk = await look_at(self._room, caller=visit.caller, bulk_id=_bulk_id(visit))
        state = BulkState(bulk.state)
        return {
            "bulk": bulk,
            "is_under_way": state in _UNDER_WAY,
            "done": sum(bulk.counts[each] for each in _DONE_WITH),
            "may_be": {str(event) for event in BulkEvent if (state, event) in BULK_MOVES},
        }


def _order(visit: Visit) -> Order:
    return Order(caller=visit.caller, bulk_id=_bulk_id(visit))


def _rate(visit: Visit) -> int | str | None:
    typed = visit.form.text("rate_per_second")
    return whole_number(typed, otherwise=0) if typed else None


def _bulk_id(visit: Visit) -> UUID:
    bulk_id = id_in_path(visit, name="bulk_id")
    if bulk_id is None:
        raise unknown_bulk()
    return bulk_id
