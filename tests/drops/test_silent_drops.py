"""Every seeded silent drop is found, and by the guard that is named for it and no other."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from tests.drops import incidents, losing
from tests.drops.drop import QUIET, Checked, Constrained, look, only_for, take_out
from tests.fixtures.house import Rooms

MINUTES = timedelta(minutes=2)
FOREIGN = psycopg.errors.ForeignKeyViolation

CHECKED = [
    Checked("null author", losing.null_author, ("item_missing",)),
    Checked("no media", losing.no_media, ("notice_missing",)),
    Checked(
        "already reported account", losing.already_reported_account, ("open_item_in_closed_case",)
    ),
    Checked("another harm family", losing.another_harm_family, ("family_mixed",)),
    Checked("unknown language", losing.unknown_language, ("item_missing",)),
    Checked("full queue", losing.full_queue, ("refusals_rising",)),
    Checked("late commit under the cursor", losing.late_commit, ("inclusion_late",), later=MINUTES),
    Checked("lost case row", losing.lost_case_row, ("case_missing",)),
    Checked(
        "item that no decision names",
        losing.item_that_no_decision_names,
        ("open_item_in_closed_case",),
    ),
    Checked(
        "case stuck in a lease",
        losing.case_stuck_in_a_lease,
        ("lease_stuck",),
        limits=replace(QUIET, inclusion_seconds=10**6),
        later=timedelta(hours=9),
    ),
    Checked(
        "dead worker",
        losing.dead_worker,
        ("process_silent",),
        limits=only_for(("worker",)),
        later=MINUTES,
    ),
    Checked(
        "dead courier",
        losing.dead_courier,
        ("process_silent",),
        limits=only_for(("courier",)),
        later=MINUTES,
    ),
    Checked(
        "dead sequencer",
        losing.dead_sequencer,
        ("process_silent",),
        limits=only_for(("sequencer",)),
        later=MINUTES,
    ),
    Checked(
        "merged into a closing case",
        losing.merged_into_a_closing_case,
        ("open_item_in_closed_case",),
    ),
    Checked("wrong service", losing.wrong_service, ("service_unknown",)),
    Checked(
        "canary swallowed", losing.canary_swallowed, ("canary_lost",), later=timedelta(minutes=11)
    ),
    Checked("outbox row missing", losing.outbox_row_missing, ("decision_incomplete",)),
    Checked("measure missing", losing.measure_missing, ("decision_incomplete",)),
    Checked("undo message missing", losing.undo_message_missing, ("decision_incomplete",)),
    Checked("undoing missing", losing.undoing_missing, ("notice_missing",)),
    Checked("undone without its measure", losing.undone_without_its_measure, ("measure_left",)),
    Checked(
        "never ended",
        losing.never_ended,
        ("measure_left",),
        limits=replace(QUIET, inclusion_seconds=10**6, outbox_seconds_max=10**6),
        later=timedelta(days=2),
    ),
    Checked("never carried out", losing.never_carried_out, ("measure_unconfirmed",)),
    Checked("not carried out", losing.said_not_to_be_carried_out, ("measure_failed",)),
    Checked("statement missing", losing.statement_missing, ("decision_incomplete",)),
    Checked(
        "notifier's answer missing",
        losing.answer_missing,
        ("answer_missing", "decision_incomplete"),
    ),
    Checked("item left out of an incident", incidents.item_left_out, ("incident_incomplete",)),
    Checked("incident row gone", incidents.row_gone, ("notice_missing",)),
    Checked(
        "incident that nobody replays",
        incidents.left,
        ("incident_left",),
        limits=replace(QUIET, inclusion_seconds=10**6),
        later=timedelta(hours=25),
    ),
    Checked("declared and not received", losing.declared_and_not_received, ("declaration_gap",)),
]

CONSTRAINED = [
    Constrained("text only", losing.text_only, "item", "item_check", psycopg.errors.CheckViolation),
    Constrained(
        "deleted queue", losing.deleted_queue, "item", "item_tenant_service_case_id_fkey", FOREIGN
    ),
    Constrained(
        "wrong tenant", losing.wrong_tenant, "item", "item_tenant_service_case_id_fkey", FOREIGN
    ),
]


def _names(drop: Checked | Constrained) -> str:
    return drop.name.replace(" ", "-")


@pytest.mark.parametrize("drop", CHECKED, ids=_names)
async def test_reconciliation_names_what_was_lost(
    rooms: Rooms, drop: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = await drop.seed(rooms)
    report = await look(rooms, drop=drop, monkeypatch=monkeypatch)
    assert not report.ok
    assert {fault.check for fault in report.faults} == set(drop.checks)
    assert str(lost) in {found.id for fault in report.faults for found in fault.found}


@pytest.mark.parametrize("drop", CHECKED, ids=_names)
async def test_without_its_check_nobody_would_notice(
    rooms: Rooms, drop: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drop.seed(rooms)
    report = await look(rooms, drop=drop, monkeypatch=monkeypatch, without=drop.checks)
    assert report.faults == []


@pytest.mark.parametrize("drop", CONSTRAINED, ids=_names)
async def test_the_database_refuses_the_drop(rooms: Rooms, drop: Constrained) -> None:
    with pytest.raises(drop.refusal):
        await drop.seed(rooms)


@pytest.mark.parametrize("drop", CONSTRAINED, ids=_names)
async def test_without_its_constraint_the_drop_would_happen(
    rooms: Rooms, drop: Constrained
) -> None:
    await take_out(rooms, drop=drop)
    await drop.seed(rooms)


async def test_an_untouched_house_is_reconciled(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await rooms.caller()
    for language in ("de", "x-nobody", None):
        await rooms.take(caller, language=language)
    await losing.close_with_decision(rooms, caller=caller, act=True)
    nothing = Checked("nothing", losing.late_commit, ())
    report = await look(rooms, drop=nothing, monkeypatch=monkeypatch)
    assert report.ok
    assert (report.received, report.open, report.answered) == (3, 2, 1)
