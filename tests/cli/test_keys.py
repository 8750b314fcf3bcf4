import shutil
from pathlib import Path

from tests.cli.conftest import Command, Done
from tests.fixtures.service import RunningTutela


def create(command: Command, *, url: str, keys: Path) -> Done:
    return command(
        *("token", "create", "--role", "service", "--name", "a"),
        *("--database", url, "--keys", keys),
    )


def test_a_service_with_other_keys_does_not_start(tutela_folder: Path, alone: Command) -> None:
    assert alone("token", "create", "--role", "service", "--name", "a").status == 0
    (tutela_folder / "keys").rename(tutela_folder / "kept")
    service = RunningTutela(tutela_folder)
    without = service.command("up", "--port", "0")
    assert without.returncode == 2
    assert "holds no keys" in without.stderr
    assert "Bring back the keys from your backup" in without.stderr
    assert not (tutela_folder / "keys").exists()
    other = RunningTutela(tutela_folder / "other")
    other.folder.mkdir()
    other_keys = tutela_folder / "keys"
    shutil.copytree(tutela_folder / "kept", other_keys)
    (other_keys / "master.key").write_text("A" * 43 + "=")
    with_others = service.command("up", "--port", "0")
    assert with_others.returncode == 2
    assert "this database was made with" in with_others.stderr


def test_a_new_database_gets_new_keys_once(
    command: Command, database_url: str, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    assert create(command, url=database_url, keys=keys).status == 0
    made = {file.name: file.read_bytes() for file in keys.iterdir()}
    assert create(command, url=database_url, keys=keys).status == 0
    assert {file.name: file.read_bytes() for file in keys.iterdir()} == made
    assert {file.stat().st_mode & 0o777 for file in keys.iterdir()} == {0o600}


def test_the_keys_of_another_database_are_refused_before_anything_is_signed(
    command: Command, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    assert create(command, url=database_url, keys=tmp_path / "one").status == 0
    assert create(command, url=empty_database_url, keys=tmp_path / "two").status == 0
    done = create(command, url=database_url, keys=tmp_path / "two")
    assert done.status == 2
    assert done.out == ""
    assert "--keys or TUTELA_KEYS" in done.err
