"""Named SQL is read as it stands, and a file that breaks the form is refused."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.database.errors import QueriesInvalid
from tutela.database.queries import load, parse

TWO = """\
-- Words about the file.

-- name: count_words
-- How many words there are,
-- in all.
SELECT count(*)
FROM word; -- all

-- name: add_word
-- Adds one word.
INSERT INTO word VALUES (%(word)s);
"""


def test_a_query_is_its_sql_without_name_sentence_and_semicolon() -> None:
    queries = parse(TWO, source="words.sql")
    assert queries.count_words == "SELECT count(*)\nFROM word; -- all"
    assert queries.add_word == "INSERT INTO word VALUES (%(word)s)"
    assert list(queries) == ["count_words", "add_word"]
    assert len(queries) == 2


def test_an_unknown_name_is_refused_with_the_file_and_what_it_has() -> None:
    queries = parse(TWO, source="words.sql")
    with pytest.raises(AttributeError, match=r"words\.sql has no query 'drop_words'.*add_word"):
        _ = queries.drop_words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no query"),
        ("-- only words\n", "no query"),
        ("SELECT 1\n", "w.sql:1: SQL before"),
        ("-- name: a\nSELECT 1\n", "w.sql:1: a needs a sentence"),
        ("-- name: a\n--\nSELECT 1\n", "a needs a sentence"),
        ("-- name: a\n-- A sentence.\n", "a has no SQL"),
        ("-- name: a\n-- A sentence.\n;\n", "a has no SQL"),
        ("-- name: A-b\n-- A sentence.\nSELECT 1\n", "'A-b' is no name"),
        ("-- name:\n-- A sentence.\nSELECT 1\n", "'' is no name"),
        ("-- name: a\n-- S.\nSELECT 1\n-- name: a\n-- S.\nSELECT 2\n", "w.sql:4: a second query"),
        ("-- name: a\n-- S.\n{{b}}\n-- name: b\n-- S.\nSELECT 1\n", "w.sql:1: there is no 'b'"),
        ("-- name: a\n-- S.\n{{a}}\n", "there is no 'a' to include"),
        ("-- name: a\n-- S.\n{{}}\n", "there is no '' to include"),
        ("-- name: a\n-- S.\nSELECT {{ 1 }}\n", "there is no ' 1 ' to include"),
        ("-- name: a\n-- S.\n{{tutela.access.sight.b}}\n", "there is no 'tutela.access.sight.b'"),
        ("-- name: a\n-- S.\n{{tutela.access.nothing.b}}\n", "no nothing.sql in tutela.access"),
        ("-- name: a\n-- S.\n{{tutela.no.such.b}}\n", "no such.sql in tutela.no"),
    ],
)
def test_a_file_that_breaks_the_form_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(QueriesInvalid) as refused:
        parse(text, source="w.sql")
    assert said in refused.value.detail


def test_a_block_says_what_one_above_it_says() -> None:
    said = "-- name: even\n-- S.\n(n % 2 = 0)\n-- name: low\n-- S.\n({{even}} AND n < 9)\n"
    asked = "-- name: numbers\n-- S.\nSELECT n FROM word WHERE {{low}} OR {{even}}\n"
    queries = parse(said + asked, source="w.sql")
    assert queries.numbers == "SELECT n FROM word WHERE ((n % 2 = 0) AND n < 9) OR (n % 2 = 0)"


def test_a_block_says_what_one_of_another_package_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "room_of_parts").mkdir()
    (tmp_path / "room_of_parts" / "__init__.py").touch()
    (tmp_path / "room_of_parts" / "parts.sql").write_text("-- name: even\n-- S.\n(n % 2 = 0);\n")
    monkeypatch.syspath_prepend(tmp_path)
    text = "-- name: a\n-- S.\nSELECT n FROM word WHERE {{room_of_parts.parts.even}}\n"
    assert parse(text, source="w.sql").a == "SELECT n FROM word WHERE (n % 2 = 0)"
    sys.modules.pop("room_of_parts")


def test_a_file_is_loaded_from_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "room_of_words").mkdir()
    (tmp_path / "room_of_words" / "__init__.py").touch()
    (tmp_path / "room_of_words" / "queries.sql").write_text(TWO)
    monkeypatch.syspath_prepend(tmp_path)
    assert load("room_of_words").add_word.startswith("INSERT")
    with pytest.raises(AttributeError, match=r"room_of_words/queries\.sql"):
        _ = load("room_of_words").missing
    sys.modules.pop("room_of_words")


SQL_LINES = st.lists(
    st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1).filter(
        lambda line: line.strip(" ;") and not line.startswith("--") and "{{" not in line
    ),
    min_size=1,
)


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{3,8}", fullmatch=True), SQL_LINES, min_size=1)
)
def test_whatever_is_written_is_read(blocks: dict[str, list[str]]) -> None:
    text = "".join(
        f"-- name: {name}\n-- A sentence.\n" + "\n".join(lines) + "\n"
        for name, lines in blocks.items()
    )
    queries = parse(text, source="w.sql")
    assert list(queries) == list(blocks)
    for name, lines in blocks.items():
        read = getattr(queries, name)
        assert read == "\n".join(lines).strip().removesuffix(";").rstrip()
