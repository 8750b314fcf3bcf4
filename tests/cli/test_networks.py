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


def test_the_first_accounts_are_given_reasons_and_a_page(folder: Folder) -> None:
    page = folder.path / "ring.html"
    done = folder.rank("--html", str(page), "--explain", "3")
    assert done.status == 0, done.err
    lines = (folder.path / "out.csv.reasons.jsonl").read_text().splitlines()
    assert [json.loads(line)["rank"] for line in lines] == [1, 2, 3]
    assert "Joined to 2 of 2 seeds: a and b." in json.loads(lines[0])["reasons"]
    assert page.read_text().startswith("<!doctype html>")


def test_a_page_that_can_not_be_written_is_refused_before_anything_is(folder: Folder) -> None:
    done = folder.rank("--html", str(folder.path / "nowhere" / "ring.html"))
    assert (done.status, "there is no folder" in done.err) == (2, True)
    assert not (folder.path / "out.csv").exists()


def test_shared_tokens_and_possible_minors_are_told_beside_the_edges(folder: Folder) -> None:
    (folder.path / "tokens.csv").write_text("account,kind,token\na,device,4f1c\nc,device,4f1c\n")
    (folder.path / "known.csv").write_text("account,minor\nc,yes\n")
    page = folder.path / "ring.html"
    files = ("--tokens", folder.path / "tokens.csv", "--accounts", folder.path / "known.csv")
    done = folder.rank(*map(str, files), "--html", str(page))
    assert done.status == 0, done.err
    lines = (folder.path / "out.csv.reasons.jsonl").read_text().splitlines()
    reasons = {each["account"]: each["reasons"] for each in map(json.loads, lines)}
    assert "Shares with seeds: device 4f1c of a (2 accounts use it)." in reasons["c"]
    assert page.read_text().count("possible minor") == 1
