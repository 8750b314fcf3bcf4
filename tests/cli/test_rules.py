"""`tutela rules`: whether policies can be used, and what they would have said."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.detection.rules.policies import content, policy, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "policies.yaml", policy())


def test_policies_that_can_be_used_are_listed_with_what_they_can_cost(
    command: Command, file: Path
) -> None:
    done = command("rules", "check", file)
    assert (done.status, done.err) == (0, "")
    assert "a-policy: version 1, live, on content: 2 tests pass, at most" in done.out
    said = json.loads(command("rules", "check", file, "--json").out)
    assert said["ok"]
    assert said["policies"][0]["policy"] == "a-policy"


def test_what_is_wrong_is_shown_with_file_line_field_and_a_caret(
    command: Command, file: Path
) -> None:
    write(file, policy("content.txt == 'token'"))
    done = command("rules", "check", file)
    assert done.status == 1
    first, expression, caret, last = done.out.splitlines()
    assert first.startswith(f"{file}:")
    assert "/policies/0/when: undeclared reference to 'content.txt'" in first
    assert expression.strip() == "content.txt == 'token'"
    assert expression[len(caret) - 1] == "."
    assert last.endswith("can't be used")
    said = json.loads(command("rules", "check", file, "--json").out)
    assert (said["ok"], said["findings"][0]["pointer"]) == (False, "/policies/0/when")


OWN_LAW = """
[[basis]]
code = "own_law"
visibility = "interpersonal"
countries = ["*"]
reference = "A law of one's own"
from = 2026-01-01
verified = false
"""


def test_a_basis_of_the_operators_own_is_known_by_its_register(
    command: Command, file: Path, tmp_path: Path
) -> None:
    write(file, policy(legal_basis=["own_law"]))
    bases = tmp_path / "bases.toml"
    bases.write_text(OWN_LAW)
    assert command("rules", "check", file).status == 1
    assert command("rules", "check", file, "--bases", bases).status == 0
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(content(text="token", visibility="interpersonal")))
    asked = ("rules", "backtest", file, "--events", events, "--bases", bases, "--json")
    assert json.loads(command(*asked).out)["policies"][0]["matches"] == 1


def test_a_backtest_tells_hits_cost_and_disagreement(
    command: Command, file: Path, tmp_path: Path
) -> None:
    shadow = policy("content.text in ['token', 'more']", version=2, mode="shadow")
    write(file, policy(), shadow)
    events = tmp_path / "events.jsonl"
    texts = ["token", "more", "else"]
    events.write_text("\n".join(json.dumps(content(text=text)) for text in texts))
    done = command("rules", "backtest", file, "--events", events)
    assert done.status == 0
    assert "3 events, 0 of them without a policy, 0 bad lines" in done.out
    assert "a-policy 1 (live): 1 match, 2 no match, 0 unavailable" in done.out
    assert "a-policy: 0 matched by live 1 alone, 1 by shadow 2 alone" in done.out
    said = json.loads(command("rules", "backtest", file, "--events", events, "--json").out)
    assert said["disagreements"][0]["lines"] == [2]


def test_a_backtest_with_bad_lines_counts_the_rest_and_says_so(
    command: Command, file: Path, tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text("nothing\n" + json.dumps(content(text="token")))
    done = command("rules", "backtest", file, "--events", events)
    assert done.status == 1
    assert "line 1: not JSON" in done.out
    assert "1 match" in done.out


def test_files_that_can_not_be_used_are_wrong_usage(
    command: Command, file: Path, tmp_path: Path
) -> None:
    assert command("rules", "backtest", file, "--events", tmp_path / "none").status == 2
    broken = write(tmp_path / "broken.yaml", policy("content.txt == ''"))
    done = command("rules", "backtest", broken, "--events", tmp_path / "none")
    assert done.status == 2
    assert "did you mean content.text?" in done.err


def test_the_policies_to_begin_with_can_be_used(command: Command, tmp_path: Path) -> None:
    text = command("rules", "example").out
    assert json.loads(command("rules", "example", "--json").out) == {"policies": text}
    (tmp_path / "first.yaml").write_text(text)
    assert command("rules", "check", tmp_path / "first.yaml").status == 0
