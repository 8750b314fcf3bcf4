"""`tutela user propose, changes, agree, refuse, shut-out, list`: two admins at the terminal."""

import json

import pytest

from tests.fixtures.service import RunningTutela


def done(service: RunningTutela, *arguments: str) -> str:
    made = service.command("user", *arguments)
    assert made.returncode == 0, made.stderr
    return made.stdout


@pytest.fixture(scope="module")
def admins(running_tutela: RunningTutela) -> tuple[str, str]:
    """Two admins of a tenant of their own."""
    running_tutela.token(tenant="two-admins")
    for name in ("admin-1", "admin-2"):
        given = ("--role", "admin", "--tenant", "two-admins", "--generate")
        done(running_tutela, "create", name, *given)
    return "admin-1", "admin-2"


def test_from_two_admins_on_nobody_is_made_alone_at_the_terminal(
    running_tutela: RunningTutela, admins: tuple[str, str]
) -> None:
    alone = ("--tenant", "two-admins", "--generate")
    for role in ("admin", "lead"):
        refused = running_tutela.command("user", "create", "lead-9", "--role", role, *alone)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"tutela user propose join lead-9 --role {role}" in refused.stderr
    shown = json.loads(
        done(running_tutela, "list", "--json", "--as", admins[0], "--tenant", "two-admins")
    )
    assert "lead-9" not in [each["name"] for each in shown]


def test_two_admins_make_a_change_at_the_terminal(
    running_tutela: RunningTutela, admins: tuple[str, str]
) -> None:
    one, two = (("--as", name, "--tenant", "two-admins") for name in admins)
    asked = ("propose", "join", "lead-1", "--role", "lead", "--reason", "joins")
    assert "waits for another admin" in done(running_tutela, *asked, *one)
    (waiting,) = json.loads(done(running_tutela, "changes", "--json", *two))
    alone = running_tutela.command("user", "agree", waiting["id"], *one)
    assert (alone.returncode, "another person must" in alone.stderr) == (1, True)
    made = done(running_tutela, "agree", waiting["id"], *two).splitlines()
    assert (made[0], len(made[1])) == ("lead-1: made", 24)
    assert "shut out" in done(running_tutela, "shut-out", "lead-1", "--reason", "left", *one)
    assert "lead-1  lead  shut out" in done(running_tutela, "list", *two)
    back = done(running_tutela, "propose", "return", "lead-1", "--reason", "is back", *one)
    done(running_tutela, "refuse", back.split()[0], *two)
    assert done(running_tutela, "changes", *two) == ""
    unknown = running_tutela.command("user", "shut-out", "nobody-1", "--reason", "x", *one)
    assert unknown.returncode == 2
