"""The calls over HTTP, from the one table of the site."""

from functools import cache
from http import HTTPStatus
from typing import Any, cast

from tools.reference_tables import code, table
from tutela.access.roles import RIGHTS
from tutela.domain.vocabulary import Role
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.openapi import document
from tutela.web.operations import OPERATIONS
from tutela.web.site import calls


class _Nothing:
    """Stands where a room would: the table of calls is made without one being asked anything."""

    def __getattr__(self, name: str) -> "_Nothing":
        return self

    def __call__(self, *_: object, **__: object) -> "_Nothing":
        return self


@cache
def every_call() -> dict[str, Call]:
    """Each call by `METHOD /path`."""
    nothing = cast("Any", _Nothing())
    rooms = Rooms(
        pool=nothing,
        keys=nothing,
        desk=nothing,
        intake=nothing,
        refusals=nothing,
        clock=nothing,
    )
    return {f"{call.method} {call.path}": call for call in calls(rooms)}


def calls_table() -> str:
    """All calls and the right that each asks."""
    rows = [[code(name), _right(call)] for name, call in every_call().items()]
    return table(["Call", "Right"], rows=rows)


def call_terms(name: str) -> str:
    """What one call asks of its caller, takes and answers, and with what statuses it refuses."""
    terms, operation = every_call()[name].terms, OPERATIONS[name]
    rows = [["Right", _right(every_call()[name])]]
    if terms.right is not None:
        rows[0][1] += f" ({', '.join(role for role in Role if terms.right in RIGHTS[role])})"
    if terms.queries:
        rows.append(["Query", ", ".join(code(each) for each in sorted(terms.queries))])
    if operation.takes is not None:
        rows.append(["Body", _body(terms, takes=operation.takes)])
    if operation.takes_key:
        rows.append(["Header", "`Idempotency-Key`, where the body names no key of its own"])
    answers = [_answer(status, kind=kind) for status, kind in operation.answers.items()]
    rows.append(["Answer", ", ".join(answers)])
    rows.append(["Refuses with", ", ".join(_refusals(name))])
    return table(["", ""], rows=rows)


def _body(terms: Terms, *, takes: type) -> str:
    return f"{_link(takes)}, {code(terms.takes)}, at most {terms.max_body_bytes:,} bytes"


def _answer(status: int, *, kind: Any) -> str:  # noqa: ANN401 - an answer is of any type
    return f"{status} {_link(kind)}" if hasattr(kind, "__struct_fields__") else str(status)


def _link(kind: type) -> str:
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


@cache
def _document() -> dict[str, Any]:
    return document(list(every_call().values()))


def _refusals(name: str) -> list[str]:
    method, _, path = name.partition(" ")
    responses = _document()["paths"][path][method.lower()]["responses"]
    return [status for status in responses if int(status) >= HTTPStatus.BAD_REQUEST]


def _right(call: Call) -> str:
    return "public" if call.terms.right is None else code(call.terms.right)
