"""What a page tells its reader to type is typed, against a real service."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.docs import examples
from tests.fixtures.service import RunningTutela
from tests.house.tree import ROOT
from tutela.database.binaries import find_binaries
from tutela.database.cluster import ROLE, SUPERUSER
from tutela.database.embedded import EmbeddedServer
from tutela.database.readiness import connection_url

DOCS = ROOT / "docs"
#: Pages about a PostgreSQL that somebody else runs, and the database that each makes there.
ON_ITS_OWN_DATABASE = {
    "run-on-your-own-postgresql.md": "tutela_own",
    "run-more-than-one-process-or-machine.md": "tutela_shared",
}
#: Pages whose examples ask no service; none is started for them.
WITHOUT_A_SERVICE = frozenset(
    {
        "bring-rules-from-osprey.md",
        "change-the-words.md",
        "find-a-network.md",
        "find-terms-in-texts.md",
        "first-rule.md",
        "match-hashes.md",
        "show-media-from-your-vault.md",
        "transparency-stand-in.md",
        "use-the-transparency-database-library.md",
    }
)
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
    page: Path, request: pytest.FixtureRequest, tutela_folder: Path
) -> None:
    surroundings = request.getfixturevalue(_surroundings(page))
    folder = tutela_folder / "reader"
    folder.mkdir(mode=0o711)
    examples.run(page, folder=folder, environment=surroundings)


def _surroundings(page: Path) -> str:
    """The fixture with what is there before a reader types anything."""
    if page.name in WITHOUT_A_SERVICE:
        return "no_service"
    return "own_postgresql" if page.name in ON_ITS_OWN_DATABASE else "own_service"


@pytest.fixture
def no_service(tutela_folder: Path) -> dict[str, str]:
    """Folders where no service ever was, as a reader's shell knows them."""
    return {
        "TUTELA_DATA": str(tutela_folder / "data"),
        "TUTELA_KEYS": str(tutela_folder / "keys"),
    }


@pytest.fixture
def own_service(own_tutela: RunningTutela) -> dict[str, str]:
    """A service of this test alone, as a reader's shell knows it."""
    return {
        "TUTELA": own_tutela.base_url,
        "TUTELA_DATA": str(own_tutela.data_folder),
        "TUTELA_KEYS": str(own_tutela.key_folder),
    }


@pytest.fixture
def own_postgresql(
    postgres_server: EmbeddedServer, page: Path, tutela_folder: Path
) -> Iterator[dict[str, str]]:
    """A PostgreSQL that somebody else runs, its client programs on the path."""
    database = ON_ITS_OWN_DATABASE[page.name]
    url = connection_url(postgres_server.placement, role=ROLE, database=database)
    yield {
        "PATH": f"{find_binaries().folder}{os.pathsep}{examples.path()}",
        "PGHOST": str(postgres_server.placement.socket_folder),
        "PGUSER": SUPERUSER,
        "TUTELA_DATABASE": url,
        "TUTELA_DATA": str(tutela_folder / "data"),
        "TUTELA_KEYS": str(tutela_folder / "keys"),
    }
    with psycopg.connect(postgres_server.superuser_url, autocommit=True) as connection:
        name = sql.Identifier(database)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
