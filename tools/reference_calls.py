"""The calls over HTTP, from the one table of the site."""

from functools import cache
from typing import Any, cast

from tools.reference_tables import code, table
from tutela.access.roles import RIGHTS
from tutela.domain.vocabulary import Role
from tutela.web.site import Call, Rooms, calls


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
    """What one call asks of its caller and takes."""
    call = every_call()[name]
    terms = call.terms
    rows = [["Right", _right(call)]]
    if terms.right is not None:
        holders = [code(role) for role in Role if terms.right in RIGHTS[role]]
        rows.append(["Roles", ", ".join(holders)])
    if terms.takes is not None:
        rows.append(["Body", f"{code(terms.takes)}, at most {terms.max_body_bytes:,} bytes"])
    if terms.queries:
        rows.append(["Query", ", ".join(code(each) for each in sorted(terms.queries))])
    return table(["", ""], rows=rows)


def _right(call: Call) -> str:
    return "public" if call.terms.right is None else code(call.terms.right)
