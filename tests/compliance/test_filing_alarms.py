"""What is not filed is seen: by the reconciliation, the status, the figures and the doctor."""

from datetime import timedelta

from tests.fixtures.filing import Office, decide_many, registry
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tutela.compliance.filing.rounds import file_due
from tutela.compliance.filing.settlement import Turned
from tutela.domain.vocabulary import Role
from tutela.reconciliation.reconcile import Limits, reconcile

LATE = Limits(kinds=(), doors=(), canary_seconds_max=1e9, filing_seconds_max=3_600)


async def faults(rooms: Rooms, *, limits: Limits = LATE) -> dict[str, int]:
    report = await reconcile(rooms.pool, now=rooms.clock.now(), limits=limits)
    found = {fault.check: fault.count for fault in report.faults}
    return {check: count for check, count in found.items() if check.startswith("filing")}


async def test_a_statement_that_is_due_or_held_for_too_long_is_an_alarm(rooms: Rooms) -> None:
    await decide_many(rooms, count=1, facts="see @wplor")
    await file_due(registry(rooms), send=Office().send)
    await decide_many(rooms, count=1)
    assert await faults(rooms) == {}
    rooms.clock.ahead += timedelta(hours=2)
    assert await faults(rooms) == {"filing_late": 2}
    without_a_database = Limits(kinds=(), doors=(), canary_seconds_max=1e9)
    assert await faults(rooms, limits=without_a_database) == {}
    await file_due(registry(rooms), send=Office().send)
    assert await faults(rooms) == {"filing_late": 1}


async def test_a_refusal_is_an_alarm_until_somebody_sees_to_it(rooms: Rooms) -> None:
    await decide_many(rooms, count=1)
    office = Office(judge=lambda ready: Turned(ready=ready, why="category: no"))
    await file_due(registry(rooms), send=office.send)
    assert await faults(rooms) == {"filing_refused": 1}


async def test_status_and_figures_tell_what_is_not_filed(web: Site) -> None:
    await decide_many(web.house, count=1, facts="see @wplor")
    await file_due(registry(web.house), send=Office().send)
    await decide_many(web.house, count=2)
    token = await web.token(Role.LEAD)
    status = await web.client.get("/v1/status", headers={"authorization": f"Bearer {token}"})
    filings = status.json()["filings"]
    assert (filings["due"], filings["held"], filings["refused"]) == (2, 1, 0)
    assert filings["oldest_due_since"] is not None
    figures = (await web.client.get("/metrics")).text
    assert 'tutela_statements_not_filed{state="due"} 2.0' in figures
    assert 'tutela_statements_not_filed{state="held"} 1.0' in figures
    assert "tutela_statement_due_age_seconds" in figures
