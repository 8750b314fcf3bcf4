import json
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Command, Done
from tests.cli.sending import a_notice, write_lines


@pytest.fixture
def by_url(database_url: str, tmp_path: Path, command: Command) -> Command:
    where = ("--database", database_url, "--keys", tmp_path / "keys")
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice(explanation="secret-5b1")])
    assert command("notices", "import", file, *where).status == 0

    def run(*arguments: str | Path) -> Done:
        return command(*arguments, *where)

    return run


def ask(url: str, *, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('tutela.tenant', '*', true)")
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def answered_notice(url: str) -> str:
    ((notice_id,),) = ask(url, query="SELECT id FROM notice")
    ask(
        url,
        query="ALTER TABLE item DROP CONSTRAINT item_tenant_service_decision_id_fkey;"
        "UPDATE item SET decision_id = uuidv7(), answered_at = now()",
    )
    return str(notice_id)


def test_what_is_still_open_is_not_erased(by_url: Command, database_url: str) -> None:
    ((notice_id,),) = ask(database_url, query="SELECT id FROM notice")
    done = by_url("notices", "erase", str(notice_id), "--reason", "asked for", "--yes")
    assert done.status == 1
    assert done.err == "tutela: Decide what is open first.\n"


def test_without_yes_it_only_looks(by_url: Command, database_url: str) -> None:
    notice_id = answered_notice(database_url)
    done = by_url("notices", "erase", notice_id, "--reason", "asked for")
    assert done.status == 0
    assert "would be erased" in done.out
    assert ask(database_url, query="SELECT 1 FROM notice WHERE sealed_key IS NULL") == []


def test_with_yes_the_notice_is_gone_once_and_its_leaf_stays(
    by_url: Command, database_url: str
) -> None:
    notice_id = answered_notice(database_url)
    erase = ("notices", "erase", notice_id, "--reason", "asked for", "--yes")
    first, again = by_url(*erase), by_url(*erase)
    assert (first.status, first.out) == (0, f"{notice_id} erased\n")
    assert (again.status, again.out) == (0, f"{notice_id} was erased before\n")
    told = {"id": notice_id, "state": "erased_before"}
    assert json.loads(by_url(*erase, "--json").out) == told
    assert ask(database_url, query="SELECT sealed_key, sealed_body FROM notice") == [(None, None)]
    types = [row[0] for row in ask(database_url, query="SELECT fact_type FROM ledger_leaf")]
    assert sorted(map(str, types)) == ["notice.erased", "notice.received"]
    contents = ask(database_url, query="SELECT content FROM ledger_leaf")
    assert "asked for" not in json.dumps([str(row) for row in contents])


@pytest.mark.parametrize("notice_id", ["01a2009c-18af-7ce4-8c69-f2a2cbb638d4", "no-id"])
def test_a_notice_that_is_not_there_is_wrong_usage(by_url: Command, notice_id: str) -> None:
    done = by_url("notices", "erase", notice_id, "--reason", "asked for")
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
