"""What a page tells its reader to type is typed, against a real service."""

import socket
from pathlib import Path

import pytest

from tests.docs import examples
from tests.fixtures.service import RunningTutela
from tests.house.tree import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WITH_EXAMPLES = [
    page for page in PAGES if any(block.purpose == examples.RUNS for block in examples.blocks(page))
]


def _name(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_of_every_example_it_is_known_whether_it_runs(page: Path) -> None:
    assert list(examples.faults(page)) == []


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=_name)
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, own_tutela: RunningTutela, tmp_path: Path
) -> None:
    service = {
        "TUTELA": own_tutela.base_url,
        "TUTELA_DATA": str(own_tutela.data_folder),
        "TUTELA_KEYS": str(own_tutela.key_folder),
    }
    examples.run(page, folder=tmp_path, environment=service)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
