"""`GET /v1/status` says what the first screen does: what waits, how long, what to expect."""

from datetime import timedelta

from tests.fixtures.site import Site
from tests.reconciliation.test_backlog import filled
from tests.web.test_people import Speaking
from tutela.domain.vocabulary import Role


async def test_what_waits_and_how_long_it_took_is_in_the_answer(web: Site) -> None:
    now = web.house.clock.now()
    cases = await filled(web.house, now=now)
    caller = Speaking(web, await web.new_token(Role.AUDITOR))
    told = (await caller.get("/v1/status")).json()
    still = [each for each in cases if each["closed"] is None]
    assert sum(lane["open"] for lane in told["backlog"]["lanes"]) == len(still) > 0
    ahead = told["backlog"]["forecast"]
    assert (len(ahead["past"]), len(ahead["ahead"]), ahead["past"][-1]) == (25, 24, len(still))
    since = now - timedelta(hours=24)
    day = {each["lane"]: each for each in told["waits"] if each["window_hours"] == 24}
    lately = [each for each in cases if each["opened"] >= since and each["lane"] == "danger"]
    assert 0 < day["danger"]["cases"] <= len(lately)
    assert day[None]["cases"] == sum(each["cases"] for lane, each in day.items() if lane)
    assert set(day["danger"]["to_first_look"]) == {"median", "p95", "p99"}
    assert told["waits_at"] is not None
    assert told["oversight"] == {
        "openings": 0,
        "browsing": 0,
        "overdue": 0,
        "oldest_since": None,
    }


async def test_a_service_with_nothing_says_that_it_is_too_early(web: Site) -> None:
    caller = Speaking(web, await web.new_token(Role.SERVICE, service="new"))
    told = (await caller.get("/v1/status")).json()
    assert told["backlog"]["forecast"] is None
    assert {each["cases"] for each in told["waits"]} == {0}
