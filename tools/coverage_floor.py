"""Exit 0 where every room with a floor has its coverage, 1 where one has not.

Reads the JSON report of coverage.py. Lines and branches are held apart, both in percent; a room
that nothing measured has no coverage and fails.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

FLOOR_PERCENT = 95.0
ROOMS = ("domain", "ledger", "intake", "cases", "review")


class Summary(msgspec.Struct, frozen=True):
    """One file's figures, as coverage.py names them."""

    num_statements: int
    covered_lines: int
    num_branches: int
    covered_branches: int


class MeasuredFile(msgspec.Struct, frozen=True):
    """One file of the report."""

    summary: Summary


class Report(msgspec.Struct, frozen=True):
    """What `coverage json` writes, as far as it is read here."""

    files: dict[str, MeasuredFile]


@dataclass(frozen=True)
class Coverage:
    """Lines and branches of one room, each as (run, there)."""

    lines: tuple[int, int]
    branches: tuple[int, int]

    @property
    def lines_percent(self) -> float:
        """Lines run in percent; 0 where there is none."""
        run, there = self.lines
        return 100 * run / there if there else 0.0

    @property
    def branches_percent(self) -> float:
        """Branches run in percent; 100 where there is none."""
        run, there = self.branches
        return 100 * run / there if there else 100.0

    @property
    def is_enough(self) -> bool:
        """Whether both reach the floor."""
        return min(self.lines_percent, self.branches_percent) >= FLOOR_PERCENT


def coverage_of(room: str, *, report: Report) -> Coverage:
    """The sums over the files of one room."""
    parts = ("tutela", room)
    files = [f.summary for path, f in report.files.items() if Path(path).parts[:2] == parts]
    return Coverage(
        lines=(sum(f.covered_lines for f in files), sum(f.num_statements for f in files)),
        branches=(sum(f.covered_branches for f in files), sum(f.num_branches for f in files)),
    )


def verdict(room: str, *, coverage: Coverage) -> str:
    """One line to read."""
    figures = f"lines {coverage.lines_percent:5.1f} %  branches {coverage.branches_percent:5.1f} %"
    return f"  {room:<8} {figures}  {'ok' if coverage.is_enough else 'TOO LOW'}"


def main(arguments: list[str] | None = None) -> int:
    """The exit status, after one line a room."""
    parser = argparse.ArgumentParser(description="hold the coverage floor of the rooms")
    parser.add_argument("report", type=Path, help="file written by `coverage json`")
    report_file: Path = parser.parse_args(arguments).report
    report = msgspec.json.decode(report_file.read_bytes(), type=Report)
    rooms = {room: coverage_of(room, report=report) for room in ROOMS}
    print(f"coverage, at least {FLOOR_PERCENT:.0f} % of lines and of branches:")
    for room, coverage in rooms.items():
        print(verdict(room, coverage=coverage))
    return 0 if all(coverage.is_enough for coverage in rooms.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
