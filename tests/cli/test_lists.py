"""`tutela hashes import` and `tutela lists`: files in, changes, and no entry anywhere in clear."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.cli.conftest import Command
from tests.fixtures.listing import chance_hashes, chance_terms
from tests.fixtures.service import RunningTutela, until
from tutela.database.embedded import locate_database
from tutela.detection.lists.entries import Kind

HASHES = [value.hex() for value in chance_hashes(40, seed=11)]
MD5S = [value.hex() for value in chance_hashes(5, kind=Kind.MD5, seed=11)]
TERMS = chance_terms(5, seed=11)


def written(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "entries.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_hashes_are_taken_beside_the_service_and_bad_lines_told_by_place(
    beside: Command, tmp_path: Path
) -> None:
    file, rejects = written(tmp_path, *HASHES[:3], HASHES[3][:-2]), tmp_path / "rejects"
    done = beside("hashes", "import", file, "--list", "one", "--rejects", rejects, "--json")
    assert done.status == 1
    told = json.loads(done.out)
    assert (told["list"], told["version"], told["added"], told["refused"]) == ("one", 1, 3, 1)
    assert "line 4, hash: 62 bytes, where a hash has 32, 40 or 64 hexadecimal digits" in done.err
    assert json.loads(rejects.read_text())["line"] == 4
    assert HASHES[3][:-2] not in done.err + done.out + rejects.read_text()


def test_a_list_lives_through_import_withdrawal_expiry_and_end(
    beside: Command, tmp_path: Path
) -> None:
    file = written(tmp_path, *TERMS)
    tried = beside("lists", "import", file, "--list", "two", "--dry-run")
    assert tried.out.splitlines()[-1] == "nothing was changed"
    assert beside("lists", "show", "two").status == 2
    about = ("--owner", "Trust and safety", "--licence", "our own", "--longest-age-days", "10")
    assert beside("lists", "import", file, "--list", "two", *about).status == 0
    assert beside("lists", "withdraw", "two", "--entry", "2", "--reason", "wrong").out == (
        "two: 1 entries withdrawn\n"
    )
    some = tmp_path / "some"
    some.write_text(f"{TERMS[1]}\n{TERMS[2]}\n", encoding="utf-8")
    taken_back = beside("lists", "withdraw", "two", "--file", some, "--json")
    assert json.loads(taken_back.out)["entries"] == 1
    assert beside("lists", "expire", "two", "--on", "2099-01-01").status == 0
    assert beside("lists", "confirm", "two").status == 0
    shown = json.loads(beside("lists", "show", "two", "--json").out)
    standing = shown["standing"]
    assert (standing["standing"], standing["entries"], standing["withdrawn"]) == (
        "live",
        {"terms": 5},
        2,
    )
    assert (standing["owner"], standing["longest_age_seconds"]) == ("Trust and safety", 864_000)
    assert [each["change"] for each in shown["versions"]] == [
        "expiry_set",
        "withdrawn",
        "withdrawn",
        "imported",
    ]
    verdict = ("--entry", "1", "--verdict", "refuted", "--reason", "harmless")
    assert beside("lists", "judge", "two", *verdict).out == "two: entry 1 refuted\n"
    assert beside("lists", "verdicts", "two").out == (
        "entry 1: 0 confirmed, 1 refuted, 0 unclear; the exchange was told of 0\n"
    )
    assert beside("lists", "withdraw", "two", "--whole").status == 0
    assert beside("lists", "list").out.count("two: withdrawn") == 1


def test_a_list_follows_an_exchange_that_this_house_may_not_ask_and_doctor_says_so(
    alone: Command, tmp_path: Path
) -> None:
    url, credentials = "http://127.0.0.1:9/exchange", tmp_path / "credentials"
    where = ("--api", "stopncii", "--url", url, "--credentials", credentials)
    assert alone("lists", "follow", "five", *where).out == "five: follows\n"
    assert alone("lists", "exchanges").out == (
        f"main/main five: stopncii at {url}, read last at no time yet\n"
    )
    elsewhere = ("--api", "ncmec", "--url", "http://example.org", "--credentials", credentials)
    assert alone("lists", "follow", "five", *elsewhere).status == 2
    assert "main/main five live" in alone("doctor").out
    assert alone("lists", "unfollow", "five").status == 0
    assert alone("lists", "exchanges").out == "No list follows an exchange.\n"


def test_a_mapped_file_is_taken(beside: Command, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text('[fields]\nmd5 = "Hash"\nid = "No"\n', encoding="utf-8")
    file = written(tmp_path, "No,Hash", f"1,{MD5S[0]}", f"2,{MD5S[1]}")
    done = beside("lists", "import", file, "--list", "three", "--mapping", mapping)
    assert (done.status, done.out) == (
        0,
        "three, version 1: 2 added, 0 known, 0 refused\n",
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("hashes", "import", "EMPTY", "--list", "four"), "nothing is in it"),
        (("hashes", "import", "/nowhere", "--list", "four"), "No such file"),
        (("hashes", "import", "FILE", "--list", "../four"), "letters, digits"),
        (("lists", "import", "FILE", "--list", "four", "--mapping", "/nowhere"), "No such file"),
        (("lists", "withdraw", "four"), "one of --entry, --file and --whole"),
        (("lists", "confirm", "four"), "has no list four"),
        (("lists", "show", "four", "--tenant", "other"), "other/main has no list four"),
    ],
)
def test_what_can_not_be_is_refused_as_wrong_usage(
    beside: Command, tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    file, empty = written(tmp_path, HASHES[0]), tmp_path / "empty"
    empty.touch()
    stand_for = {"FILE": str(file), "EMPTY": str(empty)}
    done = beside(*(stand_for.get(each, each) for each in arguments))
    assert done.status == 2
    assert why in done.err


def test_what_is_imported_matches_and_what_is_withdrawn_stops_in_the_running_service(
    beside: Command, running_tutela: RunningTutela, tmp_path: Path
) -> None:
    (value,) = [each.hex() for each in chance_hashes(1, seed=12)]
    file = written(tmp_path, value)
    with running_tutela.client(running_tutela.token()) as client:
        assert beside("hashes", "import", file, "--list", "live").status == 0
        until(lambda: found_by(client, hashes={"pdq": value}) == {("live", "1")}, what="a match")
        assert beside("lists", "withdraw", "live", "--entry", "1").status == 0
        until(lambda: found_by(client, hashes={"pdq": value}) == set(), what="no match")


def found_by(client: httpx.Client, **item: object) -> set[tuple[str, str]] | None:
    """The lists and entries that an item matches now; None where it could not be looked at."""
    answer = client.post("/v1/match", json={"surface": "upload", "items": [item]})
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return None
    assert answer.status_code == httpx.codes.OK, answer.text
    (result,) = answer.json()["results"]
    if result["result"] == "unavailable":
        return None
    return {(match["list"], match["entry"]) for match in result["matches"]}


def test_no_entry_is_in_clear_in_database_files_or_logs(
    beside: Command, running_tutela: RunningTutela, tmp_path: Path
) -> None:
    said = ""
    for name, entries in (("hidden", [*HASHES, *MD5S, "ab" * 3]), ("hidden-terms", TERMS)):
        group = "hashes" if name == "hidden" else "lists"
        done = beside(group, "import", written(tmp_path, *entries), "--list", name)
        again = beside(group, "import", written(tmp_path, *entries[:2]), "--list", name)
        taken_back = beside("lists", "withdraw", name, "--file", written(tmp_path, entries[0]))
        assert (again.status, taken_back.status) == (0, 0)
        said += done.out + done.err + again.out + taken_back.out + taken_back.err
    with running_tutela.client(running_tutela.token()) as client:
        asked = {"hashes": {"pdq": HASHES[1]}, "text": f"one {TERMS[1]} two"}
        both = {("hidden", "2"), ("hidden-terms", "2")}
        until(lambda: both <= (found_by(client, **asked) or set()), what="both lists to match")
        said += client.get("/v1/status").text + client.get("/metrics").text
    said += beside("lists", "list").out + beside("lists", "show", "hidden").out
    said += beside("doctor").out
    said += running_tutela.log() + dumped(running_tutela)
    needles = list(in_clear())
    assert [each for each in needles if each in said.encode()] == []
    files = [path for path in running_tutela.data_folder.rglob("*") if path.is_file()]
    assert len(files) > 100
    assert any(holds_any(path, needles=[b"hidden-terms"]) for path in files)
    assert [path for path in files if holds_any(path, needles=needles)] == []


def in_clear() -> Iterator[bytes]:
    """The entries as they could be read: in hex, in bytes, in base64, as words."""
    for text in (*HASHES, *MD5S):
        raw = bytes.fromhex(text)
        yield from (raw, text.encode(), text.upper().encode(), base64.b64encode(raw)[:-4])
    yield from (term.encode() for term in TERMS)


def holds_any(path: Path, *, needles: list[bytes]) -> bool:
    """Whether a file of a server that works holds any of them; one that went away holds none."""
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        return False
    return any(needle in held for needle in needles)


def dumped(service: RunningTutela) -> str:
    """Every row of every table as text."""
    rows: list[str] = []
    with psycopg.connect(
        locate_database(service.data_folder, url=None).url, autocommit=True
    ) as connection:
        connection.execute("SELECT set_config('tutela.tenant', '*', false)")
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (table,) in tables:
            query = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))
            rows += [text for (text,) in connection.execute(query)]
    assert any("hidden-terms" in row for row in rows)
    return os.linesep.join(rows)
