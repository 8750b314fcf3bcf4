"""One leader at a time, and the next one when it is gone."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tutela.database.errors import DatabaseUnavailable, LeadershipLost
from tutela.database.leader import Lead, lead_again_and_again, leadership, lock_key

TRY_SECONDS = 0.02

OTHER_PROCESS = """
import asyncio, sys
from tutela.database.leader import leadership

async def main() -> None:
    async with leadership(sys.argv[1], name="sequencer"):
        print("leads", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def other_leader(database_url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that leads."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, database_url],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "leads\n"
            yield process
        finally:
            process.kill()


async def leads(url: str, *, name: str) -> bool:
    """Whether somebody else leads: we cannot get it at once."""
    try:
        async with asyncio.timeout(0.3), leadership(url, name=name, try_seconds=TRY_SECONDS):
            return False
    except TimeoutError:
        return True


async def test_only_one_leads_a_name_and_each_name_has_its_own(database_url: str) -> None:
    async with leadership(database_url, name="sequencer") as lead:
        await lead.check()
        assert await leads(database_url, name="sequencer")
        assert not await leads(database_url, name="worker")
    assert not await leads(database_url, name="sequencer")


async def test_the_next_one_leads_when_the_leader_is_killed(
    database_url: str, other_leader: subprocess.Popen[str]
) -> None:
    waiting = asyncio.create_task(_lead_once(database_url))
    assert await leads(database_url, name="sequencer")
    assert not waiting.done()
    other_leader.kill()
    async with asyncio.timeout(30):
        await waiting


async def _lead_once(url: str) -> None:
    async with leadership(url, name="sequencer", try_seconds=TRY_SECONDS) as lead:
        await lead.check()


def end_session(lead: Lead) -> None:
    os.kill(lead.connection.info.backend_pid, signal.SIGTERM)


async def test_a_leader_whose_session_ended_learns_it(database_url: str) -> None:
    async with leadership(database_url, name="sequencer") as lead:
        end_session(lead)
        with pytest.raises(LeadershipLost, match="sequencer"):
            await lead.check()


async def test_a_leader_whose_lock_was_given_up_learns_it(database_url: str) -> None:
    async with leadership(database_url, name="sequencer") as lead:
        await lead.connection.execute("SELECT pg_advisory_unlock_all()")
        with pytest.raises(LeadershipLost):
            await lead.check()


async def test_nothing_is_committed_by_a_leader_that_lost_its_session(database_url: str) -> None:
    async def work_as_leader() -> None:
        async with (
            leadership(database_url, name="sequencer") as lead,
            lead.connection.transaction(),
        ):
            await lead.connection.execute("CREATE TABLE done ()")
            end_session(lead)
            assert not await leads(database_url, name="sequencer")

    with pytest.raises(LeadershipLost):
        await work_as_leader()
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute("SELECT to_regclass('done')")
        assert await found.fetchone() == (None,)


async def test_an_error_of_the_block_is_passed_on(database_url: str) -> None:
    with pytest.raises(LookupError):
        async with leadership(database_url, name="sequencer"):
            raise LookupError
    with pytest.raises(psycopg.errors.QueryCanceled):
        async with leadership(database_url, name="sequencer") as lead:
            await lead.connection.execute("SET statement_timeout = 1; SELECT pg_sleep(600)")


async def test_work_goes_on_after_the_lead_was_lost(database_url: str) -> None:
    rounds: list[Lead] = []

    async def work(lead: Lead) -> None:
        rounds.append(lead)
        if len(rounds) < 3:
            end_session(lead)
            await lead.connection.execute("SELECT pg_sleep(600)")

    async with asyncio.timeout(30):
        await lead_again_and_again(
            database_url, name="sequencer", work=work, try_seconds=TRY_SECONDS
        )
    assert len(rounds) == 3


async def test_an_error_of_the_work_is_passed_on(database_url: str) -> None:
    async def work(lead: Lead) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await lead_again_and_again(database_url, name="sequencer", work=work)


async def test_a_server_that_is_away_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with leadership(f"postgresql://a@/b?host={tmp_path}", name="sequencer"):
            pass


def test_names_have_their_own_positive_locks() -> None:
    keys = {lock_key(f"name {number}") for number in range(1000)}
    assert len(keys) == 1000
    assert all(0 <= key < 2**63 for key in keys)
