"""The notebook that keeps memory bounded, and the count at the end of a file."""

from pathlib import Path

import pytest

from tests.verify.exporting import stamp, valid_export
from tutela_verify.lines import Note, Notebook, promised_receipts


@pytest.mark.parametrize("count", [0, 3, 400_000])
def test_a_notebook_gives_back_every_note_in_order(count: int) -> None:
    notebook = Notebook()
    hashes = [number.to_bytes(32, "big") for number in range(count)]
    for line, each in enumerate(hashes):
        notebook.take(Note(line, each, stamp(0), stamp(60) if line % 2 else ""))
    read = list(notebook.read())
    notebook.close()
    assert [note.hash for note in read] == hashes
    assert all(note.line == line for line, note in enumerate(read))
    assert {note.include_by for note in read[:2]} <= {"", stamp(60)}


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (valid_export(4).written(), 3),
        (b"", None),
        (b"\nend\t{}", None),
        (b'\nend\t{"receipts":"3"}', None),
        (b'\nend\t{"receipts":-3}', None),
        (b"\nend\t[]", None),
        (b"\nend\t" + b"[" * 4_000, None),
        (b"\nend\t\xff", None),
    ],
)
def test_the_number_of_receipts_is_read_from_the_end_or_unknown(
    tmp_path: Path, content: bytes, count: int | None
) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    assert promised_receipts(path) == count


def test_a_file_that_is_not_there_promises_nothing(tmp_path: Path) -> None:
    assert promised_receipts(tmp_path / "absent") is None
