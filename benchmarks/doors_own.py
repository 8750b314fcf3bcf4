"""The doors of our own form: JSON API, JSON Lines, a file, and a list in other columns."""

import asyncio
import csv
import subprocess
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged, Send, one_by_one
from benchmarks.doors_world import Lack, Report
from tutela.client import AsyncClient, Notice, Notifier, Receipt, Subject
from tutela.client.answers import Article16
from tutela.client.notices import encode
from tutela.domain.vocabulary import Category, SubjectKind

NAME: Final = "A. N. Other"
EMAIL: Final = "a@example.org"
HOTLINE: Final = "doors-hotline"

MAPPING: Final = """
[file]
delimiter = ";"

[fields]
external_id = { column = "Report" }
category = { column = "Type", table = "categories" }
explanation = { column = "Remarks" }
notifier.name = { column = "Who" }
notifier.email = { column = "Mail" }
good_faith = { column = "Believed", table = "yes" }
language = { column = "Language" }

[[subjects]]
kind = { column = "What" }
id = { column = "Id" }
url = { column = "Address" }

[tables.categories]
"F" = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
"V" = "STATEMENT_CATEGORY_VIOLENCE"
"H" = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"

[tables.yes]
"yes" = true
"""
_CODES: Final = {
    Category.SCAMS_AND_FRAUD: "F",
    Category.VIOLENCE: "V",
    Category.ILLEGAL_OR_HARMFUL_SPEECH: "H",
}


class Answered(msgspec.Struct, frozen=True):
    """A line of the answers to a file."""

    external_id: str
    id: str
    receipt: Receipt
    article_16: Article16


def notice_of(report: Report) -> Notice:
    """The report as our own API takes it."""
    lacks = report.lacks
    return Notice(
        external_id=report.key,
        category=report.category or Category.NOT_SPECIFIED_NOTICE,
        subjects=(Subject(kind=kind_of(report), id=report.subject, url=address_of(report)),),
        explanation=None if Lack.EXPLANATION in lacks else report.words,
        notifier=_notifier(lacks),
        good_faith=None if Lack.GOOD_FAITH in lacks else True,
        language=report.language,
    )


def kind_of(report: Report) -> SubjectKind:
    """What is reported."""
    return SubjectKind.ACCOUNT if report.is_account else SubjectKind.CONTENT


def address_of(report: Report) -> str | None:
    """Where it is; None where the sender left that out."""
    if Lack.LOCATION in report.lacks:
        return None
    return f"https://platform.example/{kind_of(report)}/{report.subject}"


async def open_api(place: Place, *, stack: AsyncExitStack) -> Send:
    """Notice by notice, with the client library."""
    token = place.token(name="doors-api")
    client = await stack.enter_async_context(AsyncClient(place.url, token=token))

    async def send(report: Report) -> Acknowledged:
        accepted = await client.notices.send(notice_of(report))
        return Acknowledged(
            report=report,
            notice_id=accepted.id,
            code=accepted.receipt.code,
            receipt=accepted.receipt,
            missing=frozenset(accepted.article_16.missing),
        )

    return one_by_one(send)


async def open_batch(place: Place, *, stack: AsyncExitStack) -> Send:
    """All in parts, with the client library."""
    token = place.token(name="doors-batch")
    client = await stack.enter_async_context(AsyncClient(place.url, token=token))

    async def send(reports: Sequence[Report]) -> list[Acknowledged]:
        sent = client.notices.send_all(notice_of(report) for report in reports)
        return [
            Acknowledged(
                report=reports[each.position],
                notice_id=each.id,
                code=None if each.receipt is None else each.receipt.code,
                receipt=each.receipt,
            )
            async for each in sent
            if each.taken
        ]

    return send


async def open_file(place: Place, *, stack: AsyncExitStack) -> Send:
    """A file of notices, on the service's own machine; its sender keeps only the keys."""
    del stack

    async def send(reports: Sequence[Report]) -> list[Acknowledged]:
        file = place.folder / "reports.jsonl"
        file.write_bytes(b"".join(encode(notice_of(report)) + b"\n" for report in reports))
        await _imported(place, arguments=(str(file),), count=len(reports))
        return [Acknowledged(report=report) for report in reports]

    return send


async def open_list(place: Place, *, stack: AsyncExitStack) -> Send:
    """A hotline's list with its own columns and codes, and an answer a row."""
    del stack
    place.token(name=HOTLINE, channel="hotline")

    async def send(reports: Sequence[Report]) -> list[Acknowledged]:
        file, mapping, answers = (place.folder / name for name in ("l.csv", "m.toml", "a.jsonl"))
        mapping.write_text(MAPPING)
        _write_list(reports, file=file)
        named = ("--mapping", str(mapping), "--answers", str(answers))
        whose = ("--channel", "hotline", "--sender", HOTLINE)
        await _imported(place, arguments=(str(file), *named, *whose), count=len(reports))
        told = {
            each.external_id: each
            for line in answers.read_bytes().splitlines()
            for each in [msgspec.json.decode(line, type=Answered)]
        }
        return [_of_answer(report, told=told[report.key]) for report in reports]

    return send


def _of_answer(report: Report, *, told: Answered) -> Acknowledged:
    return Acknowledged(
        report=report,
        notice_id=told.id,
        code=told.receipt.code,
        receipt=told.receipt,
        missing=frozenset(told.article_16.missing),
    )


def _write_list(reports: Sequence[Report], *, file: Path) -> None:
    heads = ("Report", "Type", "Remarks", "Who", "Mail", "Believed", "Language", "What", "Id")
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow([*heads, "Address"])
        for report in reports:
            lacks = report.lacks
            notifier = _notifier(lacks) or Notifier()
            rows.writerow(
                [
                    report.key,
                    _CODES.get(report.category, "?") if report.category else "",
                    "" if Lack.EXPLANATION in lacks else report.words,
                    notifier.name or "",
                    notifier.email or "",
                    "" if Lack.GOOD_FAITH in lacks else "yes",
                    report.language or "",
                    kind_of(report),
                    report.subject,
                    address_of(report) or "",
                ]
            )


async def _imported(place: Place, *, arguments: tuple[str, ...], count: int) -> None:
    done: subprocess.CompletedProcess[str] = await asyncio.to_thread(
        place.command, "notices", "import", *arguments, "--json"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert msgspec.json.decode(done.stdout)["accepted"] == count, done.stdout


def _notifier(lacks: frozenset[Lack]) -> Notifier | None:
    if Lack.NOTIFIER in lacks:
        return None
    return Notifier(
        name=None if Lack.NAME in lacks else NAME, email=None if Lack.EMAIL in lacks else EMAIL
    )
