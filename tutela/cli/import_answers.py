"""What an import says of each line: counted, and in files of their own for who asks for them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from tutela.errors import TutelaError
from tutela.intake.acknowledgement import Article16, ItemOpened
from tutela.intake.channels.batch import LineError
from tutela.intake.channels.file import FileUnfit, Taken
from tutela.intake.mapping.filling import Remark
from tutela.ledger.receipts import Receipt

_encode = msgspec.json.Encoder().encode


class Summary(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of the lines of a file; `remarked` are taken, with something left out."""

    lines: int
    accepted: int
    duplicate: int
    refused: int
    remarked: int = 0
    dry_run: bool = False


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A refused line, to be mended and sent again; without its text where that is too long."""

    line: int
    code: str
    detail: str
    errors: list[dict[str, str]]
    text: str | None


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one line; `status` is accepted, duplicate, refused, or would_be_accepted."""

    line: int
    status: str
    external_id: str | None = None
    id: str | None = None
    items: list[ItemOpened] | None = None
    article_16: Article16 | None = None
    receipt: Receipt | None = None
    remarks: tuple[Remark, ...] = ()
    code: str | None = None
    errors: list[LineError] | None = None


class Answers:
    """Counts the lines and writes what is asked for."""

    def __init__(
        self, summary: Summary, *, rejects: BinaryIO | None, answers: BinaryIO | None
    ) -> None:
        self.summary = summary
        self._rejects = rejects
        self._answers = answers

    def add(self, taken: Taken) -> None:
        """One more line."""
        summary = self.summary
        summary.lines += 1
        if taken.error is not None:
            summary.refused += 1
        elif taken.acknowledged is None or taken.acknowledged.fresh:
            summary.accepted += 1
        else:
            summary.duplicate += 1
        if taken.error is None and taken.read is not None and taken.read.remarks:
            summary.remarked += 1
        if self._answers is not None:
            self._answers.write(_encode(_answer(taken)) + b"\n")
        if self._rejects is not None and taken.error is not None:
            self._rejects.write(_encode(_rejected(taken, error=taken.error)) + b"\n")


@contextmanager
def answers_in(path: Path | None) -> Iterator[BinaryIO | None]:
    """The file, readable by its owner alone; `FileUnfit` where it can't be written."""
    if path is None:
        yield None
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise FileUnfit(f"{path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as out:
        yield out


def _answer(taken: Taken) -> LineAnswer:
    error, done, read = taken.error, taken.acknowledged, taken.read
    external_id = None if read is None else read.notice.notice.external_id
    if error is not None:
        named = [LineError(each.pointer, each.message) for each in error.errors]
        return LineAnswer(
            line=taken.line.number,
            status="refused",
            external_id=external_id,
            code=error.code,
            errors=named or [LineError("", error.detail or error.title)],
        )
    remarks = () if read is None else read.remarks
    if done is None:
        return LineAnswer(
            line=taken.line.number,
            status="would_be_accepted",
            external_id=external_id,
            remarks=remarks,
        )
    return LineAnswer(
        line=taken.line.number,
        status="accepted" if done.fresh else "duplicate",
        external_id=external_id,
        id=done.accepted.id,
        items=done.accepted.items,
        article_16=done.accepted.article_16,
        receipt=done.accepted.receipt,
        remarks=remarks,
    )


def _rejected(taken: Taken, *, error: TutelaError) -> Rejected:
    line = taken.line
    return Rejected(
        line=line.number,
        code=error.code,
        detail=error.detail,
        errors=[{"pointer": each.pointer, "message": each.message} for each in error.errors],
        text=None if line.is_too_long else line.raw.decode(errors="replace"),
    )
