"""Five thousand notices of a hotline in three formats: the same notices, each taken once."""

import csv
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.drops.drop import QUIET
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.domain.vocabulary import Channel
from tutela.errors import TutelaError
from tutela.intake.channels import file as notice_file
from tutela.intake.channels.file import FileImport, Line, ReadLine
from tutela.intake.channels.mapped import MappedFile
from tutela.intake.door import Acknowledged
from tutela.intake.mapping.filling import Filled
from tutela.intake.mapping.reading import MappingFile
from tutela.intake.sent import SentPageWanted, list_sent
from tutela.reconciliation.reconcile import reconcile

NOTICES = 5_000
#: How many are sent once more, in each of the other formats.
AGAIN = 300
CODES = {
    "F1": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "P2": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "V3": "STATEMENT_CATEGORY_VIOLENCE",
}
UNKNOWN_CODE = "Z9"
FIELDS = """
[fields]
external_id = { %(no)s }
category = { %(type)s, table = "codes" }
explanation = { %(why)s }
good_faith = { value = true }
submitted_at = { %(at)s, format = "%%d.%%m.%%Y %%H:%%M", zone = "UTC" }
[[subjects]]
kind = { value = "url" }
url = { %(urls)s }
[tables.codes]
"""


def cases(count: int) -> Iterator[dict[str, Any]]:
    """What a hotline's own system holds: quotes, line breaks, other scripts, several places."""
    chance = random.Random(27)
    for number in range(count):
        yield {
            "no": f"h-{number}",
            "type": chance.choice([*CODES, UNKNOWN_CODE]),
            "why": chance.choice(
                ["token; 4f1c", 'says "9b07"', "two\nlines", "überprüft", "знак", "a,b"]
            ),
            "at": f"20.11.2026 {chance.randrange(24):02}:{chance.randrange(60):02}",
            "urls": [
                f"https://a.example/{number}/{place}" for place in range(chance.randint(1, 3))
            ],
        }


def as_notice(case: dict[str, Any]) -> dict[str, Any]:
    day, _, clock = case["at"].partition(" ")
    return {
        "external_id": case["no"],
        "category": CODES.get(case["type"], "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"),
        "explanation": case["why"],
        "good_faith": True,
        "submitted_at": f"{'-'.join(reversed(day.split('.')))}T{clock}:00+00:00",
        "subjects": [{"kind": "url", "url": url} for url in case["urls"]],
    }


def mapping_file(folder: Path, *, head: str, sources: dict[str, str]) -> MappingFile:
    path = folder / "map.toml"
    codes = "".join(f'"{code}" = "{category}"\n' for code, category in CODES.items())
    path.write_text(head + FIELDS % sources + codes, encoding="utf-8")
    return MappingFile(path)


def in_our_lines(folder: Path) -> tuple[Path, MappedFile | None]:
    path = folder / "ours.jsonl"
    path.write_text("".join(json.dumps(as_notice(case)) + "\n" for case in cases(NOTICES)))
    return path, None


def in_their_table(folder: Path) -> tuple[Path, MappedFile | None]:
    path = folder / "theirs.csv"
    with path.open("w", encoding="utf-16", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["No", "Type", "Why", "At", "URLs"])
        for case in cases(NOTICES):
            writer.writerow(
                [*(case[key] for key in ("no", "type", "why", "at")), " ".join(case["urls"])]
            )
    sources = {
        "no": 'column = "No"',
        "type": 'column = "Type"',
        "why": 'column = "Why"',
        "at": 'column = "At"',
        "urls": 'column = "URLs", separator = " "',
    }
    head = '[file]\ndelimiter = ";"\nencoding = "utf-16"\n'
    return path, MappedFile(path, mapping=mapping_file(folder, head=head, sources=sources))


def in_their_lines(folder: Path) -> tuple[Path, MappedFile | None]:
    path = folder / "theirs.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for case in cases(NOTICES):
            about = {"kind": case["type"], "note": case["why"], "seen": case["at"]}
            row = {"case": {"no": case["no"], **about}, "found": case["urls"]}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    sources = {
        "no": 'pointer = "/case/no"',
        "type": 'pointer = "/case/kind"',
        "why": 'pointer = "/case/note"',
        "at": 'pointer = "/case/seen"',
        "urls": 'pointer = "/found"',
    }
    head = '[file]\nformat = "jsonl"\n'
    return path, MappedFile(path, mapping=mapping_file(folder, head=head, sources=sources))


def lines_of(path: Path, *, mapped: MappedFile | None) -> Iterator[Line]:
    return notice_file.read_lines(path) if mapped is None else mapped.lines()


def reader_of(rooms: Rooms, *, mapped: MappedFile | None) -> ReadLine:
    read = rooms.intake.read
    return (lambda line: Filled(read(line.raw))) if mapped is None else mapped.reader(read)


def read_of(rooms: Rooms, *, path: Path, mapped: MappedFile | None) -> list[Filled]:
    """The notices of a whole file, without sending any."""
    taken = notice_file.only_read(
        lines_of(path, mapped=mapped), read_line=reader_of(rooms, mapped=mapped)
    )
    return [each.read for each in taken if each.read is not None]


async def imported(
    rooms: Rooms, *, caller: Caller, path: Path, mapped: MappedFile | None, count: int
) -> list[Acknowledged]:
    async def record_line(line: Line, *, error: TutelaError) -> None:
        raise AssertionError((line.number, error.detail, error.errors))

    importing = FileImport(
        rooms.intake,
        caller=caller,
        sha256=path.name,
        record_line=record_line,
        read_line=reader_of(rooms, mapped=mapped),
    )
    lines = islice(lines_of(path, mapped=mapped), count)
    done = [taken.acknowledged async for taken in importing.take(lines)]
    return [each for each in done if each is not None]


async def test_five_thousand_notices_in_three_formats_are_the_same_notices(
    rooms: Rooms, tmp_path: Path
) -> None:
    files = [make(tmp_path) for make in (in_their_table, in_our_lines, in_their_lines)]
    table, ours, theirs = (read_of(rooms, path=path, mapped=mapped) for path, mapped in files)
    bodies = [each.notice.body for each in table]
    assert len(set(bodies)) == NOTICES
    assert bodies == [each.notice.body for each in ours] == [each.notice.body for each in theirs]
    unknown = sum(case["type"] == UNKNOWN_CODE for case in cases(NOTICES))
    for read, remarked in ((table, unknown), (ours, 0), (theirs, unknown)):
        assert sum(bool(each.remarks) for each in read) == remarked


async def test_five_thousand_notices_of_a_hotline_are_each_taken_once_and_listed_with_a_clock(
    rooms: Rooms, tmp_path: Path
) -> None:
    caller = await rooms.caller(channels=(Channel.HOTLINE,))
    path, mapped = in_their_table(tmp_path)
    first = await imported(rooms, caller=caller, path=path, mapped=mapped, count=NOTICES)
    assert [each.fresh for each in first] == [True] * NOTICES
    for make in (in_our_lines, in_their_lines):
        path, mapped = make(tmp_path)
        again = await imported(rooms, caller=caller, path=path, mapped=mapped, count=AGAIN)
        assert [each.accepted for each in again] == [each.accepted for each in first[:AGAIN]]
    await every_one_is_listed_with_its_clock(rooms, caller=caller)
    await rooms.rows("ANALYZE")
    report = await reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    items = sum(len(case["urls"]) for case in cases(NOTICES))
    assert (report.received, report.open, report.lost) == (items, items, 0)


async def every_one_is_listed_with_its_clock(rooms: Rooms, *, caller: Caller) -> None:
    listed: dict[str, int] = {}
    wanted: SentPageWanted | None = SentPageWanted(limit=200, state="open")
    while wanted is not None:
        page = await list_sent(
            rooms.pool, caller=caller, wanted=wanted, keys=rooms.keys, now=rooms.clock.now()
        )
        for each in page.notices:
            assert each.clock.due_at is not None
            listed[each.external_id or ""] = len(each.items)
        after = None if page.next is None else UUID(page.next)
        wanted = SentPageWanted(limit=200, state="open", after=after) if after else None
    assert listed == {case["no"]: len(case["urls"]) for case in cases(NOTICES)}
