"""`tutela networks cases`, as it is typed."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Command, Done
from tests.networks.grouping.planted import Planted, planted


@dataclass(frozen=True)
class Folder:
    """Where the files lie that the command is given."""

    path: Path
    command: Command
    world: Planted

    def rank(self, *more: str) -> None:
        files = ("--edges", self.path / "edges.parquet", "--seeds", self.path / "seeds.txt")
        done = self.command("networks", "rank", *files, "--out", self.path / "r.parquet", *more)
        assert done.status == 0, done.err

    def cases(self, *more: str | Path, out: str = "cases") -> Done:
        files = ("--edges", self.path / "edges.parquet", "--ranked", self.path / "r.parquet")
        return self.command("networks", "cases", *files, "--out", self.path / out, *more)


@pytest.fixture
def folder(tmp_path: Path, command: Command) -> Folder:
    world = planted(ring=60)
    matrix = world.graph.adjacency["follow"].tocoo()
    pq.write_table(
        pa.table({"src": matrix.coords[0], "dst": matrix.coords[1]}), tmp_path / "edges.parquet"
    )
    (tmp_path / "seeds.txt").write_text("".join(f"{seed}\n" for seed in world.seeds))
    return Folder(tmp_path, command, world)


def test_a_ranking_becomes_cases_with_members_and_why(folder: Folder) -> None:
    folder.rank()
    done = folder.cases("--json")
    assert done.status == 0, done.err
    told = json.loads((folder.path / "cases" / "cases.json").read_text())
    assert told == json.loads(done.out)
    (case,) = told["cases"]
    assert sorted(case["seeds"]) == list(folder.world.seeds)
    assert "of them seeds" in case["why"][0]
    with (folder.path / "cases" / case["name"] / "members.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == case["members"]
    members = {int(row["account"]) for row in rows}
    assert len(members & set(folder.world.ring)) >= 0.9 * len(members)
    assert [row["seed"] for row in rows[:3]] == ["true"] * 3
    assert {int(row["group"]) for row in rows} == {each["group"] for each in case["groups"]}
    assert rows[0]["rank"] == ""


def test_a_case_is_told_in_words(folder: Folder) -> None:
    folder.rank()
    done = folder.cases()
    assert done.status == 0, done.err
    assert "case-1: " in done.out
    assert "a lead that a person judges" in done.out


def test_seeds_that_do_not_connect_make_no_case(folder: Folder) -> None:
    outside = np.setdiff1d(np.arange(len(folder.world.graph.names)), folder.world.ring)
    chosen = np.random.default_rng(1).choice(outside, 3, replace=False)
    (folder.path / "seeds.txt").write_text("".join(f"{seed}\n" for seed in chosen))
    folder.rank()
    done = folder.cases()
    assert done.status == 0, done.err
    assert "These seeds do not connect" in done.out
    assert json.loads((folder.path / "cases" / "cases.json").read_text())["cases"] == []


def test_rings_overrule_a_ranking_that_connects_nothing(folder: Folder) -> None:
    folder.rank()
    beside = folder.path / "r.parquet.json"
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"connects": False}))
    done = folder.cases("--json")
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert (told["connects"], len(told["cases"])) == (True, 1)
    assert "rings that were grown without one of them hold" in told["remarks"][-1]


def test_a_ranking_that_was_cut_needs_its_seeds_named(folder: Folder) -> None:
    folder.rank("--top", "500")
    done = folder.cases()
    assert done.status == 2
    assert "--seeds" in done.err
    assert folder.cases("--seeds", folder.path / "seeds.txt").status == 0


def test_nothing_is_written_over_and_nothing_half_written(folder: Folder) -> None:
    folder.rank()
    assert folder.cases().status == 0
    again = folder.cases()
    assert (again.status, "is not empty" in again.err) == (2, True)
    (folder.path / "r.parquet.json").write_text("{}")
    assert folder.cases(out="other").status == 2
    assert not (folder.path / "other").exists()
    assert not [each for each in folder.path.iterdir() if each.name.startswith(".")]


def test_a_ranking_of_other_accounts_is_refused(folder: Folder) -> None:
    folder.rank()
    table = pa.table({"account": np.repeat(5, 3), "score": np.ones(3), "rank": np.arange(3)})
    pq.write_table(table, folder.path / "r.parquet")
    done = folder.cases()
    assert (done.status, "twice" in done.err) == (2, True)


def test_the_cases_are_shown_on_a_page_with_their_members(folder: Folder) -> None:
    folder.rank()
    page, known = folder.path / "cases.html", folder.path / "known.csv"
    child = np.setdiff1d(folder.world.ring, folder.world.seeds)[0]
    known.write_text(f"account,minor\n{child},yes\n")
    done = folder.cases("--json", "--html", page, "--accounts", known)
    assert done.status == 0, done.err
    (case,) = json.loads(done.out)["cases"]
    text = page.read_text()
    assert "<h3>case-1 " in text
    assert all(why in text for why in case["why"])
    assert text.count("<li data-row=") == case["members"]
    assert text.count("possible minor") == 1


def test_minors_are_marked_and_removed_members_found_who_came_back(folder: Folder) -> None:
    """The draft holds no seed, says who may be a minor, and lacks what only a person can say."""
    world = folder.world
    others = np.setdiff1d(world.ring, world.seeds)
    gone, back, young = int(others[0]), int(others[1]), int(others[2])
    (folder.path / "accounts.csv").write_text(
        "account,created_at,removed_at,minor\n"
        f"{gone},2025-01-01T00:00:00Z,2025-06-01T00:00:00Z,no\n"
        f"{back},2025-06-03T00:00:00Z,,unknown\n"
        f"{young},2025-01-01T00:00:00Z,,yes\n"
    )
    (folder.path / "tokens.csv").write_text(
        f"account,token,kind\n{gone},t1,device\n{back},t1,device\n{young},t2,device\n"
    )
    folder.rank()
    more = "--accounts", folder.path / "accounts.csv", "--tokens", folder.path / "tokens.csv"
    done = folder.cases(*more, "--json")
    assert done.status == 0, done.err
    (case,) = json.loads(done.out)["cases"]
    (returned,) = case["returned"]
    assert (returned["account"], returned["returned_of"]) == (back, gone)
    assert "2 days after the removal, with 1 rare token" in returned["why"]
    assert case["possible_minors"] == 1
    assert any("specialist" in caution for caution in case["cautions"])
    draft = (folder.path / "cases" / case["name"] / "bulk-draft.jsonl").read_text()
    lines = [json.loads(line) for line in draft.splitlines()]
    drafted = {int(line["subject"]["id"]): line for line in lines}
    assert not set(drafted) & set(world.seeds)
    assert drafted[young]["possible_minor"] is True
    assert all("bulk" not in line for line in lines)


def test_times_without_a_zone_are_refused_with_their_field(folder: Folder) -> None:
    folder.rank()
    (folder.path / "accounts.csv").write_text("account,created_at\n1,yesterday\n")
    done = folder.cases("--accounts", folder.path / "accounts.csv")
    assert (done.status, "accounts.csv, created_at" in done.err) == (2, True)
