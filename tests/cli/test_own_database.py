from pathlib import Path

from tests.cli.sending import a_notice, has_its_place, send
from tests.fixtures.service import RunningTutela, running, until


def test_web_and_worker_run_apart_on_a_database_of_ones_own(
    database_url: str, tutela_folder: Path
) -> None:
    with (
        running(apart(tutela_folder, url=database_url, role="worker")) as worker,
        running(apart(tutela_folder, url=database_url, role="web")) as web,
    ):
        assert kinds(web) == {"supervisor", "web-0"}
        assert kinds(worker) == {"supervisor", "worker", "sequencer"}
        assert worker.ready_lines() == ["ready"]
        made = web.command(
            *("token", "create", "--role", "service", "--name", "a", "--database", database_url)
        )
        with web.client(made.stdout.splitlines()[-1]) as client:
            acknowledged = send(client, notice=a_notice())
            assert acknowledged is not None
            until(
                lambda: has_its_place(client, acknowledged=acknowledged),
                what="the notice's place",
            )
    assert not (web.data_folder / "postgresql").exists()


def apart(folder: Path, *, url: str, role: str) -> RunningTutela:
    own = folder / role
    own.mkdir()
    (own / "keys").symlink_to(folder)
    return RunningTutela(own, arguments=("--database", url, "--role", role))


def kinds(service: RunningTutela) -> set[str]:
    return {name.rpartition(".")[2] for name in service.process_ids()}


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
