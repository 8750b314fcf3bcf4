"""Statements of real decisions against the stand-in: each filed once, whatever goes wrong."""

import asyncio
import json
import os
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.compliance.calling import means
from tests.fixtures.filing import decide_many, decide_on_many, decide_once, registry, states
from tests.fixtures.house import Rooms
from tests.fixtures.service import TUTELA
from tests.fixtures.transparency import TOKEN, Standing, standing
from tutela.compliance.filing import claims
from tutela.compliance.filing.claims import FROM_THE_FIRST
from tutela.compliance.filing.payload import puid
from tutela.compliance.filing.preparation import Ready
from tutela.compliance.filing.rounds import file_due, judged
from tutela.compliance.filing.sending import sender
from tutela.compliance.filing.settlement import PAUSE_SECONDS_MAX
from tutela.compliance.filing.standing import standing as how_they_stand
from tutela.compliance.transparency import Client, Terms
from tutela.decisions.sending import MarkedRefused
from tutela.domain.vocabulary import Mark
from tutela.drills.transparency_database.faults import Fault

#: Little patience, so that outcomes stay unclear and are settled by a later round as well.
HASTY = Terms(timeout_seconds=0.3, patience_seconds=2)
WORKERS = 2


def stored(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


async def in_ledger(rooms: Rooms) -> Counter[str]:
    """How often the ledger says of each PUID that it was filed."""
    query = "SELECT content FROM ledger_leaf WHERE fact_type = 'statement.filed'"
    leaves = [json.loads(content)["projection"] for (content,) in await rooms.rows(query)]
    return Counter(each["puid"] for leaf in leaves for each in leaf["statements"])


async def file_all(rooms: Rooms, *, there: Standing) -> None:
    """Rounds of several workers until nothing is due, by a clock that passes every pause."""
    async with Client(there.url, token=TOKEN, terms=HASTY, means=means(there.hand)) as client:
        send = sender(client)
        for _ in range(50):
            await asyncio.gather(*(file_due(registry(rooms), send=send) for _ in range(WORKERS)))
            if (await how_they_stand(rooms.pool, tenant="main")).due == 0:
                return
            rooms.clock.ahead += timedelta(seconds=PAUSE_SECONDS_MAX)
    raise AssertionError("something is still due")


async def test_each_is_filed_exactly_once_through_every_kind_of_fault(
    rooms: Rooms, tmp_path: Path
) -> None:
    statements = await decide_on_many(rooms, decisions=3, subjects=120)
    rates = dict.fromkeys(Fault, 0.05) | {Fault.CUT_AFTER_COMMIT: 0.3}
    file = tmp_path / "stored"
    async with standing(rates=rates, store=file, slow_seconds=1) as there:
        await file_all(rooms, there=there)
        made = there.database.faults.made.total()
    names = [puid(each) for each in statements]
    assert sorted(str(each["puid"]) for each in stored(file)) == sorted(names)
    assert await in_ledger(rooms) == Counter(names)
    assert set((await states(rooms)).values()) == {"filed"}
    assert made > 0


async def test_what_is_filed_names_no_account_subject_or_notifier(
    rooms: Rooms, tmp_path: Path
) -> None:
    await decide_many(rooms, count=2)
    file = tmp_path / "stored"
    async with standing(store=file) as there:
        await file_all(rooms, there=there)
    text = file.read_text()
    assert len(stored(file)) == 2
    words = ("account-", "post-", "A. N. Other", "example.org")
    assert [each for each in words if each in text] == []


async def test_one_that_is_held_does_not_hold_up_the_others(rooms: Rooms, tmp_path: Path) -> None:
    held = await decide_many(rooms, count=1, facts="see wplor@example.org")
    await decide_on_many(rooms, decisions=1, subjects=3)
    file = tmp_path / "stored"
    async with standing(store=file) as there:
        await file_all(rooms, there=there)
    assert len(stored(file)) == 3
    assert (await states(rooms))[held[0]] == "held"


@pytest.mark.parametrize("mark", [Mark.CANARY, Mark.DRILL])
async def test_what_is_marked_is_refused_at_the_way_out_as_well(rooms: Rooms, mark: Mark) -> None:
    await decide_once(rooms, number=1, mark=Mark.REAL)
    batch = await claims.look(registry(rooms), after=FROM_THE_FIRST, limit=1)
    (ready,), _ = judged(registry(rooms), batch=batch)
    marked = Ready(claimed=_marked(ready, mark=mark), payload=ready.payload)
    async with standing() as there, Client(there.url, token=TOKEN) as client:
        with pytest.raises(MarkedRefused):
            async for _ in sender(client)([marked]):
                pass
        assert there.database.calls == 0


def _marked(ready: Ready, *, mark: Mark) -> claims.Claimed:
    fields = {name: getattr(ready.claimed, name) for name in claims.Claimed.__slots__}
    return claims.Claimed(**(fields | {"mark": mark}))


def where(database_url: str, *, keys: Path) -> list[str]:
    return ["--database", database_url, "--keys", str(keys)]


async def test_a_command_killed_while_it_waits_for_an_answer_files_nothing_twice(
    rooms: Rooms, database_url: str, tmp_path: Path
) -> None:
    statements = await decide_on_many(rooms, decisions=1, subjects=150)
    token, file = tmp_path / "token", tmp_path / "stored"
    token.write_text(TOKEN)
    async with standing(rates={Fault.SLOW: 1.0}, store=file) as there:
        process = await asyncio.create_subprocess_exec(
            *(TUTELA, "statements", "submit", "--endpoint", there.url),
            *where(database_url, keys=tmp_path / "keys"),
            env=os.environ | {"TUTELA_TRANSPARENCY_TOKEN_FILE": str(token)},
        )
        while not there.database.faults.made[Fault.SLOW]:
            assert process.returncode is None
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        there.database.faults.rates = {}
        assert len(stored(file)) == 100
        rooms.clock.ahead += claims.LEASE
        await file_all(rooms, there=there)
    names = [puid(each) for each in statements]
    assert sorted(str(each["puid"]) for each in stored(file)) == sorted(names)
    assert await in_ledger(rooms) == Counter(names)
