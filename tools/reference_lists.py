"""Closed lists: errors, roles, states, vocabulary, checks of reconciliation."""

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum

import tutela
from tools.reference_tables import code, first_sentence, remarks, table
from tutela.access.roles import RIGHTS, Right
from tutela.cli.main import USAGE_CODES
from tutela.detection.rules.variables import TYPES, Variable
from tutela.domain.harm import harm_family
from tutela.domain.states import STATE_TABLES
from tutela.domain.vocabulary import Category, Role
from tutela.errors import TutelaError
from tutela.intake.channels import atproto
from tutela.reconciliation.reconcile import MEANINGS
from tutela.web.endpoint import Broken


def errors_table() -> str:
    """Every error: code, status over HTTP, exit status of a command, title, meaning."""
    rows = {
        (each.code, each.title): [
            code(each.code),
            str(int(each.status)),
            "2" if each.code in USAGE_CODES else "1",
            each.title,
            first_sentence(Broken if each is TutelaError else each),
        ]
        for each in every_error()
        if "code" in vars(each) and each.__module__.startswith("tutela.")
    }
    return table(
        ["Code", "HTTP", "Exit", "Title", "Means"], rows=[rows[key] for key in sorted(rows)]
    )


def every_error() -> Iterator[type[TutelaError]]:
    """Each kind of error that the code can raise and that has a code of its own or inherits one."""
    for module in pkgutil.walk_packages(tutela.__path__, "tutela."):
        _import(module.name)
    pending = [TutelaError]
    while pending:
        kind = pending.pop()
        yield kind
        pending.extend(kind.__subclasses__())


def _import(name: str) -> None:
    """Nothing, once it is imported, or stands on an extra that is not installed."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in {"tutela", "tutela_verify"}:
            raise
    except TutelaError as absent:
        if not isinstance(absent.__cause__, ImportError):
            raise


def rights_table() -> str:
    """Which role has which right, and what each right means."""
    roles = [
        [code(role), remarks(Role)[role], ", ".join(code(r) for r in Right if r in RIGHTS[role])]
        for role in Role
    ]
    rights = [[code(right), remarks(Right)[right]] for right in Right]
    return (
        table(["Right", "Means"], rows=rights)
        + "\n\n"
        + table(["Role", "Who", "Rights"], rows=roles)
    )


def members(name: str) -> str:
    """The members of the closed list `module.Class`."""
    said = remarks(closed_list(name))
    return table(["Value", "Means"], rows=[[code(value), text] for value, text in said.items()])


def closed_list(name: str) -> type[StrEnum]:
    """The closed list of a dotted name under `tutela`."""
    module, _, kind = name.rpartition(".")
    found: type[StrEnum] = getattr(importlib.import_module(f"tutela.{module}"), kind)
    return found


def families() -> str:
    """Which harm family each category belongs to."""
    rows = [[code(category), code(harm_family(category))] for category in Category]
    return table(["Category", "Harm family"], rows=rows)


def variables_of_events() -> str:
    """What rules may read of each type of events."""
    rows = [
        [code(event), code(each.name), _kind(each), _where_missing(each)]
        for event, variables in TYPES.items()
        for each in variables
    ]
    return table(["On", "Name", "Type", "Where the event does not say"], rows=rows)


def _kind(variable: Variable) -> str:
    members = ", ".join(code(each) for each in variable.members)
    return f"{variable.kind}: {members}" if members else str(variable.kind)


def _where_missing(variable: Variable) -> str:
    if variable.optional:
        return f"unknown; {code(variable.flag)} is false"
    if variable.absent is None:
        return "unknown"
    return code(variable.absent) if variable.absent else "empty"


def state_table(name: str) -> str:
    """The states of `ItemState` and the like, their moves and a picture of both."""
    kind, moves = next(
        (kind, moves) for kind, moves in STATE_TABLES.items() if kind.__name__ == name
    )
    causes = remarks(moves.events)
    picture = ["```mermaid", "stateDiagram-v2", f"    [*] --> {moves.initial}"]
    picture += [
        f"    {before} --> {after}: {event}" for (before, event), after in moves.moves.items()
    ]
    rows = [
        [code(before), code(event), code(after), causes[event]]
        for (before, event), after in moves.moves.items()
    ]
    states = [[code(state), remarks(kind)[state]] for state in kind]
    return "\n\n".join(
        [
            table(["State", "Means"], rows=states),
            table(["From", "Event", "To", "Because"], rows=rows),
            "\n".join([*picture, "```"]),
        ]
    )


def checks() -> str:
    """Every check of reconciliation and its meaning."""
    return table(["Check", "Means"], rows=[[code(name), text] for name, text in MEANINGS.items()])


def atproto_reasons() -> str:
    """What each reason of AT Protocol becomes."""
    rows = []
    for name in sorted(atproto._REASONS):  # noqa: SLF001 - the page tells what the channel does
        category, keyword = atproto.reason(f"tools.ozone.report.defs#reason{name}")
        rows.append([code(f"reason{name}"), code(category), code(keyword) if keyword else ""])
    return table(["Reason", "Category", "Keyword"], rows=rows)
