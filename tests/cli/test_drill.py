"""A route that is broken on purpose is found red by its probes, and is well again afterwards."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.service import TUTELA, RunningTutela, running, until
from tutela.drills.routes import break_door, mend_door, refuse_unknown
from tutela.errors import TutelaError

PERIOD_SECONDS = 5


def route(client: httpx.Client) -> tuple[bool, dict[str, object]]:
    """Whether all is well, and what is told of the door `form`."""
    told = client.get("/v1/status").json()
    found = [each for each in told["canaries"] if each["door"] == "form"]
    return told["ok"], found[0] if found else {}


def test_a_broken_route_turns_red_within_two_periods_and_green_again(migrated_folder: Path) -> None:
    pace = {"TUTELA_CANARY_SECONDS": str(PERIOD_SECONDS), "TUTELA_RECONCILE_SECONDS": "1"}
    with running(RunningTutela(migrated_folder, environment=pace)) as service:
        sender = service.token()
        with service.client(service.token(role="lead")) as client:
            until(lambda: route(client)[1].get("came_through_at"), what="a probe to come through")
            first = route(client)[1]["came_through_at"]
            until(lambda: route(client)[1]["came_through_at"] != first, what="a second probe")
            refused = service.command("drill", "break-route", "form")
            assert (refused.returncode, "this is no demo" in refused.stderr) == (2, True)
            command = [str(TUTELA), "drill", "break-route", "form", "--yes", *service.where]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as drill:
                until(lambda: route(client)[1]["ok"] is False, what="the route to be red")
                assert route(client)[0] is False
                with service.client(sender) as other:
                    body = {
                        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
                        "subjects": [{"kind": "content", "id": "p-1"}],
                    }
                    assert other.post("/v1/notices", json=body).status_code == 201
                said = drill.communicate()[0]
            assert drill.returncode == 0, said
            until(lambda: route(client)[1]["ok"] is True, what="the route to be green again")
    assert re.search(r"red \(at the door: status 5\d\d\) after (\d+) s", said)
    assert said.splitlines()[-2] == "form is mended"
    assert said.splitlines()[-1].startswith("green after ")


async def test_a_door_is_shut_until_its_time_is_over_even_where_nobody_mends_it(
    rooms: Rooms,
) -> None:
    caller = await rooms.caller()
    now = rooms.clock.now()
    await break_door(rooms.pool, door="api", until=now + timedelta(minutes=5))
    with pytest.raises(Exception, match="shut by a drill"):
        await rooms.take(caller)
    await break_door(rooms.pool, door="api", until=now - timedelta(seconds=1))
    await rooms.take(caller)
    await break_door(rooms.pool, door="form", until=now + timedelta(minutes=5))
    await rooms.take(caller)
    for door in ("api", "form"):
        await mend_door(rooms.pool, door=door)
    left = await rooms.rows("SELECT proname FROM pg_proc WHERE proname LIKE 'drill_broken_%%'")
    assert left == []


def test_a_door_that_no_probe_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(TutelaError, match="form") as refused:
        refuse_unknown("x'; DROP TABLE notice; --")
    assert refused.value.code == "unknown_route"
