from collections.abc import Iterator

import psycopg
import pytest

from tests.fixtures.recycling import ROWS_MAX, USES_MAX, Shelf
from tutela.database.cluster import ROLE
from tutela.database.embedded import EmbeddedServer


@pytest.fixture
def shelf(postgres_server: EmbeddedServer, database_url: str) -> Iterator[Shelf]:
    """A shelf of this test's own, and nothing of it left behind."""
    with psycopg.connect(postgres_server.superuser_url, autocommit=True) as superuser:
        made = Shelf(
            superuser_url=postgres_server.superuser_url,
            superuser=superuser,
            role=ROLE,
            template="tutela_template",
            prefix="own",
        )
        yield made
        for number in range(1, made.made + 1):
            superuser.execute(f"DROP DATABASE IF EXISTS own_{number} WITH (FORCE)".encode())


def _inside(server: EmbeddedServer, *, name: str) -> psycopg.Connection:
    return psycopg.connect(server.superuser_url, dbname=name, autocommit=True)


def test_what_a_test_wrote_is_gone_for_the_next_one(
    shelf: Shelf, postgres_server: EmbeddedServer
) -> None:
    name = shelf.take()
    with _inside(postgres_server, name=name) as connection:
        connection.execute("INSERT INTO tenant (tenant) VALUES ('t'), ('u')")
    shelf.give_back(name)
    assert shelf.take() == name
    with _inside(postgres_server, name=name) as connection:
        assert connection.execute("SELECT count(*) FROM tenant").fetchone() == (0,)
        applied = connection.execute("SELECT count(*) FROM schema_migration").fetchone()
        assert applied is not None
        assert applied[0] > 30
    shelf.give_back(name)


def test_whoever_is_still_connected_is_sent_away(
    shelf: Shelf, postgres_server: EmbeddedServer
) -> None:
    name = shelf.take()
    with _inside(postgres_server, name=name) as connection:
        shelf.give_back(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE another (id integer)",
        "ALTER TABLE tenant ADD COLUMN more text",
        "DROP INDEX content_look_expiry",
        "ALTER TABLE tenant DISABLE TRIGGER ALL",
        "CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1",
        "ALTER TABLE content_look DISABLE ROW LEVEL SECURITY",
        "DELETE FROM schema_migration WHERE version = 2",
        "TRUNCATE tenant CASCADE",
        "ANALYZE tenant",
        f"INSERT INTO tenant SELECT 't' || n FROM generate_series(0, {ROWS_MAX}) n",
        "ALTER ROLE tutela IN DATABASE own_1 SET work_mem = 64",
    ],
)
def test_a_database_that_is_no_longer_as_it_was_is_made_anew(
    shelf: Shelf, postgres_server: EmbeddedServer, change: str
) -> None:
    name = shelf.take()
    with _inside(postgres_server, name=name) as connection:
        connection.execute(change.encode())
    shelf.give_back(name)
    assert shelf.free == []
    left = shelf.superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    assert left.fetchone() is None


def test_a_database_is_made_anew_after_so_many_tests(shelf: Shelf) -> None:
    first = shelf.take()
    for _ in range(USES_MAX - 1):
        shelf.give_back(first)
        assert shelf.take() == first
    shelf.give_back(first)
    assert shelf.take() != first
