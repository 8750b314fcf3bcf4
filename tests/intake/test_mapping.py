"""A mapping that can't work is refused with the place; one that can loses no row with a subject."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tutela.errors import TutelaError
from tutela.intake.channels import file as notice_file
from tutela.intake.channels.file import FileUnfit, Taken
from tutela.intake.channels.mapped import MappedFile
from tutela.intake.mapping.reading import MappingFile, MappingUnfit
from tutela.intake.reading import NoticeRead, read_notice

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = '[[subjects]]\nkind = { value = "url" }\nurl = { column = "Address" }\n'
SHAPE = '[file]\nformat = "jsonl"\n'
POINTED = '[[subjects]]\nkind = { value = "url" }\nurl = { pointer = "/url" }\n'


def read(raw: bytes) -> NoticeRead:
    return read_notice(raw, now=NOW)


def mapping_of(folder: Path, *, text: str) -> MappingFile:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return MappingFile(path)


def taken_of(folder: Path, *, mapping: str, rows: str | bytes) -> list[Taken]:
    """What becomes of the rows of a file."""
    path = folder / "rows"
    path.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    mapped = MappedFile(path, mapping=mapping_of(folder, text=mapping))
    return list(notice_file.only_read(mapped.lines(), read_line=mapped.reader(read)))


def body_of(taken: Taken) -> dict[str, Any]:
    assert taken.read is not None, taken.error
    body: dict[str, Any] = msgspec.json.decode(taken.read.notice.body)
    return body


def remarks_of(taken: Taken) -> list[tuple[str, str]]:
    assert taken.read is not None, taken.error
    return [(remark.field, remark.message) for remark in taken.read.remarks]


def error_of(taken: Taken) -> TutelaError:
    assert taken.error is not None
    return taken.error


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("[fields]\nnope = { column = 'A' }\n" + URL, 2, "fields.nope", "unknown field"),
        (URL + "id = { colum = 'A' }\n", 4, "subjects[0].id.colum", "unknown field"),
        ("[file]\nformat = 'xml'\n" + URL, 2, "file.format", "not a known value"),
        ("[file]\nencoding = 'morse'\n" + URL, 2, "file.encoding", "not among"),
        ("[file]\ndelimiter = '::'\n" + URL, 2, "file.delimiter", "length"),
        ("[fields]\nlanguage = {}\n" + URL, 2, "fields.language", "exactly one"),
        (
            "[fields]\n\n# why\ncategory = { value = 'STATEMENT_CATEGORY_RUMOUR' }\n" + URL,
            4,
            "fields.category.value",
            "no known category",
        ),
        (
            "[fields]\ncategory = { column = 'T', table = 't' }\n"
            + URL
            + "[tables.t]\n'A1' = 'STATEMENT_CATEGORY_RUMOUR'\n",
            7,
            "tables.t.A1",
            "no known category",
        ),
        (
            "[fields]\nkeyword = { column = 'T', table = 't' }\n" + URL,
            2,
            "fields.keyword.table",
            "there is no table 't'",
        ),
        (URL + "[tables.t]\n'A' = 'b'\n", 4, "tables.t", "no field goes through"),
        ("[fields]\ngood_faith = { value = 'so' }\n" + URL, 2, "fields.good_faith.value", "true"),
        ("[fields]\nsurface = { value = true }\n" + URL, 2, "fields.surface.value", "a text"),
        ("[fields]\nsurface = { pointer = '/a' }\n" + URL, 2, "fields.surface.pointer", "csv file"),
        (
            SHAPE + "[fields]\nsurface = { column = 'a' }\n" + POINTED,
            4,
            "fields.surface.column",
            "jsonl",
        ),
        (
            SHAPE + "[fields]\nsurface = { pointer = 'a' }\n" + POINTED,
            4,
            "fields.surface.pointer",
            "/",
        ),
        (
            "[fields]\nsubmitted_at = { column = 'T', format = '%d.%m.%Y' }\n" + URL,
            2,
            "fields.submitted_at.zone",
            "required",
        ),
        (
            "[fields]\nsubmitted_at = { column = 'T', zone = 'Europe/Atlantis' }\n" + URL,
            2,
            "fields.submitted_at.zone",
            "no zone",
        ),
        (
            "[fields]\nsubmitted_at = { column = 'T', format = 'noon' }\n" + URL,
            2,
            "fields.submitted_at.format",
            "not a pattern",
        ),
        (URL + URL, 4, "subjects[1]", "twice"),
        ("[[subjects]]\nkind = { value = 'url' }\n", 1, "subjects[0]", "an id or a url"),
        (
            "[[subjects]]\nkind = { value = 'rumour' }\nid = { column = 'A' }\n",
            2,
            "subjects[0].kind.value",
            "no known kind",
        ),
        (
            URL + "id = { column = 'B', separator = ',' }\n",
            4,
            "subjects[0].id.separator",
            "a list stands alone",
        ),
    ],
)
def test_a_mapping_that_can_not_work_is_refused_with_file_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, message: str
) -> None:
    with pytest.raises(MappingUnfit) as refused:
        mapping_of(tmp_path, text=text)
    (first, *_) = refused.value.detail.splitlines()
    assert first.startswith(f"{tmp_path / 'map.toml'}, line {line}, {key}")
    assert message in first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = \n", "line 1"),
        ("[fields]\nnotifier.name = { value = 'a' }\nnotifier.name = { value = 'b' }\n", "line 3"),
        ("", "subjects: required"),
        ("subjects = []\n", "line 1, subjects"),
    ],
)
def test_what_is_no_mapping_at_all_is_refused_with_the_place(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(MappingUnfit, match=said):
        mapping_of(tmp_path, text=text)


def test_a_mapping_of_other_columns_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    text = "[fields]\nsurface = { column = 'Where' }\n" + URL
    with pytest.raises(MappingUnfit) as refused:
        taken_of(tmp_path, mapping=text, rows="Address,Place\nhttps://a.example/1,web\n")
    assert "line 2, fields.surface.column: the file has no column 'Where'" in refused.value.detail
    with pytest.raises(MappingUnfit, match="more than once"):
        taken_of(tmp_path, mapping=URL, rows="Address,Address\n1,2\n")


def test_the_shipped_example_can_be_used() -> None:
    found = MappingFile(Path("tutela/intake/mapping/example.toml"))
    assert len(found.mapping.subjects) == 3


def test_every_field_is_filled_from_its_column(tmp_path: Path) -> None:
    header = "Report ID;Type;Remarks;Urgent;Country;Received;Address;More addresses;Account"
    row = (
        'h-1;A1;"two\nlines; and a ""quote""";urgent;DE;21.11.2026 10:15;https://a.example/1;'
        "https://a.example/2 https://a.example/3;acc-1"
    )
    text = Path("tutela/intake/mapping/example.toml").read_text(encoding="utf-8")
    (taken,) = taken_of(tmp_path, mapping=text, rows=f"\ufeff{header}\r\n{row}\r\n")
    assert taken.line.number == 2
    assert remarks_of(taken) == []
    assert body_of(taken) == {
        "external_id": "h-1",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "keyword": "KEYWORD_PHISHING",
        "explanation": 'two\nlines; and a "quote"',
        "notifier": {"name": "Example Hotline", "email": "notices@example.org"},
        "good_faith": True,
        "imminent_danger": True,
        "language": "en",
        "country": "DE",
        "submitted_at": "2026-11-21T09:15:00+00:00",
        "subjects": [
            {"kind": "url", "url": "https://a.example/1"},
            {"kind": "url", "url": "https://a.example/2"},
            {"kind": "url", "url": "https://a.example/3"},
            {"kind": "account", "id": "acc-1"},
        ],
    }


def test_a_json_row_is_read_by_pointers(tmp_path: Path) -> None:
    text = SHAPE + (
        "[fields]\nexternal_id = { pointer = '/case/no' }\n"
        "good_faith = { pointer = '/honest' }\n"
        "submitted_at = { pointer = '/at', format = 'unix' }\n"
        "[[subjects]]\nkind = { value = 'url' }\nurl = { pointer = '/case/urls' }\n"
    )
    urls = [f"https://a.example/{n}" for n in (1, 2)]
    row = json.dumps({"case": {"no": 17, "urls": urls}, "honest": True, "at": 1763719200})
    (taken,) = taken_of(tmp_path, mapping=text, rows=row)
    assert body_of(taken) == {
        "external_id": "17",
        "category": "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        "good_faith": True,
        "submitted_at": "2025-11-21T10:00:00+00:00",
        "subjects": [{"kind": "url", "url": url} for url in urls],
    }


LENIENT = (
    "[fields]\ncategory = { column = 'Type', table = 't' }\ncountry = { column = 'Land' }\n"
    "submitted_at = { column = 'At' }\nlanguage = { column = 'Lang' }\n"
    "good_faith = { column = 'Sure' }\nnotifier.email = { column = 'Mail' }\n"
    "external_id = { column = 'No' }\n"
    + URL
    + "[tables.t]\n'A1' = 'STATEMENT_CATEGORY_SCAMS_AND_FRAUD'\n"
)
LENIENT_HEADER = "Type,Land,At,Lang,Sure,Mail,No,Address\n"


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ("Z9,,,,,,,https://a.example/1", "fields.category", "'Z9' is not in table t"),
        (",Atlantis,,,,,,https://a.example/1", "fields.country", "'Atlantis' is no known country"),
        (",,yesterday,,,,,https://a.example/1", "fields.submitted_at", "'yesterday' is no time"),
        (",,2026-11-21T10:00:00,,,,,https://a.example/1", "fields.submitted_at", "is no time"),
        (",,2036-11-21T10:00:00Z,,,,,https://a.example/1", "submitted_at", "in the future"),
        (",,,not a tag,,,,https://a.example/1", "fields.language", "no known language"),
        (",,,,perhaps,,,https://a.example/1", "fields.good_faith", "neither yes nor no"),
        (f",,,,,{'m' * 400},,https://a.example/1", "notifier.email", "left out: Expected"),
        (f",,,,,,{'n' * 600},https://a.example/1", "external_id", "left out: Expected"),
    ],
)
def test_what_does_not_fit_is_left_out_and_said_and_the_row_is_taken(
    tmp_path: Path, row: str, field: str, message: str
) -> None:
    (taken,) = taken_of(tmp_path, mapping=LENIENT, rows=LENIENT_HEADER + row + "\n")
    ((place, told),) = remarks_of(taken)
    assert place == field
    assert message in told
    assert body_of(taken) == {
        "category": "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        "subjects": [{"kind": "url", "url": "https://a.example/1"}],
        **({"notifier": {}} if field == "notifier.email" else {}),
    }


def test_a_text_that_is_too_long_is_cut_and_a_url_that_is_too_long_is_left_out(
    tmp_path: Path,
) -> None:
    text = (
        "[fields]\nexplanation = { column = 'Why' }\n" + URL + "[[subjects]]\n"
        "kind = { value = 'content' }\nid = { column = 'Post' }\n"
    )
    rows = f"Why,Address,Post\n{'w' * 30_000},https://a.example/{'1' * 3_000},p-1\n"
    (taken,) = taken_of(tmp_path, mapping=text, rows=rows)
    assert [place for place, _ in remarks_of(taken)] == [
        "fields.explanation",
        "subjects[0].url",
        "subjects[0]",
    ]
    assert len(body_of(taken)["explanation"]) == 20_000
    assert body_of(taken)["subjects"] == [{"kind": "content", "id": "p-1"}]


def test_a_row_that_names_no_subject_is_refused_with_the_columns_that_are_empty(
    tmp_path: Path,
) -> None:
    (taken,) = taken_of(tmp_path, mapping=LENIENT, rows=LENIENT_HEADER + "A1,DE,,,,,17,\n")
    assert error_of(taken).code == "no_subject"
    assert [error.pointer for error in error_of(taken).errors] == ["subjects[0].url"]


def test_the_same_address_in_two_columns_is_one_subject(tmp_path: Path) -> None:
    text = URL + URL.replace("Address", "Again")
    (taken,) = taken_of(
        tmp_path, mapping=text, rows="Address,Again\nhttps://a.example/1,https://a.example/1\n"
    )
    assert len(body_of(taken)["subjects"]) == 1


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16", "utf-8"])
def test_a_file_is_read_in_the_encoding_that_is_declared(tmp_path: Path, encoding: str) -> None:
    text = (
        f"[file]\nencoding = '{encoding}'\n[fields]\nexplanation = {{ column = 'Gründe' }}\n{URL}"
    )
    rows = "Gründe,Address\r\nüber,https://a.example/1\r\n".encode(encoding)
    (taken,) = taken_of(tmp_path, mapping=text, rows=rows)
    assert body_of(taken)["explanation"] == "über"


@pytest.mark.parametrize(
    ("rows", "codes", "numbers"),
    [
        (
            "Address,B\n1,2\n1,2,3\n1\n1,2,\n4,5\n",
            [None, "row_unfit", "row_unfit", None, None],
            [2, 3, 4, 5, 6],
        ),
        ('Address,B\n1,"2\n3,4\n5,6\n', ["row_unfit", None, None], [2, 3, 4]),
        ('Address,B\n"1"x,2\n3,4\n', ["row_unfit", None], [2, 3]),
        ("Address,B\n1,\0\n3,4\n", ["row_unfit", None], [2, 3]),
        ('Address,B\n\n1,"2\n\n3"\n4,5\n\n', [None, None], [3, 6]),
        ("Address,B\r1,2\r3,4\r", [None, None], [2, 3]),
    ],
    ids=["ragged", "never closed", "after a quote", "NUL", "lines in quotes", "old Mac"],
)
def test_a_row_that_can_not_be_read_is_refused_alone_with_its_line(
    tmp_path: Path, rows: str, codes: list[str | None], numbers: list[int]
) -> None:
    taken = taken_of(tmp_path, mapping=URL, rows=rows)
    assert [each.error and each.error.code for each in taken] == codes
    assert [each.line.number for each in taken] == numbers


def test_a_quote_that_is_never_closed_swallows_no_other_row_of_many(tmp_path: Path) -> None:
    good = "".join(f"https://a.example/{n},x\n" for n in range(20_000))
    taken = taken_of(tmp_path, mapping=URL, rows=f'Address,B\nhttps://a.example/,"x\n{good}')
    assert [each.line.number for each in taken if each.error is not None] == [2]
    assert len(taken) == 20_001


def test_a_row_that_is_too_long_is_refused_and_the_next_is_taken(tmp_path: Path) -> None:
    rows = f"Address\n{'x' * 1_200_000}\nhttps://a.example/1\n"
    long, good = taken_of(tmp_path, mapping=URL, rows=rows)
    assert error_of(long).code == "too_large"
    assert good.error is None


@pytest.mark.parametrize(("rows", "said"), [("", "empty"), ('"A', "the header")])
def test_a_table_without_a_header_is_refused_whole(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(FileUnfit, match=said):
        taken_of(tmp_path, mapping=URL, rows=rows)


@pytest.mark.parametrize("row", ['{"url": 1.5e3}', "[]", "nope", '{"url": "a", "url": "b"}'])
def test_a_json_row_never_breaks_the_program(tmp_path: Path, row: str) -> None:
    (taken,) = taken_of(tmp_path, mapping=SHAPE + POINTED, rows=row + "\n")
    assert taken.error is not None or body_of(taken)["subjects"] == [
        {"kind": "url", "url": "1500.0"}
    ]
