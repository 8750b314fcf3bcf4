"""One commit: whatever breaks around it, an acknowledged notice is there, and there once."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg.conninfo import make_conninfo

from benchmarks import proxy
from benchmarks.proxy import SOCKET_NAME, Proxy, Silence
from tests.fixtures.house import Rooms
from tests.fixtures.site import notice
from tutela.access.tokens import Caller
from tutela.database.embedded import EmbeddedServer
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import open_pool
from tutela.intake import commit
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.commit import ClockWrong, GroupCommitter, IntakeFull, pursue
from tutela.intake.door import Acknowledged, Intake, Sending
from tutela.intake.preparation import PreparedNotice

SILENT_SECONDS = 0.3


@dataclass(frozen=True)
class Road:
    """Intake whose connections go through a proxy that breaks them, and the rooms beside it."""

    relay: Proxy
    intake: Intake
    rooms: Rooms
    caller: Caller

    async def send(self, *, name: str, **fields: object) -> Acknowledged:
        read = self.intake.read(json.dumps(notice(external_id=name, **fields)).encode())
        return await self.intake.take(read, sending=Sending(caller=self.caller, door="api"))

    async def stored(self) -> int:
        """How many notices there are, each with its item, its leaf and its case."""
        ((notices, items, leaves, cases, keys),) = await self.rooms.rows(
            "SELECT (SELECT count(*) FROM notice), (SELECT count(*) FROM item),"
            " (SELECT count(*) FROM ledger_leaf), (SELECT count(*) FROM case_file),"
            " (SELECT count(*) FROM submission_key)"
        )
        assert notices == items == leaves == keys
        assert cases == min(notices, 1)
        return int(notices)


@pytest_asyncio.fixture
async def road(
    rooms: Rooms, postgres_server: EmbeddedServer, database_url: str
) -> AsyncIterator[Road]:
    folder = Path(tempfile.mkdtemp(prefix="tutela-proxy-"))
    socket = postgres_server.placement.socket_folder / SOCKET_NAME
    through = make_conninfo(database_url, host=str(folder), requirepeer="")
    async with proxy.running(folder, server_socket=socket, silence_seconds=SILENT_SECONDS) as relay:
        pool = await open_pool(through, min_size=1, max_size=4)
        intake = Intake(pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)
        yield Road(relay, intake, rooms, await rooms.caller())
        await pool.close()
    shutil.rmtree(folder)


def prepared(rooms: Rooms, *, caller: Caller, name: str | None = None) -> PreparedNotice:
    read = rooms.intake.read(json.dumps(notice(external_id=name)).encode())
    return rooms.intake.prepare(read, sending=Sending(caller=caller, door="api"))


async def test_a_commit_whose_answer_is_lost_is_found_again(road: Road) -> None:
    road.relay.drop_next_commits(1)
    acknowledged = await road.send(name="k-1")
    assert road.relay.dropped_commits == 1
    assert acknowledged.fresh
    assert await road.stored() == 1
    again = await road.send(name="k-1")
    assert not again.fresh
    assert again.accepted == acknowledged.accepted


async def test_a_whole_group_whose_answer_is_lost_is_stored_once(road: Road) -> None:
    await road.send(name="first")
    road.relay.drop_next_commits(3)
    told = await asyncio.gather(*(road.send(name=f"k-{number}") for number in range(40)))
    assert all(each.fresh for each in told)
    assert road.relay.dropped_commits == 3
    assert await road.stored() == 41


async def test_without_a_key_too_a_lost_answer_is_one_notice(road: Road) -> None:
    road.relay.drop_next_commits(1)
    body = notice()
    read = road.intake.read(json.dumps(body).encode())
    told = await road.intake.take(read, sending=Sending(caller=road.caller, door="api"))
    assert told.fresh
    assert await road.rooms.rows("SELECT count(*) FROM notice") == [(1,)]


async def test_a_connection_cut_before_the_commit_costs_nothing(road: Road) -> None:
    await road.send(name="first")
    assert road.relay.cut() > 0
    assert (await road.send(name="k-1")).fresh
    assert await road.stored() == 2


@pytest.mark.parametrize("silence", list(Silence))
async def test_a_half_open_connection_is_given_up(
    road: Road, monkeypatch: pytest.MonkeyPatch, silence: Silence
) -> None:
    await road.send(name="first")
    monkeypatch.setattr(commit, "ATTEMPT_SECONDS", 0.2)
    monkeypatch.setattr(commit, "LETTING_GO_SECONDS", 0.05)
    assert road.relay.fall_silent(silence) > 0
    assert (await road.send(name="k-1")).fresh
    assert await road.stored() == 2


async def test_a_backend_that_is_ended_costs_nothing(road: Road) -> None:
    await road.send(name="first")
    await road.rooms.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    told = await asyncio.gather(*(road.send(name=f"k-{number}") for number in range(5)))
    assert all(each.fresh for each in told)
    assert await road.stored() == 6


async def test_one_key_from_many_connections_at_once_is_one_notice(rooms: Rooms) -> None:
    caller = await rooms.caller()
    doors = [
        Intake(rooms.pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)
        for _ in range(12)
    ]
    body = json.dumps(notice(external_id="k-1")).encode()
    told = await asyncio.gather(
        *(
            door.take(door.read(body), sending=Sending(caller=caller, door="api"))
            for door in doors * 3
        )
    )
    assert [each.fresh for each in told].count(True) == 1
    assert len({each.accepted.id for each in told}) == 1
    assert len({each.accepted.receipt.signature for each in told}) == 1
    assert await rooms.rows("SELECT count(*) FROM notice") == [(1,)]


async def test_one_key_with_many_bodies_at_once_is_one_notice(rooms: Rooms) -> None:
    caller = await rooms.caller()

    async def send(country: str) -> Acknowledged:
        read = rooms.intake.read(json.dumps(notice(external_id="k-1", country=country)).encode())
        return await rooms.intake.take(read, sending=Sending(caller=caller, door="api"))

    told = await asyncio.gather(
        *(send(country) for country in ("DE", "FR", "PL", "IT")), return_exceptions=True
    )
    assert [isinstance(each, KeyReused) for each in told].count(True) == 3
    assert await rooms.rows("SELECT count(*) FROM notice") == [(1,)]


async def test_a_bad_row_fails_alone(rooms: Rooms) -> None:
    caller = await rooms.caller()
    committer = GroupCommitter(rooms.pool, tenant="main")
    rows = [prepared(rooms, caller=caller, name=f"k-{number}") for number in range(20)]
    rows[7] = replace(rows[7], code_hash=b"short")
    told = await asyncio.gather(*(committer.commit(row) for row in rows), return_exceptions=True)
    assert isinstance(told[7], psycopg.errors.CheckViolation)
    assert told[:7] + told[8:] == [True] * 19
    assert await rooms.rows("SELECT count(*) FROM notice") == [(19,)]


async def test_an_id_that_is_taken_is_no_success(rooms: Rooms) -> None:
    caller = await rooms.caller()
    row = prepared(rooms, caller=caller)
    committer = GroupCommitter(rooms.pool, tenant="main")
    assert await committer.commit(row)
    with pytest.raises(psycopg.errors.UniqueViolation):
        await committer.commit(row)


async def test_a_clock_that_is_wrong_signs_nothing(rooms: Rooms) -> None:
    caller = await rooms.caller()
    committer = GroupCommitter(rooms.pool, tenant="main")
    rooms.clock.ahead = timedelta(hours=1)
    with pytest.raises(ClockWrong):
        await committer.commit(prepared(rooms, caller=caller))
    assert await rooms.rows("SELECT count(*) FROM notice") == [(0,)]


async def test_more_than_may_wait_are_sent_away(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "WAITING_MAX", 4)
    caller = await rooms.caller()
    committer = GroupCommitter(rooms.pool, tenant="main")
    rows = [prepared(rooms, caller=caller) for _ in range(30)]
    told = await asyncio.gather(*(committer.commit(row) for row in rows), return_exceptions=True)
    full = [each for each in told if isinstance(each, IntakeFull)]
    assert full
    ((stored,),) = await rooms.rows("SELECT count(*) FROM notice")
    assert stored + len(full) == 30


async def test_a_database_that_is_away_is_told_to_all_at_once(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(commit, "PURSUIT_SECONDS", 0.0)
    caller = await rooms.caller()
    rows = [prepared(rooms, caller=caller, name=f"k-{number}") for number in range(600)]
    await rooms.pool.close()
    committer = GroupCommitter(rooms.pool, tenant="main")
    async with asyncio.timeout(20):
        told = await asyncio.gather(
            *(committer.commit(row) for row in rows), return_exceptions=True
        )
    assert {type(each) for each in told} == {DatabaseUnavailable}
    assert {str(each) for each in told} == {
        "It is not known to be stored. Send it again with the same key."
    }


async def test_what_is_stored_is_not_written_again(rooms: Rooms) -> None:
    caller = await rooms.caller()
    rows = [prepared(rooms, caller=caller, name=f"k-{number}") for number in range(3)]
    assert len(await commit.write(rooms.pool, tenant="main", notices=rows[:2])) == 2
    durable = await pursue(rooms.pool, tenant="main", notices=rows[2:], patience_seconds=0)
    assert durable == {rows[2].id}
