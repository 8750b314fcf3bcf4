"""`tutela networks rank`, as it is typed."""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Command, Done

#: A ring of four that hangs together, a chain beside it, and a pair apart.
EDGES = "src,dst\na,b\nb,c\nc,d\nd,a\na,c\nd,x\nx,y\ny,z\np,q\n"


@dataclass(frozen=True)
class Folder:
    """Where the files lie that the command is given."""

    path: Path
    command: Command

    def rank(self, *more: str, edges: str = EDGES, seeds: str = "a\nb\n") -> Done:
        (self.path / "edges.csv").write_text(edges)
        (self.path / "seeds.txt").write_text(seeds)
        files = ("--edges", self.path / "edges.csv", "--seeds", self.path / "seeds.txt")
        out = () if "--out" in more else ("--out", self.path / "out.csv")
        return self.command("networks", "rank", *files, *out, *more)

    def lines(self) -> list[str]:
        return (self.path / "out.csv").read_text().replace('"', "").splitlines()


@pytest.fixture
def folder(tmp_path: Path, command: Command) -> Folder:
    return Folder(tmp_path, command)


def test_every_account_that_is_no_seed_is_ranked_best_first(folder: Folder) -> None:
    done = folder.rank("--json")
    assert done.status == 0, done.err
    header, *rows = (line.split(",") for line in folder.lines())
    assert header == ["account", "score", "rank"]
    assert {name for name, _, _ in rows[:2]} == {"c", "d"}
    assert {name for name, _, _ in rows[2:]} == {"p", "q", "x", "y", "z"}
    assert [int(rank) for _, _, rank in rows] == list(range(1, 8))
    scores = [float(score) for _, score, _ in rows]
    assert scores == sorted(scores, reverse=True)
    told = json.loads((folder.path / "out.csv.json").read_text())
    assert told == json.loads(done.out)
    assert told["scorer"]
    assert told["held_out_seed_recall"] is None or 0 <= told["held_out_seed_recall"] <= 1


def test_a_ranking_is_parquet_by_its_ending_and_may_be_cut(folder: Folder) -> None:
    out = folder.path / "out.parquet"
    assert folder.rank("--out", str(out), "--top", "3").status == 0
    table = pq.read_table(out)
    assert (table.column_names, table.num_rows) == (["account", "score", "rank"], 3)


def test_a_seed_that_nobody_knows_is_refused_by_name_or_skipped(folder: Folder) -> None:
    done = folder.rank(seeds="a\nnobody\n")
    assert (done.status, "nobody" in done.err) == (2, True)
    assert not (folder.path / "out.csv").exists()
    assert folder.rank("--skip-unknown-seeds", seeds="a\nnobody\n").status == 0


def test_the_same_seed_gives_the_same_bytes(folder: Folder) -> None:
    assert folder.rank("--seed", "3").status == 0
    first = (folder.path / "out.csv").read_bytes()
    assert folder.rank("--seed", "3").status == 0
    assert (folder.path / "out.csv").read_bytes() == first


def test_what_was_left_out_is_told(folder: Folder) -> None:
    done = folder.rank(edges=EDGES + "a,a\nb,a\n")
    assert done.status == 0
    assert "1 edges from an account to itself were left out." in done.err
    assert "1 edges were given again and merged." in done.err


#: Sixty accounts, each joined to the next.
CIRCLE = "src,dst\n" + "".join(f"c{at},c{(at + 1) % 60}\n" for at in range(60))
#: Little is known, and the answer is honest: how many are ranked, and whether seeds connect.
LITTLE = {
    "one account": ("src,dst\na,a\n", "a\n", (0, False)),
    "no edge but to themselves": ("src,dst\na,a\nb,b\nc,c\n", "a\nb\n", (1, False)),
    "all accounts are seeds": ("src,dst\na,b\n", "a\nb\n", (0, False)),
    "all seeds in a component of 3": (CIRCLE + "k,l\nl,m\n", "k\nl\nm\n", (60, True)),
    "few others": (EDGES + "k,l\nl,m\n", "k\nl\nm\n", (9, False)),
    "one seed": (EDGES, "p\n", (8, False)),
}


@pytest.mark.parametrize("name", LITTLE)
def test_where_little_is_known_everybody_is_ranked_and_nothing_is_made_up(
    folder: Folder, name: str
) -> None:
    edges, seeds, (ranked, connects) = LITTLE[name]
    done = folder.rank("--json", edges=edges, seeds=seeds)
    assert done.status == 0, done.err
    assert len(folder.lines()) == 1 + ranked
    told = json.loads(done.out)
    assert told["connects"] is connects
    is_too_few = any("too few to tell" in remark for remark in told["remarks"])
    assert is_too_few is (ranked < 20)


REFUSED = {
    "an absent folder": (("--out", "absent/out.csv"), "there is no folder"),
    "its own input": (("--out", "edges.csv"), "is read"),
    "features of others": (("--features", "others.csv"), "none of its accounts has an edge"),
    "half a file": (("--features", "half.parquet"), "cut short"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_and_nothing_is_written(folder: Folder, name: str) -> None:
    (option, value), why = REFUSED[name]
    (folder.path / "others.csv").write_text("account,age\nnobody,1\n")
    (folder.path / "half.parquet").write_bytes(b"PAR1" + bytes(100))
    done = folder.rank(option, str(folder.path / value))
    assert (done.status, why in done.err) == (2, True), done.err
    assert (folder.path / "edges.csv").read_text() == EDGES
    assert not (folder.path / "out.csv").exists()
