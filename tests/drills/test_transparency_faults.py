"""What goes wrong on demand, as a caller meets it, and the stand-in as a process of its own."""

import subprocess
import sys

import httpx
import pytest

from tests.fixtures.transparency import TOKEN, standing, statement
from tutela.database.dying import with_parent
from tutela.drills.transparency_database.faults import Fault, read

ONE = "/api/v1/statement"


@pytest.mark.parametrize(
    ("fault", "stored"), [(Fault.CUT_BEFORE_COMMIT, 0), (Fault.CUT_AFTER_COMMIT, 1)]
)
async def test_a_cut_connection_ends_without_an_answer(fault: Fault, stored: int) -> None:
    async with standing(rates={fault: 1.0}) as there:
        with pytest.raises(httpx.RemoteProtocolError):
            await there.post(ONE, body=statement())
        assert there.database.state()["stored"] == stored
        assert there.database.faults.made[fault] == 1


@pytest.mark.parametrize("fault", [Fault.LIMIT, Fault.ERROR])
async def test_a_refusal_on_demand_stores_nothing(fault: Fault) -> None:
    async with standing(rates={fault: 1.0}) as there:
        response = await there.post(ONE, body=statement())
        assert there.database.state()["stored"] == 0
    assert response.status_code in ({429} if fault is Fault.LIMIT else {500, 502, 503, 504})


async def test_a_slow_answer_is_stored_before_the_caller_gives_up() -> None:
    async with standing(rates={Fault.SLOW: 1.0}) as there:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with pytest.raises(httpx.ReadTimeout):
            await there.client.post(ONE, json=statement(), headers=headers, timeout=0.2)
        assert there.database.state()["stored"] == 1


async def test_faults_come_at_their_rates_and_the_same_for_the_same_seed() -> None:
    made = []
    for _ in range(2):
        async with standing(rates={Fault.LIMIT: 0.2, Fault.ERROR: 0.1}) as there:
            there.hand.seconds += 1
            answers = [(await there.get("/api/ping")).status_code for _ in range(100)]
            made.append((answers, there.database.state()["faults"]))
    assert made[0] == made[1]
    assert 10 <= made[0][0].count(429) <= 30


@pytest.mark.parametrize("text", ["quake=0.1", "429=2", "429=many"])
def test_a_fault_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"no fault|between 0 and 1|could not convert"):
        read(text)


def test_the_process_serves_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "tutela.drills.transparency_database"]
    command += ["--token", "t-1", "--idle-token", "t-2", "--fault", "5xx=0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=with_parent("SIGKILL"),  # noqa: PLW1509 - the test worker has one thread
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready ").strip()
        headers = {"Authorization": "Bearer t-1", "Accept": "application/json"}
        filed = httpx.post(url + ONE, json=statement(), headers=headers, trust_env=False)
        idle = {"Authorization": "Bearer t-2", "Accept": "application/json"}
        refused = httpx.post(url + ONE, json=statement(), headers=idle, trust_env=False)
        process.terminate()
        assert process.wait() == 0
    assert (filed.status_code, refused.status_code) == (201, 403)
