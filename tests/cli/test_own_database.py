import multiprocessing
from pathlib import Path

from tests.cli.sending import a_notice, has_its_place, send
from tests.fixtures.service import RunningTutela, running, until
from tutela.cli.supervision import write_whole


def test_web_and_worker_run_apart_on_a_database_of_ones_own(
    database_url: str, tutela_folder: Path
) -> None:
    with (
        running(apart(tutela_folder, url=database_url, role="worker")) as worker,
        running(apart(tutela_folder, url=database_url, role="web")) as web,
    ):
        assert kinds(web) == {"supervisor", "web-0"}
        assert kinds(worker) == {"supervisor", "worker", "courier", "sequencer"}
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
    own.mkdir(exist_ok=True)
    (own / "keys").symlink_to(folder)
    return RunningTutela(own, arguments=("--database", url, "--role", role))


def kinds(service: RunningTutela) -> set[str]:
    return {name.rpartition(".")[2] for name in service.process_ids()}


def test_web_and_worker_may_share_a_data_folder(database_url: str, tutela_folder: Path) -> None:
    shared = tutela_folder / "shared"
    shared.mkdir()
    for role in ("worker", "web"):
        (tutela_folder / role).mkdir()
        (tutela_folder / role / "data").symlink_to(shared)
    with (
        running(apart(tutela_folder, url=database_url, role="worker")) as worker,
        running(apart(tutela_folder, url=database_url, role="web")) as web,
    ):
        assert (
            kinds(web) == kinds(worker) == {"supervisor", "web-0", "worker", "courier", "sequencer"}
        )
    assert list(shared.iterdir()) == []


def test_what_several_write_at_once_is_whole(tmp_path: Path) -> None:
    writers = [
        multiprocessing.get_context("spawn").Process(target=write_often, args=(tmp_path / "file",))
        for _ in range(2)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert [file.read_text() for file in tmp_path.iterdir()] == [WHOLE]


WHOLE = "a" * 4096


def write_often(path: Path) -> None:
    for _ in range(2_000):
        write_whole(path, text=WHOLE)


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
