"""A connection that fell silent holds nothing for long: no row, no lead, no caller."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from benchmarks.proxy import Silence
from tests.crash.conftest import Road
from tutela.database.errors import DatabaseUnavailable, LeadershipLost
from tutela.database.leader import leadership
from tutela.database.pool import Pool, open_pool, tenant_transaction

LIMIT_SECONDS = 0.5
PATIENCE_SECONDS = 30.0


@pytest.fixture
def silence_seconds() -> float:
    return 10 * PATIENCE_SECONDS


@pytest.fixture
async def pool(road: Road) -> AsyncIterator[Pool]:
    async with await open_pool(road.through, max_size=2) as opened:
        yield opened


async def insert_into_silence(pool: Pool, *, road: Road, silence: Silence) -> None:
    async with tenant_transaction(pool, tenant="main", limit_seconds=LIMIT_SECONDS) as connection:
        await connection.execute("INSERT INTO fact VALUES ('held')")
        road.relay.fall_silent(silence)


async def think_in_silence(pool: Pool, *, road: Road) -> None:
    async with tenant_transaction(pool, tenant="main", limit_seconds=LIMIT_SECONDS):
        road.relay.fall_silent(Silence.BOTH)
        await asyncio.Event().wait()


async def lead_in_silence(road: Road, *, silence: Silence) -> None:
    async with leadership(road.through, name="sequencer", silent_seconds=LIMIT_SECONDS) as lead:
        road.relay.fall_silent(silence)
        async with leadership(road.beside, name="sequencer") as next_one:
            await next_one.check()
        await lead.check()


@pytest.mark.parametrize("silence", Silence)
async def test_a_caller_on_a_silent_connection_hears_that_the_database_is_away(
    pool: Pool, road: Road, silence: Silence
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(DatabaseUnavailable):
            await insert_into_silence(pool, road=road, silence=silence)
        async with tenant_transaction(
            pool, tenant="main", limit_seconds=PATIENCE_SECONDS
        ) as connection:
            await connection.execute("SELECT 1")


async def test_a_row_that_a_silent_transaction_holds_is_free_after_its_limit(
    pool: Pool, road: Road
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(DatabaseUnavailable):
            await insert_into_silence(pool, road=road, silence=Silence.TO_SERVER)
        async with await psycopg.AsyncConnection.connect(road.beside) as beside:
            await beside.execute("INSERT INTO fact VALUES ('held')")
    assert await road.rows() == 1


async def test_a_block_that_outlasts_its_limit_away_from_the_database_is_given_up(
    pool: Pool, road: Road
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(DatabaseUnavailable):
            await think_in_silence(pool, road=road)


@pytest.mark.parametrize("silence", Silence)
async def test_a_leader_that_fell_silent_has_lost_the_lead_and_the_next_one_has_it(
    road: Road, silence: Silence
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(LeadershipLost):
            await lead_in_silence(road, silence=silence)


async def test_who_waits_for_the_lead_on_a_silent_connection_hears_that_it_is_away(
    road: Road,
) -> None:
    async with leadership(road.beside, name="sequencer"), asyncio.timeout(PATIENCE_SECONDS):
        waiting = asyncio.create_task(_lead(road.through))
        while not road.relay.connections:  # noqa: ASYNC110 - the proxy tells nobody
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        road.relay.fall_silent(Silence.BOTH)
        with pytest.raises(DatabaseUnavailable):
            await waiting


async def _lead(url: str) -> None:
    async with leadership(url, name="sequencer", silent_seconds=LIMIT_SECONDS, try_seconds=0.01):
        pass
