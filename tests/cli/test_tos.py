import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Done


@pytest.fixture
def tos(command: Command, database_url: str, tmp_path: Path) -> Command:
    """`tutela tos` on a house with one service."""
    where = ("--database", database_url, "--keys", tmp_path / "keys")
    assert command("token", "create", "--role", "service", "--name", "a", *where).status == 0

    def run(*arguments: str | Path) -> Done:
        return command("tos", *arguments, *where)

    return run


def test_a_version_is_registered_with_the_digest_of_its_text(tos: Command, tmp_path: Path) -> None:
    text = tmp_path / "terms.html"
    text.write_bytes(b"clause 1")
    given = ("--file", text, "--url", "https://example.org/t", "--summary", "de")
    added = tos("add", "2026-09", "--from", "2026-09-01", *given, "--json")
    assert added.status == 0
    told = json.loads(added.out)
    assert told["sha256"] == hashlib.sha256(b"clause 1").hexdigest()
    assert (told["in_force_from"], told["summary_languages"]) == ("2026-09-01", ["de"])
    assert json.loads(tos("list", "--json").out) == [told]
    assert json.loads(tos("show", "2026-09", "--json").out) == told
    assert tos("list").out.startswith("2026-09: from 2026-09-01 on, https://example.org/t, ")
    text.write_bytes(b"clause 2")
    again = tos("add", "2026-09", "--from", "2026-09-01", *given)
    assert again.status == 2
    assert "Register a new version" in again.err


def test_what_is_not_there_or_not_a_day_is_wrong_usage(tos: Command, tmp_path: Path) -> None:
    assert tos("show", "1").status == 2
    assert tos("list").out == ""
    text = tmp_path / "terms.html"
    text.write_bytes(b"x")
    given = ("--file", text, "--url", "https://example.org/t")
    assert tos("add", "1", "--from", "yesterday", *given).status == 2
    lost = tos("add", "1", "--from", "2026-09-01", "--file", tmp_path / "no", "--url", "https://x")
    assert lost.status == 2
    assert tos("add", "1", "--from", "2026-09-01", *given, "--service", "nowhere").status == 2
