"""Each migration once, in order, whole or not at all, by one starter at a time."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.database.errors import (
    DatabaseNewer,
    DatabaseUnavailable,
    MigrationChanged,
    MigrationsInvalid,
)
from tutela.database.migrations import (
    Migration,
    check_history,
    migrate,
    pending,
    read_migrations,
    shipped,
)

FIRST = "CREATE TABLE word (word text);\nINSERT INTO word VALUES ('50%');\n"
SECOND = "ALTER TABLE word ADD COLUMN count int;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_words.sql").write_text(FIRST)
    (tmp_path / "README").write_text("no migration")
    return tmp_path


def columns(url: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('word') AND attnum > 0"
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


async def test_each_migration_is_applied_once_and_recorded(
    empty_database_url: str, folder: Path
) -> None:
    assert await pending(empty_database_url, folder=folder) == 1
    applied = await migrate(empty_database_url, folder=folder)
    assert [migration.file_name for migration in applied] == ["0001_words.sql"]
    assert await migrate(empty_database_url, folder=folder) == []
    (folder / "0002_counts.sql").write_text(SECOND)
    assert await pending(empty_database_url, folder=folder) == 1
    assert [m.version for m in await migrate(empty_database_url, folder=folder)] == [2]
    assert columns(empty_database_url) == ["word", "count"]
    with psycopg.connect(empty_database_url) as connection:
        rows = connection.execute(
            "SELECT version, name, length(sha256), applied_at <= now() FROM schema_migration"
            " ORDER BY version"
        ).fetchall()
    assert rows == [(1, "words", 64, True), (2, "counts", 64, True)]


async def test_a_migration_that_fails_leaves_nothing_and_those_before_it(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "0002_wrong.sql").write_text(SECOND + "SELECT 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate(empty_database_url, folder=folder)
    assert columns(empty_database_url) == ["word"]
    (folder / "0002_wrong.sql").write_text(SECOND)
    assert [m.version for m in await migrate(empty_database_url, folder=folder)] == [2]


@pytest.mark.parametrize("end", ["COMMIT;", "ROLLBACK;", "COMMIT; BEGIN;"])
async def test_a_migration_that_ends_its_own_transaction_is_refused(
    empty_database_url: str, folder: Path, end: str
) -> None:
    (folder / "0002_own.sql").write_text(SECOND + end)
    with pytest.raises(MigrationsInvalid, match=r"0002_own\.sql"):
        await migrate(empty_database_url, folder=folder)


async def test_a_changed_migration_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder=folder)
    (folder / "0001_words.sql").write_text(FIRST + "-- a word more\n")
    for refused in (migrate, pending):
        with pytest.raises(MigrationChanged, match=r"0001_words\.sql"):
            await refused(empty_database_url, folder=folder)


async def test_a_renamed_migration_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder=folder)
    (folder / "0001_words.sql").rename(folder / "0001_terms.sql")
    with pytest.raises(MigrationChanged):
        await migrate(empty_database_url, folder=folder)


async def test_a_database_of_a_later_version_is_refused(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "0002_counts.sql").write_text(SECOND)
    await migrate(empty_database_url, folder=folder)
    (folder / "0002_counts.sql").unlink()
    with pytest.raises(DatabaseNewer, match="migration 2, this version of Tutela ends at 1"):
        await migrate(empty_database_url, folder=folder)


async def test_those_who_start_together_apply_each_migration_once(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "0001_words.sql").write_text("SELECT pg_sleep(0.2);" + FIRST)
    results = await asyncio.gather(*(migrate(empty_database_url, folder=folder) for _ in range(5)))
    assert sorted(len(applied) for applied in results) == [0, 0, 0, 0, 1]


async def test_a_connection_of_the_caller_is_used_and_stays_open(
    empty_database_url: str, folder: Path
) -> None:
    connection = await psycopg.AsyncConnection.connect(empty_database_url, autocommit=True)
    async with connection:
        assert len(await migrate(connection, folder=folder)) == 1
        assert await migrate(connection, folder=folder) == []
        locks = await connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        )
        assert await locks.fetchone() == (0,)


async def test_a_connection_in_a_transaction_is_refused(
    empty_database_url: str, folder: Path
) -> None:
    async with await psycopg.AsyncConnection.connect(empty_database_url) as connection:
        with pytest.raises(MigrationsInvalid, match="autocommit"):
            await migrate(connection, folder=folder)


async def test_a_server_that_is_away_is_an_outage(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        await migrate(f"postgresql://a@/b?host={tmp_path}", folder=folder)


async def test_the_shipped_migrations_are_applied_by_the_fixture(database_url: str) -> None:
    assert await pending(database_url) == 0
    assert read_migrations(shipped())


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "holds no migration"),
        (["0002_late.sql"], "0002_late.sql stands where 0001 should"),
        (["0001_a.sql", "0003_c.sql"], "0003_c.sql stands where 0002 should"),
        (["0001_a.sql", "0001_b.sql"], "0001_b.sql stands where 0002 should"),
        (["0000_a.sql"], "0000_a.sql stands where 0001 should"),
        (["1_a.sql"], "1_a.sql is not named"),
        (["0001-a.sql"], "0001-a.sql is not named"),
        (["0001_A.sql"], "0001_A.sql is not named"),
        (["00001_a.sql"], "00001_a.sql is not named"),
    ],
)
def test_files_that_are_not_one_row_of_numbers_are_refused(
    tmp_path: Path, names: list[str], said: str
) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(MigrationsInvalid) as refused:
        read_migrations(tmp_path)
    assert said in refused.value.detail


KNOWN = [Migration(number, f"m{number}", f"SELECT {number}") for number in range(1, 6)]


@given(st.integers(0, len(KNOWN)))
def test_every_beginning_of_the_known_is_a_history(count: int) -> None:
    check_history({m.version: (m.name, m.sha256) for m in KNOWN[:count]}, known=KNOWN)


@given(st.sets(st.integers(1, len(KNOWN) + 3)))
def test_every_other_set_of_versions_is_refused(versions: set[int]) -> None:
    known = {m.version: (m.name, m.sha256) for m in KNOWN}
    applied = {version: known.get(version, ("later", "0")) for version in versions}
    if versions == set(range(1, len(versions) + 1)) and versions <= set(known):
        check_history(applied, known=KNOWN)
    else:
        with pytest.raises((DatabaseNewer, MigrationChanged)):
            check_history(applied, known=KNOWN)
