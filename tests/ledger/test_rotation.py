"""A new signing key: introduced, taken up, followed by the verifier; and lies about it."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.service import RunningTutela, until
from tests.verify.exporting import jcs
from tutela.access import keys as access_keys
from tutela.access.founding import found
from tutela.access.keys import SIGNING_FILE, KeySet, KeysUnusable
from tutela.access.rotation import refresh
from tutela.ledger import notes
from tutela.ledger.export import Wanted, export
from tutela.ledger.rotation import Introduction, Rotation
from tutela_verify import FaultKind, Verdict, verify_export


class _Killed(Exception):
    """The process ends here."""


def _exactly(size: int) -> bytes:
    return (time.monotonic_ns().to_bytes(8, "big") * (size // 8 + 1))[:size]


async def rotated(rooms: Rooms, *, folder: Path) -> Introduction:
    """A key introduced and taken up."""
    done = await rotation_of(rooms, folder=folder).rotate()
    await turned(rooms, folder=folder)
    return done


def rotation_of(rooms: Rooms, *, folder: Path) -> Rotation:
    return Rotation(
        pool=rooms.pool,
        keys=rooms.keys,
        key_folder=folder,
        overlap=timedelta(hours=1),
        lead=timedelta(),
        clock=rooms.clock.now,
        chance=_exactly,
    )


async def turned(rooms: Rooms, *, folder: Path, later: timedelta = timedelta()) -> None:
    now = rooms.clock.now() + later
    await refresh(rooms.pool, keys=rooms.keys, key_folder=folder, now=now)


async def grow(rooms: Rooms, *, count: int = 1) -> None:
    caller = await rooms.caller()
    for _ in range(count):
        await rooms.take(caller)
    await rooms.sequencer.sequence_all()


async def exported(rooms: Rooms, *, path: Path) -> Path:
    ((log_id,),) = await rooms.rows("SELECT log_id FROM ledger_log WHERE tenant = 'main'")
    wanted = Wanted(
        tenant="main", log_id=log_id, at=rooms.clock.now(), progress=lambda _done, _total: None
    )
    await export(rooms.pool, wanted=wanted, path=path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


async def test_the_record_before_and_after_a_rotation_verifies_by_the_old_key(
    rooms: Rooms, folder: Path, tmp_path: Path
) -> None:
    old = rooms.keys.public_key
    await grow(rooms, count=2)
    done = await rotated(rooms, folder=folder)
    assert rooms.keys.key_id == done.key_id
    await grow(rooms, count=2)
    path = await exported(rooms, path=tmp_path / "log.txt")
    for trusted in ([], [old]):
        verdict = verify_export(path, trusted_keys=trusted, receipt_sample=None)
        assert verdict.ok, verdict.first_fault
        assert verdict.leaf_types["key.introduced"] == 1
    by = [json.loads(line.split("\t")[1])["key_id"] for line in lines_of(path, kind="head")]
    assert (by[0], by[-1]) == (done.introduced_by, done.key_id)
    stranger = verify_export(path, trusted_keys=[bytes(32)])
    assert not stranger.ok


async def test_both_keys_sign_checkpoints_while_both_hold(rooms: Rooms, folder: Path) -> None:
    done = await rotated(rooms, folder=folder)
    await grow(rooms)
    ((note,),) = await rooms.rows("SELECT checkpoint FROM ledger_head ORDER BY size DESC LIMIT 1")
    assert len(notes.read(note.encode()).signatures) == 2
    await turned(rooms, folder=folder, later=timedelta(hours=2))
    assert [key.key_id for key in rooms.keys.signing] == [done.key_id]


async def test_every_log_of_the_house_has_the_introduction(rooms: Rooms, folder: Path) -> None:
    await rooms.caller(tenant="other")
    await rotated(rooms, folder=folder)
    leaves = await rooms.rows(
        "SELECT tenant FROM ledger_leaf WHERE fact_type = 'key.introduced' ORDER BY tenant"
    )
    assert leaves == [("main",), ("other",)]


async def test_a_key_that_was_not_introduced_signs_nothing(rooms: Rooms, folder: Path) -> None:
    before = rooms.keys.key_id
    access_keys.add_signing_key(folder, secret=bytes([5]) * 32)
    await turned(rooms, folder=folder)
    assert rooms.keys.key_id == before
    assert (await refound(rooms, folder=folder)).key_id == before
    (folder / SIGNING_FILE).unlink()
    with pytest.raises(KeysUnusable, match="none of the signing keys"):
        await refound(rooms, folder=folder)


async def refound(rooms: Rooms, *, folder: Path) -> KeySet:
    return await found(rooms.pool, key_folder=folder, now=rooms.clock.now(), chance=_exactly)


async def test_a_rotation_that_is_killed_at_any_step_leaves_a_working_house(
    rooms: Rooms, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rooms.keys.key_id

    async def killed(*_: object, **__: object) -> None:
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(Rotation, "_write_leaves", killed)
        with pytest.raises(_Killed):
            await rotation_of(rooms, folder=folder).rotate()
    (draft,) = later_files(folder)
    assert draft.stat().st_mode & 0o077 == 0
    assert (await refound(rooms, folder=folder)).key_id == before
    await turned(rooms, folder=folder)
    await grow(rooms)
    done = await rotated(rooms, folder=folder)
    assert done.key_id in draft.name
    assert later_files(folder) == [draft]
    assert (await refound(rooms, folder=folder)).key_id == done.key_id
    await grow(rooms)
    assert verify_export(await exported(rooms, path=tmp_path / "log.txt")).ok


async def test_a_key_introduces_one_other(rooms: Rooms, folder: Path) -> None:
    twin = rotation_of(rooms, folder=folder)
    done = await twin.rotate()
    with pytest.raises(KeysUnusable, match="has not"):
        await twin.rotate()
    await turned(rooms, folder=folder)
    second = await rotated(rooms, folder=folder)
    assert second.introduced_by == done.key_id


async def test_a_folder_without_the_newest_key_signs_by_the_old_one_until_it_ends(
    rooms: Rooms, folder: Path
) -> None:
    done = await rotated(rooms, folder=folder)
    (folder / f"ledger-{done.key_id}.ed25519").unlink()
    assert (await refound(rooms, folder=folder)).key_id == done.introduced_by
    with pytest.raises(KeysUnusable, match="Bring the newest"):
        await turned(rooms, folder=folder, later=timedelta(hours=2))


def later_files(folder: Path) -> list[Path]:
    return list(folder.glob("ledger-*.ed25519"))


def lines_of(path: Path, *, kind: str) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith(f"{kind}\t")]


Change = Callable[[dict[str, Any]], dict[str, Any]]

LIES: dict[str, tuple[Change, str]] = {
    "no introduction": (
        lambda key: {name: value for name, value in key.items() if not name.startswith("introduc")},
        "was introduced by no other",
    ),
    "an introduction by nobody": (
        lambda key: {**key, "introduced_by": "0" * 16},
        "is signed by key",
    ),
    "an introduction that was changed": (
        lambda key: {**key, "introduction": "A" * 86 + "=="},
        "its introduction does not verify",
    ),
    "an earlier beginning": (
        lambda key: {**key, "valid_from": "2020-01-01T00:00:00.000000Z"},
        "its introduction does not verify",
    ),
}


@pytest.mark.parametrize("named", LIES)
async def test_a_lie_about_an_introduction_is_found(
    rooms: Rooms, folder: Path, tmp_path: Path, named: str
) -> None:
    change, words = LIES[named]
    await grow(rooms)
    await rotated(rooms, folder=folder)
    await grow(rooms)
    path = await exported(rooms, path=tmp_path / "log.txt")
    honest = lines_of(path, kind="key")[1]
    lie = "key\t" + jcs(change(json.loads(honest.split("\t")[1])))
    fault = changed(path, old=honest, new=lie).first_fault
    assert fault is not None
    assert (fault.kind, words in fault.words) == (FaultKind.FOREIGN_KEY, True), fault


async def test_an_old_key_whose_end_was_hidden_is_found(
    rooms: Rooms, folder: Path, tmp_path: Path
) -> None:
    await rotated(rooms, folder=folder)
    await grow(rooms)
    path = await exported(rooms, path=tmp_path / "log.txt")
    honest = lines_of(path, kind="key")[0]
    key = json.loads(honest.split("\t")[1])
    del key["valid_to"]
    fault = changed(path, old=honest, new="key\t" + jcs(key)).first_fault
    assert fault is not None
    assert "its introduction does not verify" in fault.words


def changed(path: Path, *, old: str, new: str) -> Verdict:
    assert old != new
    path.write_text(path.read_text().replace(old, new))
    return verify_export(path)


def test_a_running_service_takes_up_the_new_key_without_a_restart(
    own_tutela: RunningTutela, tmp_path: Path
) -> None:
    processes = own_tutela.process_ids()
    planned = own_tutela.command("keys", "rotate", "--dry-run")
    assert "a new key would sign from" in planned.stdout, planned.stderr
    done = own_tutela.command("keys", "rotate", "--lead-seconds", "3")
    assert done.returncode == 0, done.stderr
    new = done.stdout.split()[0]
    token = own_tutela.token()
    body = {"category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"}
    with own_tutela.client(token) as client:

        def signed_by_the_new_key() -> bool:
            named = {**body, "subjects": [{"kind": "tag", "id": str(time.monotonic_ns())}]}
            answer = client.post("/v1/notices", json=named)
            assert answer.status_code == 201, answer.text
            head = client.get("/v1/ledger/head").json()
            return bool(answer.json()["receipt"]["key_id"] == new == head["key_id"])

        until(signed_by_the_new_key, what="receipt and head by the new key")
        shown = client.get("/v1/ledger/keys").json()["keys"]
    assert [key.get("introduced_by") for key in shown] == [None, shown[0]["key_id"]]
    assert own_tutela.process_ids() == processes
    listed = own_tutela.command("keys", "show").stdout.splitlines()
    assert f"introduced by {shown[0]['key_id']}, signs now" in listed[1]
    path = tmp_path / "log.txt"
    assert own_tutela.command("ledger", "export", str(path)).returncode == 0
    verdict = verify_export(path, trusted_keys=[shown[0]["public_key"]])
    assert verdict.ok, verdict.first_fault
