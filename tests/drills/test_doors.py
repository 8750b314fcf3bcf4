"""The world of reports through every door, small: all stored, queued, answered; a loss is told."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from benchmarks import doors, doors_proof
from benchmarks.doors_sending import Acknowledged
from benchmarks.doors_stored import Faults, Stored, match
from benchmarks.doors_table import DOORS
from benchmarks.doors_world import INCOMPLETE_SHARE, Report, planted, reports
from tutela.ledger.receipts import hash_code, read_code

COUNT = 300
FORMS = [door.form for door in DOORS]


def test_every_report_through_every_door_is_stored_queued_and_answered() -> None:
    outcome = asyncio.run(doors.run(count=COUNT, seed=doors.SEED, tell=lambda _: None))
    assert list(outcome.faults.lines()) == []
    assert (
        outcome.reconciled
        == f"{outcome.items} received = 0 open + {outcome.items} answered + 0 lost"
    )
    assert outcome.items > COUNT
    assert sum(outcome.counted[form.name, ""] for form in FORMS) == COUNT
    assert outcome.looked_up > COUNT / 2
    assert outcome.proved > 0
    assert outcome.verified.startswith("verified: ")
    assert all(form.name in doors.table(outcome) for form in FORMS)


@pytest.mark.parametrize("count", [50, COUNT, 10_000])
def test_six_of_ten_reports_lack_something(count: int) -> None:
    world = reports(count, forms=FORMS, seed=1)
    assert len(world) == count
    assert sum(bool(report.lacks) for report in world) == count * INCOMPLETE_SHARE
    assert Counter(report.door for report in world).keys() == {form.name for form in FORMS}


def test_the_same_seed_makes_the_same_world() -> None:
    assert reports(COUNT, forms=FORMS, seed=7) == reports(COUNT, forms=FORMS, seed=7)
    assert reports(COUNT, forms=FORMS, seed=7) != reports(COUNT, forms=FORMS, seed=8)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("lost", "acknowledged and not stored"),
        ("unsent", "not acknowledged"),
        ("foreign", "stored and sent by nobody"),
        ("merged", "two reports in one notice"),
        ("complete", "told and stored lacks differ"),
        ("miscounted", "other counts than planted"),
        ("elsewhere", "counted at another door"),
        ("nowhere", "an item that is nowhere"),
        ("open", "not answered"),
    ],
)
def test_what_does_not_fit_is_told(kind: str, says: str) -> None:
    world = reports(10, forms=FORMS, seed=1)
    assert _faults(world, taken=_taken(world), stored=_stored(world)) == set()
    taken, stored = _taken(world), _stored(world)
    if kind == "lost":
        stored.pop()
    elif kind == "unsent":
        taken.pop()
    elif kind == "foreign":
        stored.append(replace(stored[0], id="x", code_hash=b"x", key="x"))
    elif kind == "merged":
        taken[0] = replace(taken[0], notice_id="id-1", code=None)
    elif kind == "complete":
        taken[0] = replace(taken[0], missing=frozenset({"/nothing"}))
    elif kind == "miscounted":
        stored[0] = replace(stored[0], missing=frozenset({"/notifier/email", "/explanation"}))
    else:
        changed = {
            "elsewhere": {"door": "?"},
            "nowhere": {"items": 0},
            "open": {"answered": 0, "queued": 1},
        }[kind]
        stored[0] = replace(stored[0], **changed)  # type: ignore[arg-type]
    assert says in _faults(world, taken=taken, stored=stored)


def _taken(world: list[Report]) -> list[Acknowledged]:
    """Reports by what their sender holds: an id, a code, a key."""
    return [
        Acknowledged(
            report=report,
            notice_id=f"id-{report.number}" if report.number % 3 == 0 else None,
            code=f"CODE-{report.number:04}" if report.number % 3 == 1 else None,
            missing=frozenset(lack.value for lack in report.lacks),
        )
        for report in world
    ]


def _stored(world: list[Report]) -> list[Stored]:
    counted_as = {door.form.name: door.counted_as for door in DOORS}
    return [
        Stored(
            id=f"id-{report.number}",
            door=counted_as[report.door],
            missing=frozenset(lack.value for lack in report.lacks),
            code_hash=hash_code(read_code(f"CODE-{report.number:04}")),
            key=report.key,
            said_items=1,
            items=1,
            queued=0,
            answered=1,
        )
        for report in world
    ]


def _faults(world: list[Report], *, taken: list[Acknowledged], stored: list[Stored]) -> set[str]:
    faults = Faults()
    notices = match(taken, stored=stored, world=world, faults=faults)
    doors_proof.check_queued(notices, faults=faults)
    doors_proof.check_answered(notices, faults=faults)
    counted = doors_proof.check_counts(notices, world=world, faults=faults)
    assert faults.found or counted == planted(world)
    return set(faults.found)
