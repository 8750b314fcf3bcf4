"""A service whose history was rewritten, two real witnesses, and the proof of it offline."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.service import TUTELA
from tests.fixtures.serving_witness import made, serving, tutela
from tutela.ledger import heads
from tutela.ledger.export import Wanted, export
from tutela.ledger.notes import Verifier
from tutela.publishing import witnesses
from tutela.publishing.rounds import Rounds
from tutela.publishing.witnesses import WitnessState

VERIFY = TUTELA.with_name("tutela-verify")


def verify(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([VERIFY, *arguments], capture_output=True, text=True, check=False)


async def grow(rooms: Rooms, *, count: int) -> None:
    caller = await rooms.caller()
    for _ in range(count):
        await rooms.take(caller)
    await rooms.sequencer.sequence_all()


async def swap_the_last_leaves(rooms: Rooms) -> None:
    """What the owner of database and key can do: another order of the last two of three leaves."""
    for statement in (
        "DELETE FROM ledger_head WHERE size > 1",
        "DELETE FROM ledger_cosignature WHERE size > 1",
        "UPDATE ledger_tile SET hashes = substr(hashes, 1, 32)",
        "UPDATE ledger_log SET size = 1",
        "UPDATE ledger_witness SET last_size = 1, retry_at = NULL",
        "UPDATE ledger_leaf SET leaf_index = NULL WHERE leaf_index = 2",
        "UPDATE ledger_leaf SET leaf_index = 999 WHERE leaf_index = 1",
    ):
        await rooms.rows(statement)
    await rooms.sequencer.sequence_all()
    await rooms.rows("UPDATE ledger_leaf SET leaf_index = NULL WHERE leaf_index = 999")
    await rooms.sequencer.sequence_all()


async def log_key_of(rooms: Rooms) -> Verifier:
    ((log_id,),) = await rooms.rows("SELECT log_id FROM ledger_log WHERE tenant = 'main'")
    return Verifier(heads.origin(log_id), rooms.keys.public_key)


async def exported(rooms: Rooms, *, path: Path, log: Verifier) -> Path:
    log_id = log.name.removeprefix("tutela/")
    wanted = Wanted(
        tenant="main", log_id=log_id, at=rooms.clock.now(), progress=lambda _done, _total: None
    )
    await export(rooms.pool, wanted=wanted, path=path)
    return path


@pytest.fixture
def names() -> tuple[str, str]:
    return "example.org/a", "example.org/b"


async def test_a_rewritten_history_is_refused_by_two_witnesses_and_proven_offline(
    rooms: Rooms, tmp_path: Path, names: tuple[str, str]
) -> None:
    log = await log_key_of(rooms)
    keys = [made(tmp_path / name[-1], name=name, log=log) for name in names]
    with ExitStack() as stack:
        client = await _configured(stack, rooms=rooms, folder=tmp_path, keys=keys)
        rounds = Rounds(pool=rooms.pool, client=client, clock=rooms.clock.now)
        await grow(rooms, count=3)
        assert await rounds.ask_all() == 2
        first = await exported(rooms, path=tmp_path / "first.txt", log=log)
        given = [f"--witness={key}" for key in keys]
        told = verify(first, *given, f"--key={log}")
        assert told.returncode == 0, told.stdout + told.stderr
        assert "witnessed by 2 of 2, up to size 3 at 2" in told.stdout

        await swap_the_last_leaves(rooms)
        assert await rounds.ask_all() == 0
        await client.aclose()
    standing = await witnesses.standings(rooms.pool, tenant="main", now=rooms.clock.now())
    assert [(each.state, each.forked) for each in standing] == [(WitnessState.REFUSED, True)] * 2
    second = await exported(rooms, path=tmp_path / "second.txt", log=log)
    assert "unwitnessed" in verify(second, *given).stdout
    for name in names:
        _assert_proven(tmp_path / name[-1], log=log, exports=(first, second))


async def _configured(
    stack: ExitStack, *, rooms: Rooms, folder: Path, keys: list[Verifier]
) -> httpx.AsyncClient:
    for key in keys:
        served = stack.enter_context(serving(folder / key.name[-1]))
        await witnesses.add(
            rooms.pool, tenant="main", url=served.url, key=str(key), now=rooms.clock.now()
        )
    return httpx.AsyncClient(trust_env=False)


def _assert_proven(state: Path, *, log: Verifier, exports: tuple[Path, Path]) -> None:
    shown = tutela("witness", "status", "--state", state, "--json")
    assert shown.returncode == 1
    (fork,) = json.loads(shown.stdout)["forks"]
    files = [state / "held.txt", state / "shown.txt"]
    files[0].write_text(fork["held"])
    files[1].write_text(fork["shown"])
    told = verify("--fork", *files, f"--key={log}")
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.startswith(f"fork proven: {log.name} signed two roots of size 3: ")
    assert all(verify(each).returncode == 0 for each in exports)
