import json
from pathlib import Path

import pytest

from tutela.cli.main import run

TEXTS = b'{"id":"a","text":"K3L0 kelo"}\n{"id":7,"text":"tamiro","language":"de-AT"}\n'


def matched(folder: Path, *, terms: bytes, texts: bytes = TEXTS) -> tuple[int, list[object]]:
    """The exit status, and the lines that were written."""
    (folder / "terms.txt").write_bytes(terms)
    (folder / "texts.jsonl").write_bytes(texts)
    out = folder / "out.jsonl"
    files = {"--terms": folder / "terms.txt", "--text": folder / "texts.jsonl", "--out": out}
    status = run(["terms", "match", *(str(word) for pair in files.items() for word in pair)])
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    return status, [json.loads(line) for line in lines]


def hit(term_id: int, *, start: int, end: int) -> dict[str, object]:
    return {"term_id": term_id, "start": start, "end": end, "kind": "plain"}


def test_hits_are_told_by_the_line_of_the_term_and_their_place(tmp_path: Path) -> None:
    status, lines = matched(tmp_path, terms=b"\xef\xbb\xbfnone\nkelo\n\ntamiro\r\n")
    assert status == 0
    assert lines == [
        {"id": "a", "hits": [hit(2, start=0, end=4), hit(2, start=5, end=9)]},
        {"id": 7, "hits": [hit(4, start=0, end=6)]},
    ]


def test_a_line_says_kind_and_languages_after_tabs(tmp_path: Path) -> None:
    terms = b"el\tword\ntamiro\t\tfr,de\ntamiro\tsubstring\tfr\nkelo\t\t\n"
    status, lines = matched(tmp_path, terms=terms)
    assert status == 0
    assert lines[1] == {"id": 7, "hits": [hit(2, start=0, end=6)]}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"...", "line 2, field term: folds to nothing"),
        (b"x", "line 2, field term: folds to everything"),
        (b"\xff\xfe", "line 2: is not UTF-8 at byte 1"),
        (b"miro\tanywhere", "line 2, field kind: is none of"),
        (b"miro\tword\tde\tx", "line 2: more than three fields"),
    ],
)
def test_a_term_that_cannot_be_used_is_named_and_the_others_are_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: bytes, words: str
) -> None:
    status, lines = matched(tmp_path, terms=b"kelo\n" + line + b"\n")
    assert status == 1
    assert len(lines) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nope", "line 3: is not JSON"),
        (b'{"id":1}', "line 3: Object missing required field `text`"),
        (b'{"id":1,"text":2}', "line 3, field text: Expected `str`, got `int`"),
        (b'{"id":1,"text":"","more":2}', "unknown field `more`"),
        (b'{"id":1,"text":"\xff"}', "line 3: is not UTF-8 at byte 17"),
        (b'{"id":1,"text":"\\ud800"}', "line 3: is not JSON"),
    ],
)
def test_a_text_that_cannot_be_read_is_named_and_is_not_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: bytes, words: str
) -> None:
    status, lines = matched(tmp_path, terms=b"kelo\n", texts=TEXTS + line + b"\n")
    assert status == 1
    assert len(lines) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("terms", [b"", b"\n\n", b"...\n"])
def test_a_list_without_a_term_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], terms: bytes
) -> None:
    assert matched(tmp_path, terms=terms) == (2, [])
    assert "no term that can be looked for" in capsys.readouterr().err


def test_what_stood_there_before_a_failure_stands_there_still(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("1\n", encoding="utf-8")
    assert matched(tmp_path, terms=b"")[1] == [1]
    assert {path.name for path in tmp_path.iterdir()} == {"terms.txt", "texts.jsonl", "out.jsonl"}


def test_the_term_is_never_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matched(
        tmp_path,
        terms=b"tamiro\tword\nzz\ttamiro\ntamiro\xff\n",
        texts=b'{"id":1,"text":"tamiro"}\n',
    )
    told = capsys.readouterr()
    assert (
        "tamiro" not in (tmp_path / "out.jsonl").read_text(encoding="utf-8") + told.out + told.err
    )
