"""Files of hashes as they come: good ones are read whole, bad lines are named and never shown."""

import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.detection.hashes.kinds import SIZES_BYTES, HashKind
from tutela.detection.hashes.reading import (
    LINE_MAX_BYTES,
    BadLine,
    HashFileUnfit,
    Reading,
    read_hashes,
)

PDQ, MD5, SHA1 = "0f" * 32, "1e" * 16, "2d" * 20
Found = list[tuple[str, int, str]]


def read(folder: Path, *, text: bytes, reading: Reading | None = None) -> Found:
    """Kind, line and hash of all that was read, in the order of lines."""
    path = folder / "hashes.txt"
    path.write_bytes(text)
    found = [
        (str(batch.kind), int(line), row.tobytes().hex())
        for batch in read_hashes(path, reading=reading)
        for line, row in zip(batch.lines, batch.hashes, strict=True)
    ]
    return sorted(found, key=lambda each: each[1])


def refused(folder: Path, *, text: bytes) -> list[BadLine]:
    bad: list[BadLine] = []
    read(folder, text=text, reading=Reading(refuse=bad.append))
    return bad


@pytest.mark.parametrize(
    "text",
    [
        f"{PDQ}\n{MD5}\n",
        f"{PDQ}\n{MD5}",
        f"{PDQ}\r\n{MD5}\r\n",
        f"\ufeff{PDQ}\n{MD5}\n",
        f"{PDQ.upper()}  \n\t{MD5}\n",
        f"pdq,md5\n{PDQ},\n,{MD5}\n",
        f"\ufeffnote;MD5 ;PDQ\nx;;{PDQ}\ny;{MD5}\n",
        f'"pdq","md5"\n"{PDQ}",""\n"","{MD5}"\n',
    ],
)
def test_files_as_they_come_are_read(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text=text.encode())
    assert [(kind, digits) for kind, _, digits in found] == [("pdq", PDQ), ("md5", MD5)]


def test_each_hash_knows_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, text=f"\n{PDQ}\n\n{SHA1}\n{MD5}\n".encode())
    assert found == [("pdq", 2, PDQ), ("sha1", 4, SHA1), ("md5", 5, MD5)]
    note = '"a note\nof two lines"'
    found = read(tmp_path, text=f"note,md5\n{note},{MD5}\nx,{MD5}\n".encode())
    assert [line for _, line, _ in found] == [2, 4]


def test_64_digits_are_sha256_where_that_is_said(tmp_path: Path) -> None:
    reading = Reading(long_kind=HashKind.SHA256)
    assert read(tmp_path, text=f"{PDQ}\n{MD5}\n".encode(), reading=reading) == [
        ("sha256", 1, PDQ),
        ("md5", 2, MD5),
    ]


@pytest.mark.parametrize("text", [b"", b"\n\n", b"\xef\xbb\xbf", b"pdq,md5\n", b"  \r\n"])
def test_an_empty_file_holds_nothing(tmp_path: Path, text: bytes) -> None:
    assert read(tmp_path, text=text) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (PDQ[:-1], "63 bytes, where a hash has 32, 40 or 64 hexadecimal digits"),
        (PDQ + "0", "65 bytes, where a hash has 32, 40 or 64 hexadecimal digits"),
        ("0x" + MD5, "34 bytes, where a hash has 32, 40 or 64 hexadecimal digits"),
        ("g" * 64, "not hexadecimal"),
        (f"{MD5[:15]} {MD5[16:]}", "not hexadecimal"),
        ("0 " * 31 + "00", "not hexadecimal"),
        ("\u0661" * 32, "not hexadecimal"),
        ("\x00" * 32, "not hexadecimal"),
        ("\ufeff" + MD5, "35 bytes"),
        ("# a remark", "10 bytes"),
        ("f" * (LINE_MAX_BYTES + 1), f"longer than {LINE_MAX_BYTES} bytes"),
    ],
)
def test_a_bad_line_is_named_and_not_shown(tmp_path: Path, line: str, why: str) -> None:
    text = f"{PDQ}\n{line}\n{MD5}\n".encode()
    bad = refused(tmp_path, text=text)
    assert [each.number for each in bad] == [2]
    assert bad[0].why.startswith(why)
    with pytest.raises(HashFileUnfit) as told:
        read(tmp_path, text=text)
    assert "hashes.txt: line 2: " in told.value.detail
    assert line not in told.value.detail


def test_bytes_that_are_no_text_are_a_bad_line(tmp_path: Path) -> None:
    assert [bad.number for bad in refused(tmp_path, text=MD5.encode() + b"\n\xff\xfe\xc3\n")] == [2]


def test_a_bad_cell_is_named_by_line_and_column(tmp_path: Path) -> None:
    text = f"id,pdq,md5\n1,{PDQ},{MD5}\n2,{PDQ},{MD5}0\n3,,\n\n4,{'x' * 64},\n"
    assert [(bad.number, bad.column) for bad in refused(tmp_path, text=text.encode())] == [
        (3, "md5"),
        (4, ""),
        (6, "pdq"),
    ]


def test_many_bad_lines_are_counted(tmp_path: Path) -> None:
    with pytest.raises(HashFileUnfit, match=r"line 5: .*; and 95 more"):
        read(tmp_path, text=b"bad\n" * 100)


@pytest.mark.parametrize("text", ["\ufeffa".encode("utf-16-le"), "\ufeffa".encode("utf-16-be")])
def test_utf16_is_refused_by_name(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(HashFileUnfit, match="UTF-16"):
        read(tmp_path, text=text)


@pytest.mark.parametrize("text", [f"pdq,pdq\n{PDQ},{PDQ}\n", f'md5,note\n{MD5},"' + "x\n" * 90_000])
def test_csv_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(HashFileUnfit, match="not CSV"):
        read(tmp_path, text=text.encode())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HashFileUnfit, match=r"gone\.txt: No such file"):
        list(read_hashes(tmp_path / "gone.txt"))
    with pytest.raises(HashFileUnfit, match="directory"):
        list(read_hashes(tmp_path))


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path, rows = tmp_path / "large.txt", 300_000
    chance = np.random.default_rng(1)
    hashes = chance.integers(0, 256, (rows, 32), dtype=np.uint8)
    path.write_text("\n".join(row.tobytes().hex() for row in hashes))
    seen, told = hashlib.sha256(), list[tuple[int, int]]()
    reading = Reading(tell=lambda done, total: told.append((done, total)))
    tracemalloc.start()
    for batch in read_hashes(path, reading=reading):
        seen.update(batch.hashes.tobytes())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen.digest() == hashlib.sha256(hashes.tobytes()).digest()
    assert peak < path.stat().st_size / 2
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_one_endless_line_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.txt"
    path.write_bytes(b"0" * 30_000_000 + b"\n" + MD5.encode())
    bad: list[BadLine] = []
    tracemalloc.start()
    (batch,) = read_hashes(path, reading=Reading(refuse=bad.append))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ([each.number for each in bad], batch.lines.tolist()) == ([1], [2])
    assert peak < 10_000_000


@given(
    lines=st.lists(st.sampled_from([PDQ, MD5, SHA1, "", "  ", PDQ[:-1], "z" * 32]), max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_line_is_a_hash_or_refused_or_blank(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    bad: list[BadLine] = []
    text = end.join(lines).encode()
    found = read(folder, text=text, reading=Reading(refuse=bad.append))
    sizes = {2 * size for size in SIZES_BYTES.values()}
    good = [n for n, line in enumerate(lines, 1) if len(line) in sizes and "z" not in line]
    filled = [n for n, line in enumerate(lines, 1) if line.strip()]
    assert [line for _, line, _ in found] == good
    assert sorted([each.number for each in bad] + good) == filled
