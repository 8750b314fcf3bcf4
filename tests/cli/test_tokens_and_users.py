import asyncio
import io
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Command
from tests.cli.sending import a_notice, send
from tests.fixtures.service import RunningTutela, running
from tutela.access import users
from tutela.access.users import Person
from tutela.database.pool import open_pool
from tutela.domain.vocabulary import Channel, Role


def test_the_last_line_is_a_token_that_works_at_once(
    running_tutela: RunningTutela, beside: Command
) -> None:
    done = beside("token", "create", "--role", "service", "--name", "shop")
    assert done.status == 0
    with running_tutela.client(done.last_line) as client:
        assert send(client, notice=a_notice()) is not None


def test_a_token_speaks_for_its_channels_alone(
    running_tutela: RunningTutela, beside: Command
) -> None:
    done = beside(
        *("token", "create", "--role", "service", "--name", "flagger"),
        *("--channel", "trusted_flagger", "--channel", "hotline"),
    )
    with running_tutela.client(done.last_line) as client:
        assert send(client, notice=a_notice(channel="hotline")) is not None
        assert client.post("/v1/notices", json=a_notice(channel="user")).status_code == 403


def test_a_token_of_another_tenant_and_service_makes_both(
    running_tutela: RunningTutela, beside: Command
) -> None:
    done = beside(
        *("token", "create", "--role", "service", "--name", "a"),
        *("--tenant", "other", "--service", "shop"),
    )
    mine = running_tutela.token()
    with running_tutela.client(done.last_line) as client:
        theirs = send(client, notice=a_notice())
    with running_tutela.client(mine) as client:
        ours = send(client, notice=a_notice())
    assert theirs is not None
    assert ours is not None
    assert theirs["receipt"]["log_id"] != ours["receipt"]["log_id"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "king", "--name", "a"), "'--role'"),
        (("--role", "service", "--name", "a", "--channel", "rumour"), "'--channel'"),
        (("--role", "service", "--name", "a b"), "The name must be"),
        (("--role", "service", "--name", "a", "--tenant", ""), "The tenant must be"),
        (("--role", "service"), "'--name'"),
        (("--name", "a", "--rule", "service"), "No such option: --rule"),
    ],
)
def test_a_token_that_can_not_be_made_is_refused_in_one_line(
    beside: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = beside("token", "create", *arguments)
    assert done.status == 2
    assert done.out == ""
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_token_can_be_made_before_the_first_start(tutela_folder: Path, alone: Command) -> None:
    done = alone("token", "create", "--role", "service", "--name", "first")
    assert done.status == 0
    service = RunningTutela(tutela_folder)
    with running(service), service.client(done.last_line) as client:
        assert send(client, notice=a_notice()) is not None


def person_of(url: str, *, name: str, password: str) -> Person | None:
    async def ask() -> Person | None:
        pool = await open_pool(url)
        try:
            return await users.known(pool, tenant="main", name=name, password=password)
        finally:
            await pool.close()

    return asyncio.run(ask())


def test_a_generated_password_is_the_last_line_and_opens(
    database_url: str, tmp_path: Path, command: Command
) -> None:
    where = ("--database", database_url, "--keys", tmp_path / "keys")
    done = command("user", "create", "reviewer-1", "--role", "reviewer", "--generate", *where)
    assert done.status == 0
    found = person_of(database_url, name="reviewer-1", password=done.last_line)
    assert found == Person(tenant="main", name="reviewer-1", role=Role.REVIEWER)
    assert person_of(database_url, name="reviewer-1", password="another one") is None
    assert person_of(database_url, name="reviewer-2", password=done.last_line) is None


def test_a_password_can_come_from_a_pipe_and_only_its_hash_is_kept(
    database_url: str, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    where = ("--database", database_url, "--keys", tmp_path / "keys")
    assert command("user", "create", "lead-1", "--role", "lead", *where).status == 0
    assert person_of(database_url, name="lead-1", password="correct horse battery")
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT set_config('tutela.tenant', 'main', true)")
        row = connection.execute("SELECT password_hash FROM staff_user").fetchone()
    assert row is not None
    assert row[0].startswith("$argon2id$")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a b", "--role", "lead", "--generate"), "The name must be"),
        (("lead-2", "--role", "service", "--generate"), "tutela token create"),
        (("lead-2", "--role", "lead", "--generate", "--tenant", "nobody"), "There is no nobody"),
        (("lead-2", "--role", "lead"), "12 to 1024"),
    ],
)
def test_a_person_who_can_not_be_made_is_refused(
    beside: Command,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    done = beside("user", "create", *arguments)
    assert done.status == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_name_is_taken_once(beside: Command) -> None:
    create = ("user", "create", "twin", "--role", "auditor", "--generate")
    assert beside(*create).status == 0
    again = beside(*create)
    assert again.status == 2
    assert "twin" in again.err


def test_every_role_and_channel_is_named_in_the_help(command: Command) -> None:
    words = command("token", "create", "--help").out
    assert [each for each in (*Role, *Channel) if each not in words] == []
