"""`tutela rules`: whether policies can be used, and what they would have said of stored events."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json, progress
from tutela.domain.events import Visibility
from tutela.settings import read_settings

if TYPE_CHECKING:
    from tutela.detection.rules.backtest import Backtest
    from tutela.detection.rules.findings import Finding, RulesUnfit
    from tutela.detection.rules.policies import Policies
    from tutela.law.detection import DetectionBases

rules = typer.Typer(no_args_is_help=True, help="Policies that say which events need a person.")

PolicyFiles = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file of policies, or a folder of them.")
]
Bases = Annotated[
    Path | None,
    typer.Option(help="A register of further legal bases. [TUTELA_DETECTION_BASES]"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose events they are, which decides on what legal basis anybody may look at them."""

    service: Annotated[str, typer.Option(help="TENANT/SERVICE that they are of.")] = "main/main"
    visibility: Annotated[Visibility, typer.Option(help="Of events that do not say theirs.")] = (
        Visibility.INTERPERSONAL
    )
    bases: Bases = None


class PolicyChecked(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that can be used."""

    policy: str
    version: int
    mode: str
    events: tuple[str, ...]
    tests: int
    #: The most that it can cost on the largest event, in steps of about 0.1 microseconds.
    steps_max: int


class RulesChecked(msgspec.Struct, frozen=True, kw_only=True):
    """Whether policies can be used, and what is wrong with them."""

    file: str
    ok: bool
    findings: "tuple[Finding, ...]" = ()
    policies: tuple[PolicyChecked, ...] = ()


@rules.command("check")
def check(file: PolicyFiles, *, bases: Bases = None, as_json: AsJson = False) -> None:
    """Say whether policies can be used: names, types, costs, their own tests."""
    from tutela.detection.rules.findings import RulesUnfit as Unfit

    try:
        policies = _load(file, bases=_register(bases))
    except Unfit as error:
        _tell_unfit(error, file=file, as_json=as_json)
        raise typer.Exit(1) from None
    found = tuple(_checked(policies))
    if as_json:
        print_json(RulesChecked(file=str(file), ok=True, policies=found))
        return
    for each in found:
        on = ", ".join(each.events)
        print(
            f"{each.policy}: version {each.version}, {each.mode}, on {on}:"
            f" {each.tests} tests pass, at most {each.steps_max:,} steps"
        )
    print(f"{file}: {len(found)} policies can be used")


@rules.command("backtest")
@spread
def backtest(
    file: PolicyFiles,
    *,
    events: Annotated[Path, typer.Option(help="Stored events, JSON Lines.")],
    whose: Whose,
    as_json: AsJson = False,
) -> None:
    """Say what policies would have said of stored events; nothing follows from it."""
    from tutela.detection.rules.backtest import Surroundings
    from tutela.detection.rules.backtest import backtest as run
    from tutela.detection.rules.stored import read_events

    known = _register(whose.bases)
    policies = _load(file, bases=known)
    around = Surroundings(service=whose.service, bases=known, visibility=whose.visibility)
    with progress("Events") as moved:
        stored = read_events(events, moved=moved)
        found = run(policies, stored=stored, surroundings=around, tick_ns=time.perf_counter_ns)
    if as_json:
        print_json(found)
    else:
        _tell(found)
    if found.bad_lines:
        raise typer.Exit(1)


@rules.command("example")
def example(*, as_json: AsJson = False) -> None:
    """Print policies to begin with, each with its own tests."""
    from tutela.detection.rules.examples import first

    if as_json:
        print_json({"policies": first()})
    else:
        print(first(), end="")


def _register(bases: Path | None) -> "DetectionBases":
    from tutela.detection.pipeline.room import register

    return register(read_settings(os.environ, given={"detection_bases": bases}).detection_bases)


def _load(file: Path, *, bases: "DetectionBases") -> "Policies":
    from tutela.detection.rules.checking import load
    from tutela.detection.rules.variables import Vocabulary

    return load(file, vocabulary=Vocabulary(bases=frozenset(each.code for each in bases)))


def _checked(policies: "Policies") -> list[PolicyChecked]:
    steps: dict[tuple[str, str], int] = {}
    for on_event in policies.by_event.values():
        for each in on_event.checked:
            key = (each.policy.id, each.policy.mode)
            steps[key] = max(steps.get(key, 0), each.program.cost.steps)
    return [
        PolicyChecked(
            policy=each.id,
            version=each.version,
            mode=each.mode,
            events=each.events,
            tests=len(each.tests),
            steps_max=steps[each.id, each.mode],
        )
        for each in policies.policies
    ]


def _tell_unfit(error: "RulesUnfit", *, file: Path, as_json: bool) -> None:
    from tutela.detection.rules.findings import told

    if as_json:
        print_json(RulesChecked(file=str(file), ok=False, findings=error.findings))
        return
    for line in told(error.findings):
        print(line)
    print(f"{file}: can't be used")


def _tell(found: "Backtest") -> None:
    print(
        f"{found.events:,} events, {found.without_policy:,} of them without a policy,"
        f" {found.bad_lines:,} bad lines"
    )
    for bad in found.first_bad_lines:
        print(f"line {bad.line}: {bad.message}")
    for each in found.policies:
        print(
            f"{each.policy} {each.version} ({each.mode}): {each.matches:,} match,"
            f" {each.no_matches:,} no match, {each.unavailable:,} unavailable,"
            f" {each.median_us:.1f} us each"
        )
        if each.why:
            print("  why unavailable: " + ", ".join(f"{n:,} {why}" for why, n in each.why.items()))
        if each.lines:
            print("  first lines: " + ", ".join(map(str, each.lines)))
    for pair in found.disagreements:
        print(
            f"{pair.policy}: {pair.live_only:,} matched by live {pair.live_version} alone,"
            f" {pair.shadow_only:,} by shadow {pair.shadow_version} alone,"
            f" {pair.known_to_one:,} known to one alone"
        )
