"""`tutela guard` at the terminal: who acts is named, and a wrong line of a file too."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.fixtures.governing import chance_words

FIRST, SECOND = chance_words(2, seed=23)
WHY = ("--reason", "seen in a network")


@pytest.fixture
def leads(beside: Command, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two users of the service that all tests share."""
    names = ("guard.one", "guard.two")
    for name in names:
        beside("user", "create", name, "--role", "lead", "--generate")
    return names


def test_a_file_is_proposed_by_one_and_agreed_to_by_another(
    beside: Command, leads: tuple[str, str], tmp_path: Path
) -> None:
    one, two = leads
    file = tmp_path / "entries.csv"
    file.write_text(f"kind,value\ntag,{FIRST}\ntag,#\n", encoding="utf-8")
    wrong = beside("guard", "propose", "--file", file, *WHY, "--as", one)
    assert (wrong.status, wrong.out) == (2, "")
    assert f"{file}, line 3, value: blank" in wrong.err
    assert FIRST not in wrong.err
    file.write_text(f"kind,value\ntag,{FIRST}\n", encoding="utf-8")
    tried = beside("guard", "propose", "--file", file, *WHY, "--as", one, "--dry-run", "--json")
    assert json.loads(tried.out)["entries"] == 1
    done = beside("guard", "propose", "--file", file, *WHY, "--as", one, "--json")
    batch = json.loads(done.out)["id"]
    again = beside("guard", "propose", "--file", file, *WHY, "--as", two)
    assert again.status == 2
    assert f"{file}, line 2, value: is entry" in again.err
    same = beside("guard", "approve", batch, "--as", one)
    assert same.status == 1
    assert "another person must" in same.err
    assert beside("guard", "approve", batch, "--as", two).out == f"{batch}: 1 live\n"
    tried = beside("guard", "withdraw", batch, *WHY, "--as", two, "--dry-run")
    assert tried.out == f"{batch}: 1 leaving\n"
    shown = json.loads(beside("guard", "list", "--as", one, "--json").out)["entries"]
    (entry,) = [each for each in shown if each["batch"] == batch]
    assert (entry["state"], entry["masked"]) == ("live", True)
    beside("guard", "withdraw", batch, *WHY, "--emergency", "--as", two)
    assert beside("guard", "approve", batch, "--as", one).out == f"{batch}: 1 withdrawn\n"


def test_who_is_no_user_or_lacks_the_right_is_told_so(
    beside: Command, leads: tuple[str, str]
) -> None:
    unknown = beside("guard", "list", "--as", "nobody.here")
    assert (unknown.status, unknown.out) == (2, "")
    beside("user", "create", "guard.auditor", "--role", "auditor", "--generate")
    refused = beside("guard", "propose", "--tag", SECOND, *WHY, "--as", "guard.auditor")
    assert (refused.status, refused.out) == (1, "")
    none = beside("guard", "propose", *WHY, "--as", leads[0])
    assert (none.status, "--file" in none.err) == (2, True)
    tried = beside("guard", "switch", "shut", "all", *WHY, "--dry-run", "--as", leads[0], "--json")
    assert {each["mode"] for each in json.loads(tried.out)["surfaces"]} == {"shut"}
    shown = beside("guard", "switch", "show", "--as", "guard.auditor", "--json")
    assert {each["mode"] for each in json.loads(shown.out)["surfaces"]} == {"normal"}
