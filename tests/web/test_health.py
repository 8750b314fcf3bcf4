"""`/readyz` says whether a notice can be committed, and nothing else; `/healthz` says less."""

from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.fixtures.site import Site
from tutela.access.keys import KeySet
from tutela.web.api import health
from tutela.web.calls import Rooms
from tutela.web.site import site


def rooms_of(web: Site) -> Rooms:
    house = web.house
    return Rooms(
        pool=house.pool,
        keys=house.keys,
        desk=house.desk,
        intake=house.intake,
        refusals=web.refusals,
        clock=house.clock.now,
    )


async def ready(rooms: Rooms) -> httpx.Response:
    transport = httpx.ASGITransport(site(rooms))
    async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
        return await client.get("/readyz")


def not_ready(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["code"] == "not_ready"
    return [error["pointer"] for error in answer.json()["errors"]]


async def test_a_process_that_can_commit_is_ready(web: Site, tmp_path: Path) -> None:
    answer = await ready(replace(rooms_of(web), data_folder=tmp_path))
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert await web.house.rows("SELECT count(*) FROM refused_call") == [(0,)]


async def test_the_probe_commits_and_leaves_no_row(web: Site) -> None:
    before = await web.house.rows("SELECT pg_current_wal_flush_lsn()")
    assert (await web.client.get("/readyz")).status_code == 200
    assert await web.house.rows("SELECT pg_current_wal_flush_lsn()") > before


async def test_other_keys_are_not_ready(web: Site) -> None:
    keys = KeySet(b"another master" * 3, signing_key=Ed25519PrivateKey.generate())
    assert not_ready(await ready(replace(rooms_of(web), keys=keys))) == ["/keys"]


async def test_a_migration_that_lacks_is_not_ready(web: Site) -> None:
    await web.house.rows(
        "DELETE FROM schema_migration WHERE version = (SELECT max(version) FROM schema_migration)"
    )
    assert not_ready(await web.client.get("/readyz")) == ["/migrations"]


async def test_a_database_of_a_later_version_is_not_ready(web: Site) -> None:
    await web.house.rows(
        "INSERT INTO schema_migration (version, name, sha256) VALUES (9999, 'later', 'x')"
    )
    assert not_ready(await web.client.get("/readyz")) == ["/database"]


async def test_a_server_that_takes_no_writes_is_not_ready(web: Site, database_url: str) -> None:
    ((name,),) = await web.house.rows("SELECT current_database()")
    async with await psycopg.AsyncConnection.connect(database_url) as beside:
        await beside.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        await beside.commit()
        await beside.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    answer = await web.client.get("/readyz")
    assert not_ready(answer) == ["/database"]


async def test_a_full_disk_is_not_ready(
    web: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "DISK_FREE_MIN_BYTES", 2**63)
    assert not_ready(await ready(replace(rooms_of(web), data_folder=tmp_path))) == ["/disk"]


async def test_a_data_folder_that_is_gone_is_not_ready(web: Site, tmp_path: Path) -> None:
    rooms = replace(rooms_of(web), data_folder=tmp_path / "gone")
    assert not_ready(await ready(rooms)) == ["/disk"]


async def test_a_database_that_is_away_is_not_ready_and_the_process_is_healthy(web: Site) -> None:
    await web.house.pool.close()
    assert not_ready(await web.client.get("/readyz")) == ["/database"]
    answer = await web.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
