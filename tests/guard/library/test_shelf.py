"""A program that starts while the server is away answers by its file."""

import base64
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.guard.library.guard_server import FOREIGN_KEY, TOKEN, GuardServer, World
from tests.guard.library.program import Program
from tutela.guard.library.following import FILE_SECONDS
from tutela.guard.library.holding import Origin


def test_a_program_that_starts_while_the_server_is_away_answers_by_its_file(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    assert Program(server, world=world, folder=tmp_path).look()
    server.stop()
    world.pass_(500)
    program = Program(server, world=world, folder=tmp_path)
    assert program.blocks("zorbaquil")
    held = program.follower.held
    assert held is not None
    assert held.origin is Origin.FILE
    assert held.age_seconds(world.steady_seconds) == 500
    assert not program.look()
    assert program.blocks("zorbaquil")
    server.start()
    assert program.look()
    assert program.follower.held is not None
    assert program.follower.held.origin is Origin.SERVER
    assert program.follower.held.age_seconds(world.steady_seconds) == 0


def test_the_file_is_the_owners_alone_and_tells_nobody_anything(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    program = Program(server, world=world, folder=tmp_path / "new")
    assert program.look()
    assert program.shelf is not None
    (file,) = (tmp_path / "new").iterdir()
    assert file == program.shelf.path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    raw = file.read_bytes()
    assert b"zorbaquil" not in raw
    assert b"main" not in raw
    assert TOKEN.encode() not in raw


def test_the_file_says_anew_when_it_was_confirmed_and_not_at_every_look(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    program = Program(server, world=world, folder=tmp_path)
    assert program.look()
    assert program.shelf is not None
    first = program.shelf.path.read_bytes()
    world.pass_(FILE_SECONDS / 2)
    assert program.look()
    assert program.shelf.path.read_bytes() == first
    world.pass_(FILE_SECONDS / 2)
    assert program.look()
    kept = program.shelf.take()
    assert kept is not None
    assert kept.confirmed_at == world.now


def test_after_a_clock_went_back_the_file_counts_as_too_old(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    assert Program(server, world=world, folder=tmp_path).look()
    world.now -= timedelta(days=400)
    program = Program(server, world=world, folder=tmp_path)
    held = program.follower.held
    assert held is not None
    assert held.age_seconds(world.steady_seconds) == held.switches.age_seconds_max


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:0],
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
    ],
    ids=["half", "empty", "changed"],
)
def test_a_file_that_is_spoilt_is_left_aside_and_written_anew(
    server: GuardServer, world: World, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    first = Program(server, world=world, folder=tmp_path)
    assert first.look()
    assert first.shelf is not None
    first.shelf.path.write_bytes(spoil(first.shelf.path.read_bytes()))
    program = Program(server, world=world, folder=tmp_path)
    assert program.version == 0
    assert "cut off, changed" in str(program.follower.file_fault)
    assert program.look()
    assert program.follower.file_fault is None
    assert Program(server, world=world, folder=tmp_path).version == 1


def test_the_file_of_another_token_is_another_file(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    assert Program(server, world=world, folder=tmp_path).look()
    other = Program(server, world=world, folder=tmp_path, token="tutela_other")
    assert other.version == 0
    assert other.follower.file_fault is None


def test_the_keys_in_the_file_are_pinned_over_a_start(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    assert Program(server, world=world, folder=tmp_path).look()
    program = Program(server, world=world, folder=tmp_path)
    server.publish("vexomir", version=2)
    server.signer = FOREIGN_KEY
    assert not program.look()
    assert program.fault == "snapshot_foreign"


def test_a_file_whose_signer_is_not_among_the_given_keys_is_left_aside(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    assert Program(server, world=world, folder=tmp_path).look()
    foreign = base64.b64encode(FOREIGN_KEY.public_key).decode()
    program = Program(server, world=world, folder=tmp_path, keys=[foreign])
    assert program.version == 0
    assert "not believed" in str(program.follower.file_fault)


def test_a_folder_that_can_not_be_written_stops_no_answer(
    server: GuardServer, world: World, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    program = Program(server, world=world, folder=tmp_path / "file")
    assert program.look()
    assert program.blocks("zorbaquil")
    assert program.follower.file_fault is not None
