"""The programs of the pages about the client pass a strict type checker, as a reader's would."""

from pathlib import Path

import pytest
from mypy import api

from tests.docs import examples
from tests.house.tree import ROOT

PAGES = [
    ROOT / "docs" / "tutorial" / "report-from-python.md",
    ROOT / "docs" / "how-to" / "send-many-notices-from-python.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_programs_of_a_page_are_typed(page: Path, tmp_path: Path) -> None:
    programs = []
    for block in examples.blocks(page):
        if block.language == "python":
            programs.append(tmp_path / f"line_{block.line}.py")
            programs[-1].write_text(block.text, encoding="utf-8")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    told, complained, status = api.run(["--strict", *cache, *map(str, programs)])
    assert programs
    assert (status, complained) == (0, ""), told
