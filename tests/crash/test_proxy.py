"""Each fault of the proxy has its effect on a real server's connection, and the next one works."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks import proxy
from benchmarks.proxy import SOCKET_NAME, CommitWatch, Proxy, Silence
from tests.crash.conftest import SILENT_ATTEMPT_SECONDS, Connection, Road

PATIENCE_SECONDS = 30.0
MOMENT_SECONDS = 0.01


async def until_no_connection(relay: Proxy) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while relay.connections:  # noqa: ASYNC110 - the proxy tells nobody when it has none
            await asyncio.sleep(MOMENT_SECONDS)


async def give_up(connection: Connection) -> None:
    connection.pgconn.finish()
    await connection.close()


async def test_what_is_said_passes_in_both_directions(road: Road) -> None:
    async with await road.connect() as connection:
        answer = await connection.execute("SELECT repeat('x', 300000), %s", ("y" * 300_000,))
        assert await answer.fetchone() == ("x" * 300_000, "y" * 300_000)


async def test_a_cut_ends_the_connection_and_the_next_one_works(road: Road) -> None:
    connection = await road.connect()
    await connection.execute("INSERT INTO fact VALUES ('lost')")
    assert road.relay.cut() == 1
    with pytest.raises(psycopg.OperationalError):
        await connection.commit()
    await until_no_connection(road.relay)
    async with await road.connect() as again:
        await again.execute("INSERT INTO fact VALUES ('kept')")
    assert await road.rows() == 1


@pytest.mark.parametrize("silence", Silence)
async def test_a_half_open_connection_never_answers_and_the_next_one_works(
    road: Road, silence: Silence
) -> None:
    connection = await road.connect()
    await connection.execute("SELECT 1")
    assert road.relay.fall_silent(silence) == 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SILENT_ATTEMPT_SECONDS):
            await connection.execute("SELECT 2")
    async with await road.connect() as again:
        answer = await again.execute("SELECT 3")
        assert await answer.fetchone() == (3,)
    await give_up(connection)


async def test_what_is_said_into_silence_is_not_done(road: Road) -> None:
    connection = await road.connect()
    await connection.execute("INSERT INTO fact VALUES ('unheard')")
    road.relay.fall_silent(Silence.TO_SERVER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SILENT_ATTEMPT_SECONDS):
            await connection.commit()
    await give_up(connection)
    assert await road.rows() == 0


async def test_what_is_answered_into_silence_is_done(road: Road) -> None:
    connection = await road.connect()
    await connection.execute("INSERT INTO fact VALUES ('unanswered')")
    road.relay.fall_silent(Silence.TO_CLIENT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SILENT_ATTEMPT_SECONDS):
            await connection.commit()
    await give_up(connection)
    assert await road.rows() == 1


async def test_a_silent_connection_outlives_its_client_for_a_while(road: Road) -> None:
    connection = await road.connect()
    await connection.execute("SELECT 1")
    road.relay.fall_silent(Silence.BOTH)
    await give_up(connection)
    assert road.relay.connections == 1
    await until_no_connection(road.relay)


async def test_a_delay_holds_every_answer_back_until_it_is_taken_away(road: Road) -> None:
    async with await road.connect() as connection:
        await connection.execute("SELECT 1")
        assert road.relay.delay(PATIENCE_SECONDS) == 1
        answering = asyncio.create_task(connection.execute("SELECT 2"))
        done, _ = await asyncio.wait([answering], timeout=SILENT_ATTEMPT_SECONDS)
        assert not done
        road.relay.cut()
        with pytest.raises(psycopg.OperationalError):
            await answering
    road.relay.delay(0)
    async with await road.connect() as again:
        await again.execute("SELECT 3")


@pytest.mark.parametrize("statement", ["COMMIT", " commit;"])
@pytest.mark.parametrize("values", [None, ()], ids=["simple", "extended"])
async def test_a_commit_is_done_although_its_answer_is_lost(
    road: Road, statement: str, values: tuple[()] | None
) -> None:
    connection = await road.connect()
    await connection.execute("INSERT INTO fact VALUES ('done')")
    road.relay.drop_next_commits(1)
    with pytest.raises(psycopg.OperationalError):
        await connection.execute(statement.encode(), values, prepare=values is not None)
    await until_no_connection(road.relay)
    assert (await road.rows(), road.relay.dropped_commits) == (1, 1)
    async with await road.connect() as again:
        await again.execute("INSERT INTO fact VALUES ('kept')")
    assert await road.rows() == 2


async def test_only_as_many_commits_are_dropped_as_were_asked_for(road: Road) -> None:
    road.relay.drop_next_commits(0)
    async with await road.connect() as connection:
        await connection.execute("INSERT INTO fact VALUES ('kept')")
    assert (await road.rows(), road.relay.dropped_commits) == (1, 0)


async def test_a_server_that_is_away_refuses_at_once(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="tutela-proxy-"))
    async with proxy.running(folder, server_socket=tmp_path / SOCKET_NAME):
        with pytest.raises(psycopg.OperationalError):
            await psycopg.AsyncConnection[Any].connect(f"host={folder} user=nobody")
    shutil.rmtree(folder)


def message(kind: bytes, *, content: bytes) -> bytes:
    return kind + (len(content) + 4).to_bytes(4, "big") + content


STARTUP = (8).to_bytes(4, "big") + (196_608).to_bytes(4, "big")


def test_a_commit_is_seen_however_it_is_cut_into_pieces() -> None:
    sent = (
        STARTUP
        + message(b"Q", content=b"BEGIN\0")
        + message(b"P", content=b"s1\0COMMIT\0\0\0")
        + message(b"B", content=b"\0s1\0\0\0\0\0\0\0")
        + message(b"E", content=b"\0\0\0\0\0")
    )
    for size in range(1, len(sent)):
        watch = CommitWatch()
        pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
        seen = [watch.feed(piece) for piece in pieces]
        assert seen == [False] * (len(pieces) - 1) + [True]


@pytest.mark.parametrize(
    "sent",
    [
        message(b"Q", content=b"ROLLBACK\0"),
        message(b"Q", content=b"SELECT 'COMMIT'\0"),
        message(b"P", content=b"s1\0COMMIT\0\0\0"),
        message(b"P", content=b"COMMIT\0SELECT 1\0\0\0")
        + message(b"B", content=b"\0COMMIT\0\0\0\0\0\0\0")
        + message(b"E", content=b"\0\0\0\0\0"),
    ],
)
def test_nothing_else_is_taken_for_a_commit(sent: bytes) -> None:
    assert CommitWatch().feed(STARTUP + sent) is False
