from pathlib import Path

from tests.cli.sending import a_notice, has_its_place, send
from tests.database.until import until
from tests.fixtures.service import RunningTutela


def test_web_and_worker_run_apart_on_a_database_of_ones_own(
    database_url: str, tutela_folder: Path
) -> None:
    by_url = ("--database", database_url)
    roles = {}
    for role in ("worker", "web"):
        folder = tutela_folder / role
        folder.mkdir()
        (folder / "keys").symlink_to(tutela_folder)
        roles[role] = RunningTutela(folder, arguments=(*by_url, "--role", role))
        roles[role].start()
    web, worker = roles["web"], roles["worker"]
    assert {name.rpartition(".")[2] for name in web.process_ids()} == {"supervisor", "web-0"}
    names = {name.rpartition(".")[2] for name in worker.process_ids()}
    assert names == {"supervisor", "worker", "sequencer"}
    assert worker.ready_lines() == ["ready"]
    made = web.command("token", "create", "--role", "service", "--name", "a", *by_url)
    with web.client(made.stdout.splitlines()[-1]) as client:
        acknowledged = send(client, notice=a_notice())
        assert acknowledged is not None
        until(lambda: has_its_place(client, acknowledged=acknowledged), what="the notice's place")
    assert web.stop() == 0
    assert worker.stop() == 0
    assert not (web.data_folder / "postgresql").exists()


def test_a_database_that_is_away_is_said_in_one_line(tutela_folder: Path) -> None:
    service = RunningTutela(tutela_folder)
    done = service.command("up", "--database", f"postgresql://tutela@/x?host={tutela_folder}")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("tutela: The database is away")


def test_a_database_that_may_forget_is_refused(database_url: str, tutela_folder: Path) -> None:
    forgetful = f"{database_url}&options=-c%20synchronous_commit%3Doff"
    done = RunningTutela(tutela_folder).command("up", "--port", "0", "--database", forgetful)
    assert done.returncode == 1
    assert "synchronous_commit is off" in done.stderr
