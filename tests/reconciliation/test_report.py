from datetime import timedelta

from tests.drops.drop import QUIET
from tests.drops.losing import close_with_decision
from tests.fixtures.house import Rooms
from tutela.reconciliation.reconcile import is_lost, reconcile
from tutela.reconciliation.report import IDS_MAX, Found, Total, conclude, fault, only

AT = "2026-11-21T10:15:00.000000Z"


def _found(tenant: str, *, number: int) -> Found:
    return Found(tenant, "main", f"{tenant}-{number}", "gone")


def test_another_tenant_s_faults_never_hide_one_s_own() -> None:
    theirs = [_found("a", number=n) for n in range(3 * IDS_MAX)]
    whole = fault("item_missing", meaning="m", found=[*theirs, _found("b", number=1)])
    report = conclude([], faults=[whole], at=AT)
    seen = only(report, tenant="b", service="main", with_ids=True)
    assert not seen.ok
    assert [(f.count, [each.id for each in f.found]) for f in seen.faults] == [(1, ["b-1"])]


def test_a_fault_counts_all_and_names_the_first_of_each_service() -> None:
    many = [_found("a", number=n) for n in range(IDS_MAX + 5)]
    whole = fault("item_missing", meaning="m", found=many)
    assert (whole.count, len(whole.found)) == (IDS_MAX + 5, IDS_MAX)


def test_a_fault_of_the_house_is_everybody_s() -> None:
    silent = fault("process_silent", meaning="m", found=[Found("", "", "worker", "never heard")])
    report = conclude([], faults=[silent], at=AT)
    seen = only(report, tenant="a", service="main", with_ids=False)
    assert (seen.ok, seen.faults[0].count, seen.faults[0].found) == (False, 1, [])


def test_what_is_neither_open_nor_answered_is_lost() -> None:
    total = Total("main", "main", "user", "c", "de", "app", received=3, open=1, answered=1)
    report = conclude([total], faults=[], at=AT)
    assert (report.ok, report.lost, is_lost(report)) == (False, 1, True)


async def test_instructions_that_no_endpoint_takes_are_an_alarm_and_no_loss(rooms: Rooms) -> None:
    caller = await rooms.caller()
    await rooms.take(caller, subjects=[{"kind": "account", "id": "account-1"}])
    await close_with_decision(rooms, caller=caller, act=True)
    await rooms.sequencer.sequence_all()
    later = rooms.clock.now() + timedelta(hours=1)
    report = await reconcile(rooms.pool, now=later, limits=QUIET)
    assert [each.check for each in report.faults] == ["endpoint_missing"]
    assert not report.ok
    assert not is_lost(report)
