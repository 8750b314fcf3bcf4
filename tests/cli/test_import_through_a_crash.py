import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.sending import a_notice, write_lines
from tests.fixtures.house import Rooms
from tests.fixtures.service import STOP_SECONDS, TUTELA, RunningTutela, until
from tutela.access.services import find, operator
from tutela.database.errors import DatabaseUnavailable
from tutela.domain.vocabulary import Channel
from tutela.errors import TutelaError
from tutela.intake import commit
from tutela.intake.channels import file as notice_file
from tutela.intake.channels.file import FileImport, Line

LINE_COUNT = 4_000


def ledger_size(service: RunningTutela) -> int:
    with service.client("none") as client:
        log_id = client.get("/v1/ledger/head").json()
    return int(log_id.get("size", 0))


def test_an_import_outlives_a_killed_database_and_loses_nothing(
    own_tutela: RunningTutela,
) -> None:
    file = write_lines(own_tutela.folder / "n", lines=[a_notice() for _ in range(LINE_COUNT)])
    with subprocess.Popen(
        [TUTELA, "notices", "import", file, "--json", *own_tutela.where], stdout=subprocess.PIPE
    ) as importing:
        until(lambda: ledger_size(own_tutela) > 0, what="the first notices of the file")
        os.kill(own_tutela.process_ids()["postgres"], signal.SIGKILL)
        out, _ = importing.communicate(timeout=STOP_SECONDS)
    assert importing.returncode == 0
    summary = json.loads(out)
    assert summary["accepted"] + summary["duplicate"] == LINE_COUNT
    again = own_tutela.command("notices", "import", str(file), "--json")
    assert json.loads(again.stdout)["duplicate"] == LINE_COUNT


async def test_an_import_gives_up_on_a_database_that_stays_away(
    rooms: Rooms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_file, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(commit, "PURSUIT_SECONDS", 0.0)
    recorded: list[int] = []

    async def record_line(line: Line, *, error: TutelaError) -> None:
        recorded.append(line.number)

    caller = operator(
        await find(rooms.pool, tenant="main", service="main"), channel=Channel.HOTLINE
    )
    importing = FileImport(rooms.intake, caller=caller, sha256="f" * 64, record_line=record_line)
    file = write_lines(tmp_path / "n", lines=[a_notice(), b"bad", a_notice()])
    await rooms.pool.close()
    with pytest.raises(DatabaseUnavailable):
        await anext(importing.take(notice_file.read_lines(file)))
    assert recorded == [2]
