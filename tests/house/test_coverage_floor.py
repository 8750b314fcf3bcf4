import json
from pathlib import Path

import pytest

from tools import coverage_floor
from tools.coverage_floor import ROOMS


def report(folder: Path, *, figures: dict[str, tuple[int, int]]) -> str:
    """A report in which each room has 100 lines and 100 branches, of which so many ran."""
    files = {
        f"tutela/{room}/a.py": {
            "summary": {
                "num_statements": 100,
                "covered_lines": lines,
                "num_branches": 100,
                "covered_branches": branches,
            }
        }
        for room, (lines, branches) in figures.items()
    }
    path = folder / "coverage.json"
    path.write_text(json.dumps({"files": files}), encoding="utf-8")
    return str(path)


def test_rooms_at_the_floor_pass(tmp_path: Path) -> None:
    figures = dict.fromkeys(ROOMS, (95, 95))
    assert coverage_floor.main([report(tmp_path, figures=figures)]) == 0


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("low", [(94, 100), (100, 94)], ids=["lines", "branches"])
def test_one_room_below_the_floor_fails_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], room: str, low: tuple[int, int]
) -> None:
    figures = dict.fromkeys(ROOMS, (100, 100)) | {room: low}
    assert coverage_floor.main([report(tmp_path, figures=figures)]) == 1
    failed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if "LOW" in line]
    assert failed == [room]


def test_a_room_that_nothing_measured_fails(tmp_path: Path) -> None:
    figures = dict.fromkeys(ROOMS[1:], (100, 100))
    assert coverage_floor.main([report(tmp_path, figures=figures)]) == 1
