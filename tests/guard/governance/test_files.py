"""Files of entries: every fault has its file, line and field, and nothing of them is taken."""

from pathlib import Path

import pytest

from tests.fixtures.governing import chance_words
from tutela.guard.asking import ItemKind, Surface
from tutela.guard.governance.files import GuardFileUnfit, read_entries

FIRST, SECOND = chance_words(2, seed=3)


def written(folder: Path, *, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    lines = (
        f'{{"kind": "tag", "value": "{FIRST}", "surfaces": ["search", "hashtag"]}}\n\n'
        f'{{"kind": "account", "value": "a-1", "network": "n", "verdict": "allow"}}\n'
    )
    table = (
        "kind,value,verdict,surfaces,network\r\n"
        f"tag,{FIRST},,search hashtag,\r\n"
        "account,a-1,allow,,n\r\n"
    )
    one = read_entries(written(tmp_path, name="a.jsonl", text=lines))
    other = read_entries(written(tmp_path, name="a.csv", text="\ufeff" + table))
    assert one.entries == other.entries
    assert (one.lines, other.lines) == ((1, 3), (2, 3))
    assert one.entries[0].surfaces == (Surface.SEARCH, Surface.HASHTAG)
    assert one.entries[1].kind is ItemKind.ACCOUNT


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.jsonl", f'{{"kind": "tag", "value": "{FIRST}"}}\n{{"kind": "tag"}}\n', "line 2, value"),
        ("a.jsonl", '{"kind": "tag", "value": "#"}\n', "line 1, value"),
        ("a.jsonl", '{"kind": "tags", "value": "abcd"}\n', "line 1, kind"),
        ("a.jsonl", '{"kind": "tag", "value": "abcd", "x": 1}\n', "line 1, x"),
        ("a.jsonl", "no json\n", "line 1, line"),
        ("a.jsonl", b'{"kind": "tag", "value": "ab\xff"}\n', "line 1: not UTF-8"),
        ("a.jsonl", "\n\n", "no entry"),
        ("a.csv", "kind,word\ntag,abcd\n", "line 1, word"),
        ("a.csv", "kind,value\ntag,abcd,more\n", "line 2, line"),
        ("a.csv", 'kind,value\ntag,"ab\n', "line 2, line"),
        ("a.csv", "kind,value\ntag,abcd\ntag,#abcd\n", "line 3, value: the same as line 2"),
        ("a.csv", "kind,value,network\ntag,abcd,n\n", "line 2, network"),
    ],
    ids=repr,
)
def test_a_fault_is_named_by_its_line_and_field(
    tmp_path: Path, name: str, text: str | bytes, told: str
) -> None:
    path = written(tmp_path, name=name, text=text)
    with pytest.raises(GuardFileUnfit) as refusal:
        read_entries(path)
    assert str(path) in refusal.value.detail
    assert told in refusal.value.detail
    assert "abcd" not in refusal.value.detail


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuardFileUnfit, match="nowhere"):
        read_entries(tmp_path / "nowhere.csv")
