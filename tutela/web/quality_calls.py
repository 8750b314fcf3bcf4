"""The calls by which decisions are looked at again, and by which a lead settles what differs."""

from tutela.access.roles import Right
from tutela.web.api import quality
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms

_SEE = Terms(right=Right.SEE_QUALITY, takes=None)
_SEE_OWN = Terms(right=Right.DECIDE_CASES, takes=None)
_TAKE = Terms(right=Right.DECIDE_CASES)
#: What somebody found is told to nobody but the lead who settles it.
_ANSWER = Terms(right=Right.DECIDE_CASES, keeps_refused=False)
_SEE_DISPUTES = Terms(right=Right.JUDGE_QUALITY, takes=None)
_SETTLE = Terms(right=Right.JUDGE_QUALITY, keeps_refused=False)
_PLAN = Terms(right=Right.JUDGE_QUALITY)


def quality_calls(rooms: Rooms) -> list[Call]:
    """The figures; a look taken, shown and answered; a dispute settled; how much is drawn."""
    room = rooms.looking_again
    look, dispute = "/v1/quality/looks/{look_id}", "/v1/quality/disputes/{look_id}"
    return [
        Call("GET", "/v1/quality", _SEE, quality.show_quality(room)),
        Call("GET", "/v1/quality/own", _SEE_OWN, quality.show_own_quality(room)),
        Call("POST", "/v1/quality/take", _TAKE, quality.take_look(room)),
        Call("GET", look, _SEE_OWN, quality.show_look(room)),
        Call("POST", f"{look}/answer", _ANSWER, quality.answer_look(room)),
        Call("GET", "/v1/quality/disputes", _SEE_DISPUTES, quality.show_disputes(room)),
        Call("GET", dispute, _SEE_DISPUTES, quality.show_judged(room)),
        Call("POST", f"{dispute}/settle", _SETTLE, quality.settle_look(room)),
        Call("POST", f"{dispute}/known", _SETTLE, quality.make_known(room)),
        Call("POST", "/v1/quality/plan", _PLAN, quality.plan_quality(room)),
    ]
