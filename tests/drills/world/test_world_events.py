import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.drills.world.conftest import Made
from tutela.cli.main import run
from tutela.decisions.accounts import AccountDescribed
from tutela.detection.pipeline.events import EdgeSeen, ItemExposed
from tutela.domain.events import Event
from tutela.drills.world.files import File
from tutela.guard.drift.events import ValueUsed
from tutela.intake.reading import fit, read_json

AT = datetime(2026, 1, 2, tzinfo=UTC)
TAKEN_AS: dict[str, type[Event]] = {
    "account": AccountDescribed,
    "edge": EdgeSeen,
    "use": ValueUsed,
    "exposure": ItemExposed,
}


@pytest.fixture(scope="module")
def lines(small_world: Made, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The events of the small world, as the command writes them."""
    out = tmp_path_factory.mktemp("events") / "events.jsonl"
    command = ["world", "events", str(small_world.folder), "--out", str(out)]
    assert run([*command, "--at", AT.strftime("%Y-%m-%d")]) == 0
    return out.read_bytes().splitlines()


def test_every_row_is_an_event_that_the_door_can_read(
    small_world: Made, lines: list[bytes]
) -> None:
    rows = {name: small_world.document["files"][name]["rows"] for name in File}
    assert len(lines) == sum(rows.values()) - rows[File.TOKENS] - rows[File.TRUTH]
    assert len({line.partition(b",")[0] for line in lines}) == len(lines)
    values = [read_json(line) for line in lines[:: len(lines) // 1000]]
    assert {value["type"] for value in values} == TAKEN_AS.keys()
    for value in values:
        assert fit(value, kind=TAKEN_AS[value["type"]]).at == AT


def test_an_edge_is_told_as_its_file_has_it(small_world: Made, lines: list[bytes]) -> None:
    first = next(json.loads(line) for line in lines if b'"type":"edge"' in line)
    row = small_world.table("edges").slice(0, 1).to_pylist()[0]
    assert (first["src"], first["dst"]) == (str(row["src"]), str(row["dst"]))
    assert (first["kind"], first["weight"]) == (row["kind"], row["weight"])


@pytest.mark.parametrize("broken", [None, "world.json", File.EDGES])
def test_what_is_no_world_is_refused_and_nothing_is_written(
    broken: str | None,
    small_world: Made,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "world"
    folder.mkdir()
    if broken:
        for path in small_world.folder.glob("*.*"):
            whole = path.read_bytes()
            (folder / path.name).write_bytes(
                whole[: len(whole) // 2 if path.name == broken else None]
            )
    out = tmp_path / "events.jsonl"
    assert run(["world", "events", str(folder), "--out", str(out)]) == 2
    assert str(folder) in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_the_command_says_how_many_events_there_are(
    small_world: Made, lines: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "events.jsonl"
    assert run(["world", "events", str(small_world.folder), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"events": len(lines)}
