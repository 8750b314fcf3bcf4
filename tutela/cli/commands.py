"""The commands and groups of `tutela`: where each stands, imported only once it is asked for.

What a command needs takes a second of a processor to import; `tutela --help` needs none of it.
"""

import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import typer


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A command or a group, and where it stands."""

    #: What one types.
    name: str
    #: A module of `tutela.cli`, with a group or a function of the same name.
    module: str
    #: Its line in `tutela --help`; the first of its own help.
    line: str
    #: Modules whose `join` adds their commands to the group.
    joined: tuple[str, ...] = ()


PLACED: Final = (
    Placed(
        name="up",
        module="up",
        line="Run the service until SIGTERM; prints `ready http://HOST:PORT` when it serves.",
    ),
    Placed(
        name="demo",
        module="demo",
        line="Run everything with a synthetic platform of random tokens.",
    ),
    Placed(
        name="doctor",
        module="doctor",
        line="Look at settings, database, keys, clocks, processes, ledger and outbox; "
        "1 if any fails.",
    ),
    Placed(
        name="reconcile",
        module="reconcile",
        line="Hold what was accepted against what is open or answered; "
        "exit 1 where anything is lost.",
    ),
    Placed(
        name="flaggers",
        module="flaggers",
        line="Items of each flagger that were acted on, and how fast.",
    ),
    Placed(name="token", module="tokens", line="Tokens for programs."),
    Placed(name="user", module="users", line="People who log in."),
    Placed(name="notices", module="notices", line="Notices from a file; erasure."),
    Placed(
        name="incidents",
        module="incidents",
        line="Faults that were: which items each touched, and making it good.",
    ),
    Placed(
        name="statements",
        module="statements",
        line="Statements of reasons and the Transparency Database.",
        joined=("filing",),
    ),
    Placed(
        name="decisions",
        module="decisions",
        line="Decisions that were taken, and their end.",
    ),
    Placed(name="tos", module="tos", line="The versions of a service's terms."),
    Placed(
        name="measures",
        module="measures",
        line="What was decided, and how far the platform has carried it out.",
    ),
    Placed(name="hashes", module="hashes", line="Hashes of known material."),
    Placed(
        name="lists",
        module="lists",
        line="Lists of known material and terms.",
        joined=("lists_kept",),
    ),
    Placed(
        name="rules",
        module="rules",
        line="Policies that say which events need a person.",
        joined=("rules_kept",),
    ),
    Placed(
        name="terms",
        module="terms",
        line="Terms in texts, however they are written.",
    ),
    Placed(
        name="guard",
        module="guard",
        line="What the guard lists, and whether surfaces hold it.",
        joined=(
            "guard_probe",
            "guard_switch",
            "guard_leads",
        ),
    ),
    Placed(
        name="networks",
        module="networks",
        line="Networks of accounts, found as leads.",
        joined=(
            "network_cases",
            "network_runs",
            "network_found",
        ),
    ),
    Placed(
        name="ledger",
        module="ledger",
        line="The record, for those who check it.",
    ),
    Placed(name="keys", module="keys", line="The keys that sign the record."),
    Placed(
        name="webhook",
        module="webhooks",
        line="Where a service takes what it is told.",
    ),
    Placed(
        name="outbox",
        module="outbox",
        line="Messages to the platform that were given up.",
    ),
    Placed(
        name="witness",
        module="witness",
        line="Cosign the heads of other people's logs.",
    ),
    Placed(
        name="witnesses",
        module="witnesses",
        line="Who outside holds the heads of our logs.",
    ),
    Placed(
        name="world",
        module="world",
        line="Synthetic platforms with planted rings.",
    ),
    Placed(
        name="drill",
        module="drill",
        line="Faults on purpose, to see that they are found.",
    ),
)


def application(named: str | None) -> typer.Typer:
    """The command line with the command `named` imported; of all else it knows the line of help."""
    return _line(frozenset({named}))


def whole_application() -> typer.Typer:
    """The command line with every command imported."""
    return _line(frozenset(each.name for each in PLACED))


def _line(wanted: frozenset[str | None]) -> typer.Typer:
    line = typer.Typer(
        name="tutela",
        help="A child-protection system for platforms: notices that cannot get lost.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for each in PLACED:
        found = _found(each) if each.name in wanted else _left_out
        if isinstance(found, typer.Typer):
            line.add_typer(found, name=each.name)
        else:
            line.command(each.name, help=each.line if found is _left_out else None)(found)
    return line


@cache
def _found(placed: Placed) -> Any:  # noqa: ANN401 - a group or any function
    found = getattr(_module(placed.module), placed.module)
    for module in [_module(name) for name in placed.joined]:
        module.join(found)
    return found


def _module(name: str) -> Any:  # noqa: ANN401 - a module, whatever stands in it
    return importlib.import_module(f"tutela.cli.{name}")


def _left_out() -> None:
    raise AssertionError("a command is imported before it is called")
