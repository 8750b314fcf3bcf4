"""`tutela flaggers`, as it is typed."""

import json
from pathlib import Path

from tests.cli.conftest import Command
from tests.cli.sending import a_notice, write_lines


def test_flaggers_are_told_with_their_figures(alone: Command, tmp_path: Path) -> None:
    assert "No trusted flagger" in alone("flaggers").out
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice(), a_notice()])
    alone("notices", "import", file, "--channel", "hotline", "--sender", "hotline-a")
    told = alone("flaggers", "--from", "2026-01-01")
    assert told.out.splitlines() == [
        "hotline-a over hotline",
        "  2 notices, 2 of them incomplete; 2 items: 2 open, 0 overdue, 0 answered",
        "  0 acted on, 0 dismissed. Nothing was decided yet, so nothing can be said.",
    ]
    (figures,) = json.loads(alone("flaggers", "--json").out)["flaggers"]
    assert (figures["sender"], figures["items"], figures["accuracy"]) == ("hotline-a", 2, None)
    assert json.loads(alone("flaggers", "--to", "2020-01-01", "--json").out)["flaggers"] == []
    refused = alone("flaggers", "--service", "typo")
    assert (refused.status, refused.out) == (2, "")
    assert "There is no main/typo" in refused.err
