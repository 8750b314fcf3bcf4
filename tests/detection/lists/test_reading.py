"""Files of entries: what is bad is refused alone, with line and field, and never said again."""

import codecs
import hashlib
import itertools
from pathlib import Path

import pytest

from tests.fixtures.listing import chance_hashes, chance_terms
from tutela.detection.hashes.reading import HashFileUnfit
from tutela.detection.lists import lines, mapped
from tutela.detection.lists.entries import BadLine, Kind, Row
from tutela.detection.lists.errors import ListFileUnfit, ListMappingUnfit

PDQ = chance_hashes(1)[0].hex()
MD5 = chance_hashes(1, kind=Kind.MD5)[0].hex()
SHA1 = chance_hashes(1, kind=Kind.SHA1)[0].hex()
SHA256 = chance_hashes(1, kind=Kind.SHA256)[0].hex()


def written(tmp_path: Path, *, text: str | bytes) -> Path:
    file = tmp_path / "list"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(path: Path, *, kind: Kind | None = None) -> list[Row | BadLine]:
    return list(lines.read_lines(path, kind=kind))


def entries(rows: list[Row | BadLine]) -> list[tuple[int, str, str]]:
    return [
        (row.line, entry.kind, entry.value.hex())
        for row in rows
        if isinstance(row, Row)
        for entry in row.entries
    ]


def test_a_hash_tells_its_kind_by_its_length(tmp_path: Path) -> None:
    found = entries(read(written(tmp_path, text=f"{PDQ}\n{MD5.upper()}\r\n\n {SHA1} \n{PDQ}")))
    assert found == [(1, "pdq", PDQ), (2, "md5", MD5), (4, "sha1", SHA1), (5, "pdq", PDQ)]


def test_64_digits_are_sha256_where_that_is_said(tmp_path: Path) -> None:
    assert entries(read(written(tmp_path, text=SHA256), kind=Kind.SHA256)) == [
        (1, "sha256", SHA256)
    ]


def test_a_header_that_names_kinds_makes_it_a_table(tmp_path: Path) -> None:
    text = f'name,MD5,pdq,sha256\nfirst,{MD5},"{PDQ}",{SHA256}\nsecond,,{PDQ},\nthird,,,\n'
    found = read(written(tmp_path, text=codecs.BOM_UTF8 + text.encode()))
    assert sorted(entries(found)) == [
        (2, "md5", MD5),
        (2, "pdq", PDQ),
        (2, "sha256", SHA256),
        (3, "pdq", PDQ),
    ]
    assert BadLine(line=4, field="hash", why="no hash in any column") in found


@pytest.mark.parametrize(
    ("line", "kind", "why"),
    [
        ("zz" * 32, None, "not hexadecimal"),
        ("ab" * 31, None, "62 bytes, where a hash has 32, 40 or 64 hexadecimal digits"),
        ("ab" * 16, Kind.PDQ, "md5, where pdq belongs"),
        ("a" * 70_000, None, "longer than 65536 bytes"),
        ("00" * 32, None, "the hash of an empty file or of a picture without detail: matches much"),
        (
            hashlib.md5(b"", usedforsecurity=False).hexdigest(),
            None,
            "the hash of an empty file or of a picture without detail: matches much",
        ),
    ],
)
def test_a_bad_line_is_refused_alone_and_not_repeated(
    tmp_path: Path, line: str, kind: Kind | None, why: str
) -> None:
    found = read(written(tmp_path, text=f"{PDQ}\n{line}\n{PDQ}\n"), kind=kind)
    assert sorted(row.line for row in found) == [1, 2, 3]
    (bad,) = [row for row in found if isinstance(row, BadLine)]
    assert (bad.line, bad.why) == (2, why)


def test_bytes_that_are_no_text_refuse_their_line_alone(tmp_path: Path) -> None:
    raw = f"{PDQ}\n".encode() + b"\xff\xfe\xc3\n" + PDQ.encode()
    found = read(written(tmp_path, text=raw))
    assert sorted((row.line, type(row).__name__) for row in found) == [
        (1, "Row"),
        (2, "BadLine"),
        (3, "Row"),
    ]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "nothing is in it"),
        (b"\n \n", "nothing is in it"),
        (codecs.BOM_UTF16_LE + "ab\n".encode("utf-16-le"), "UTF-16"),
    ],
)
@pytest.mark.parametrize("kind", [None, Kind.TERMS])
def test_a_file_that_is_no_list_is_refused_as_a_whole(
    tmp_path: Path, raw: bytes, why: str, kind: Kind | None
) -> None:
    with pytest.raises((ListFileUnfit, HashFileUnfit), match=why):
        read(written(tmp_path, text=raw), kind=kind)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HashFileUnfit, match="No such file"):
        read(tmp_path / "nowhere")
    with pytest.raises(ListFileUnfit, match="No such file"):
        read(tmp_path / "nowhere", kind=Kind.TERMS)


def test_terms_are_words_or_phrases_and_a_bad_one_is_not_repeated(tmp_path: Path) -> None:
    first, second = chance_terms(2)
    text = f"{first}\n  {first} {second} \n{'x' * 600}\na\x07b\n".encode() + b"\xff\xfe\n"
    found = read(written(tmp_path, text=text), kind=Kind.TERMS)
    assert [(e.form, e.value.decode()) for row in found[:2] for e in row.entries] == [  # type: ignore[union-attr]
        ("word", first),
        ("phrase", f"{first} {second}"),
    ]
    assert [(bad.line, bad.field) for bad in found[2:]] == [  # type: ignore[union-attr]
        (3, "term"),
        (4, "term"),
        (5, "term"),
    ]


def test_terms_that_fold_to_nothing_or_to_everything_are_refused_with_why(tmp_path: Path) -> None:
    (term,) = chance_terms(1)
    found = read(written(tmp_path, text=f"{term}\n...\nb\n"), kind=Kind.TERMS)
    assert isinstance(found[0], Row)
    assert [(bad.line, bad.why.split(":")[0]) for bad in found if isinstance(bad, BadLine)] == [
        (2, "folds to nothing"),
        (3, "folds to everything"),
    ]


def test_a_long_file_is_read_as_it_comes(tmp_path: Path) -> None:
    values = chance_hashes(5_000)
    path = written(tmp_path, text="\n".join(value.hex() for value in values))
    moved: list[tuple[int, int]] = []
    rows = lines.read_lines(path, kind=None, tell=lambda *at: moved.append(at))
    assert len(list(itertools.islice(rows, 10))) == 10
    assert moved == []
    assert len(list(rows)) == 4_990
    size = path.stat().st_size
    assert moved[-1] == (size, size)
    assert [done for done, _ in moved] == sorted(done for done, _ in moved)


MAPPING = """
separator = "|"
[fields]
md5 = "MD5"
pdq = "PDQ"
id = "Id"
category = "Cat"
tags = "Tags"
expires = "Until"
updated = "Changed"
deleted = "Gone"
[categories]
A1 = "first"
"""


def map_of(tmp_path: Path, *, text: str) -> mapped.ListMapping:
    file = tmp_path / "map.toml"
    file.write_text(text, encoding="utf-8")
    return mapped.read_mapping(file)


def test_a_mapped_table_fills_every_field(tmp_path: Path) -> None:
    text = (
        "Id,MD5,PDQ,Cat,Tags,Until,Changed,Gone\n"
        f"7,{MD5},{PDQ},A1,x| y |,2030-01-01,2026-11-01T10:00:00+01:00,no\n"
        "8,,,,,,2026-11-02T10:00:00Z,Withdrawn\n"
    )
    path = written(tmp_path, text=text)
    first, second = list(mapped.read_mapped(path, mapping=map_of(tmp_path, text=MAPPING)))
    assert isinstance(first, Row)
    assert [entry.kind for entry in first.entries] == ["pdq", "md5"]
    entry = first.entries[0]
    assert (entry.source, entry.tags) == ("7", ("first", "x", "y"))
    assert str(entry.expires_at) == "2030-01-01 00:00:00+00:00"
    assert str(entry.updated_at) == "2026-11-01 10:00:00+01:00"
    assert isinstance(second, Row)
    assert (second.gone, second.source, second.entries) == (True, "8", ())


def test_json_lines_are_mapped_by_member_or_pointer(tmp_path: Path) -> None:
    mapping = map_of(
        tmp_path,
        text='format = "jsonl"\n[fields]\nsha1 = "/hashes/0/value"\nid = "id"\ndeleted = "gone"\n',
    )
    lines_of_file = [
        f'{{"id": 5, "hashes": [{{"value": "{SHA1}"}}], "gone": false}}',
        '{"id": 6, "gone": true}',
        '{"id": 7}',
        "[1",
        '{"id": 8, "hashes": [{"value": 1.5}]}',
    ]
    path = written(tmp_path, text="\n".join(lines_of_file))
    found = list(mapped.read_mapped(path, mapping=mapping))
    assert entries(found) == [(1, "sha1", SHA1)]
    assert isinstance(found[1], Row)
    assert (found[1].gone, found[1].source) == (True, "6")
    assert [(bad.line, bad.field) for bad in found[2:]] == [  # type: ignore[union-attr]
        (3, "line"),
        (4, "line"),
        (5, "sha1"),
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (f"7,{MD5[:-2]},,,,,,", "md5"),
        (f"7,{MD5},,,,tomorrow,,", "expires"),
        (f"{'7' * 300},{MD5},,,,,,", "id"),
        (f"7,{MD5},,{'t' * 200},,,,", "category"),
        ("7,,,,,,,", "line"),
        (f"7,{MD5},", "line"),
    ],
)
def test_a_bad_row_names_its_field(tmp_path: Path, row: str, field: str) -> None:
    path = written(tmp_path, text=f"Id,MD5,PDQ,Cat,Tags,Until,Changed,Gone\n{row}\n")
    (bad,) = mapped.read_mapped(path, mapping=map_of(tmp_path, text=MAPPING))
    assert isinstance(bad, BadLine)
    assert (bad.line, bad.field) == (2, field)
    assert MD5[:-2] not in bad.why


def test_terms_are_mapped_with_form_and_language(tmp_path: Path) -> None:
    (term,) = chance_terms(1)
    mapping = map_of(tmp_path, text='[fields]\nterm = "t"\nform = "f"\nlanguage = "l"\n')
    path = written(tmp_path, text=f"t,f,l\n{term},Substring,de\n{term},other,de\n")
    first, second = mapped.read_mapped(path, mapping=mapping)
    assert isinstance(first, Row)
    assert (first.entries[0].form, first.entries[0].language) == ("substring", "de")
    assert isinstance(second, BadLine)
    assert second.field == "form"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[fields]\n", "names a term, or one or more"),
        ('[fields]\nterm = "a"\npdq = "b"\n', "not both"),
        ('[fields]\npdq = ""\n', r"\$.fields.pdq"),
        ('[fields]\ncolour = "b"\n', "colour"),
        ('encoding = "utf-77"\n[fields]\npdq = "b"\n', "encoding"),
        ("[fields", "at end of document"),
    ],
)
def test_a_mapping_that_can_not_work_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ListMappingUnfit, match=why):
        map_of(tmp_path, text=text)


def test_a_column_that_is_not_there_is_said_before_a_row_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path, text=f"Id,MD5\n7,{MD5}\n")
    with pytest.raises(ListFileUnfit, match="line 1: no column for pdq"):
        list(mapped.read_mapped(path, mapping=map_of(tmp_path, text=MAPPING)))
