"""No search is lost and none is done twice, whatever becomes of the worker that has it."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.networking import SEEDS, edges, platform_told, room_of
from tests.fixtures.site import Site
from tests.networks.stored.asking import RUNS, told
from tutela.networks.stored import queueing, running
from tutela.networks.stored.queueing import LEASE, PAUSE, TRIES_MAX, RunTaken, claim_run
from tutela.networks.stored.running import work_off

PATIENCE_SECONDS = 60
_WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'network_case'::regclass"


async def asked(web: Site) -> str:
    """The id of a search that waits for a worker."""
    await platform_told(web, pairs=edges())
    return str((await told(web, to=f"POST {RUNS}", reason="x", seeds=SEEDS))["id"])


async def test_a_search_whose_worker_is_gone_is_done_by_another_and_kept_once(web: Site) -> None:
    run, room = await asked(web), room_of(web)
    lost = await claim_run(room)
    assert lost is not None
    assert (await claim_run(room), await queueing.is_due(room)) == (None, False)
    web.house.clock.ahead = LEASE + timedelta(seconds=1)
    assert await queueing.is_due(room)
    assert await work_off(room) == 1
    shown = await told(web, to=f"GET {RUNS}/{run}")
    assert shown["state"] == "done"
    with pytest.raises(RunTaken):
        await queueing.give_up(room, claim=lost, why="too late")
    ((leads, acts),) = await web.house.rows(
        "SELECT (SELECT count(*) FROM network_lead WHERE rank = 1),"
        " (SELECT count(*) FROM network_act WHERE event = 'searched')"
    )
    assert (leads, acts) == (1, 1)
    assert await told(web, to=f"GET {RUNS}/{run}") == shown


async def test_a_process_that_is_killed_in_the_middle_leaves_nothing_behind_but_the_search(
    web: Site, database_url: str, tmp_path: Path
) -> None:
    run = await asked(web)
    environment = {"TUTELA_DATABASE": database_url, "TUTELA_KEYS": str(tmp_path / "keys")}

    async def started() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "tutela.app.network_process", str(os.getpid())),
            env={**os.environ, **environment},
        )

    async with web.house.pool.connection() as holding:
        await holding.execute("LOCK TABLE network_case IN EXCLUSIVE MODE")
        process = await started()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await web.house.rows(_WAITING):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
        await holding.rollback()
    assert await web.house.rows("SELECT 1 FROM network_lead") == []
    assert (await told(web, to=f"GET {RUNS}/{run}"))["state"] == "running"
    await web.house.rows("UPDATE network_run SET leased_until = now()")
    assert await (await started()).wait() == 0
    assert (await told(web, to=f"GET {RUNS}/{run}"))["state"] == "done"
    assert await web.house.rows("SELECT tries FROM network_run") == [(2,)]


async def test_two_workers_do_two_searches_once_each(web: Site) -> None:
    await asked(web)
    await told(web, to=f"POST {RUNS}", reason="y", seeds=SEEDS)
    done = await asyncio.gather(work_off(room_of(web)), work_off(room_of(web)))
    assert sum(done) == 2
    found = await web.house.rows(
        "SELECT state, tries, (SELECT count(*) FROM network_act a"
        " WHERE a.subject = r.id AND a.event = 'searched') FROM network_run r"
    )
    assert found == [("done", 1, 1)] * 2


async def test_a_search_that_three_workers_were_lost_over_fails_visibly(web: Site) -> None:
    run, room = await asked(web), room_of(web)
    for _ in range(TRIES_MAX):
        assert await claim_run(room) is not None
        web.house.clock.ahead += LEASE + timedelta(seconds=1)
        await queueing.settle_lost(room)
    shown = await told(web, to=f"GET {RUNS}/{run}")
    assert (shown["state"], shown["why"]) == ("failed", "lost")
    assert not await queueing.is_due(room)


async def test_a_search_that_meets_a_fault_is_tried_again_after_a_pause(
    web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, room = await asked(web), room_of(web)

    def faulty(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(running, "search", faulty)
        assert await work_off(room) == 1
    assert (await told(web, to=f"GET {RUNS}/{run}"))["state"] == "asked"
    assert await work_off(room) == 0
    web.house.clock.ahead += PAUSE + timedelta(seconds=1)
    assert await work_off(room) == 1
    assert (await told(web, to=f"GET {RUNS}/{run}"))["state"] == "done"
