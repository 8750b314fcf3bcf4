"""The calls by which people keep policies together."""

from tutela.access.roles import Right
from tutela.web.api import rules
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

_SEE_PAGE = Terms(right=Right.SEE_LISTS, takes=None, queries=PAGE_QUERIES)
_SEE = Terms(right=Right.SEE_LISTS, takes=None)
_TRY = Terms(right=Right.SEE_LISTS)
_PROPOSE = Terms(right=Right.PROPOSE_RULES)
_APPROVE = Terms(right=Right.APPROVE_RULES)
_SWITCH = Terms(right=Right.SWITCH_RULES)


def rule_calls(rooms: Rooms) -> list[Call]:
    """What is in force, what is asked for, and what another person says to it."""
    room, one = rooms.detection.ruling, "/v1/rules/versions/{version_id}"
    return [
        Call("GET", "/v1/rules/files", _SEE, rules.show_files(room)),
        Call("GET", "/v1/rules/precision", _SEE, rules.show_precision(room)),
        Call("POST", "/v1/rules/preview", _TRY, rules.preview_text(room)),
        Call("GET", "/v1/rules/switch", _SEE, rules.show_switch(room)),
        Call("POST", "/v1/rules/switch", _SWITCH, rules.throw_switch(room)),
        Call("GET", "/v1/rules/versions", _SEE_PAGE, rules.show_versions(room)),
        Call("POST", "/v1/rules/versions", _PROPOSE, rules.propose_version(room)),
        Call("GET", one, _SEE, rules.show_one_version(room)),
        Call("GET", f"{one}/preview", _SEE, rules.preview_version(room)),
        Call("POST", f"{one}/approve", _APPROVE, rules.approve_version(room)),
        Call("POST", f"{one}/promote", _APPROVE, rules.promote_version(room)),
        Call("POST", f"{one}/reject", _PROPOSE, rules.reject_version(room)),
        Call("POST", f"{one}/retire", _PROPOSE, rules.retire_version(room)),
    ]
