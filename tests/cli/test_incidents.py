"""A fault that can't be read is refused before anything is touched, with file and field."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

FAULT = (
    '{"service": "main", "from": "2026-11-10T00:00:00Z", "to": "2026-11-12T00:00:00Z",'
    ' "what": "w", "predicate": {"langage": ["de"], "lane": ["fast"]}}'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FAULT, ("/predicate/langage: unknown field", "/predicate/lane/0: not a known value")),
        ("{", ("truncated",)),
        ('{"what": "w", "what": "v"}', ("/what: said more than once",)),
        ("{}", ("/service: required", "/from: required", "/what: required")),
    ],
)
def test_a_bad_file_is_named_with_its_fields(
    command: Command, tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    file = tmp_path / "fault.json"
    file.write_text(text, encoding="utf-8")
    done = command("incidents", "open", file, "--data", tmp_path / "data")
    assert (done.status, done.out) == (2, "")
    assert "fault.json: " in done.err
    assert [each for each in said if each not in done.err] == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--where", "langage=de"), "langage=de"),
        (("--where", "specialist=maybe"), "/predicate/specialist"),
        (("--from", "yesterday"), "/from"),
        ((), "/what: required"),
        (("missing.json",), "missing.json can't be read"),
        (("missing.json", "--what", "w"), "not by both"),
    ],
)
def test_bad_flags_are_named(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = command("incidents", "open", *arguments, "--data", tmp_path / "data")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not (tmp_path / "data").exists()
