"""`tutela hashes match`, as it is typed."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Command, Done
from tests.detection.hashes.planting import Bytes, by_brute_force, flipped, random_hashes

MD5, SHA1 = "1e" * 16, "2d" * 20
CHANCE = np.random.default_rng(1)
LISTED = random_hashes(CHANCE, rows=9_000)
NEAR = flipped(LISTED[:41], distances=np.arange(41), chance=CHANCE)


def digits(hashes: Bytes) -> list[str]:
    return [row.tobytes().hex() for row in hashes]


@dataclass(frozen=True)
class Folder:
    """Where the files lie that the command is given."""

    path: Path
    command: Command

    def match(self, *more: str, listed: str, queries: str) -> Done:
        (self.path / "list.txt").write_text(listed)
        (self.path / "queries.txt").write_text(queries)
        files = ("--list", self.path / "list.txt", "--queries", self.path / "queries.txt")
        return self.command("hashes", "match", *files, "--out", self.path / "out.csv", *more)

    def rows(self) -> list[list[str]]:
        return list(csv.reader((self.path / "out.csv").read_text().splitlines()))


@pytest.fixture
def folder(tmp_path: Path, command: Command) -> Folder:
    return Folder(tmp_path, command)


@pytest.mark.parametrize("radius", [31, 12])
def test_all_pairs_within_the_radius_are_written(folder: Folder, radius: int) -> None:
    listed, queries = digits(LISTED), digits(NEAR)
    text = {"listed": "\n".join([*listed, listed[0]]), "queries": "\n".join(queries)}
    done = folder.match("--radius", str(radius), **text)
    header, *found = folder.rows()
    assert (done.status, header) == (0, ["query", "match", "distance"])
    expected = sorted(by_brute_force(LISTED, queries=NEAR, radius=radius))
    assert found == [[queries[n], listed[row], str(bits)] for n, row, bits in expected]


def test_digests_of_mixed_kinds_match_themselves(folder: Folder) -> None:
    listed = f"{MD5}\n{SHA1}\n{digits(LISTED)[0]}\n"
    done = folder.match("--json", listed=listed, queries=f"sha1,md5\n{SHA1},{MD5}\n")
    assert sorted(folder.rows()[1:]) == [[MD5, MD5, "0"], [SHA1, SHA1, "0"]]
    assert json.loads(done.out) == {
        "listed": 3,
        "queries": 2,
        "queries_matched": 2,
        "matches": 2,
        "of_kinds_not_listed": {},
    }


def test_64_digits_are_sha256_where_that_is_said(folder: Folder) -> None:
    listed, queries = "\n".join(digits(LISTED[:9])), "\n".join(digits(NEAR[:9]))
    folder.match("--kind", "sha256", listed=listed, queries=queries)
    assert folder.rows()[1:] == [[*digits(NEAR[:1]), *digits(LISTED[:1]), "0"]]


def test_a_bad_line_leaves_what_was_there_and_names_its_place(folder: Folder) -> None:
    (folder.path / "out.csv").write_text("as it was")
    good = "\n".join(digits(LISTED[:3]))
    done = folder.match(listed=f"{good}\nabc\n", queries=good)
    assert (done.status, done.out) == (2, "")
    assert "list.txt: line 4: 3 bytes" in done.err
    done = folder.match(listed=good, queries=f"{good}\n{'z' * 64}\n")
    assert done.status == 2
    assert "queries.txt: line 4: not hexadecimal" in done.err
    assert (folder.path / "out.csv").read_text() == "as it was"
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "list.txt",
        "out.csv",
        "queries.txt",
    ]


def test_what_could_not_match_is_said(folder: Folder) -> None:
    done = folder.match(listed="\n", queries=MD5)
    assert (done.status, folder.rows()) == (0, [["query", "match", "distance"]])
    assert "the list is empty" in done.err
    done = folder.match(listed=SHA1, queries=f"{MD5}\n{SHA1}")
    assert (done.status, len(folder.rows())) == (0, 2)
    assert "1 queries are of kind md5, of which the list has none" in done.err


def test_files_that_are_not_there_are_named(folder: Folder) -> None:
    done = folder.command(
        "hashes",
        "match",
        "--list",
        folder.path / "no",
        "--queries",
        folder.path / "no",
        "--out",
        folder.path / "out.csv",
    )
    assert (done.status, done.out) == (2, "")
    assert "no: No such file or directory" in done.err
    done = folder.match("--radius", "257", listed=MD5, queries=MD5)
    assert done.status == 2
