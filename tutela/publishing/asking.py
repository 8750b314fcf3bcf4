"""One witness, asked for one cosignature (C2SP tlog-witness); bounded in time and in size."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import pairwise
from typing import Final

import httpx

from tutela.ledger import notes
from tutela.ledger.notes import MalformedNote, Note, Signature, Verifier
from tutela.publishing.witnesses import cosignature
from tutela.witness import cosigning

#: How long a witness may take for one answer, and how long that may be.
ANSWER_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 65_536
SIZE_TYPE: Final = "text/x.tlog.size"

_size = re.compile(r"(0|[1-9][0-9]{0,18})\n", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a witness is asked, and what is known for judging its answer."""

    url: str
    verifier: Verifier
    note: Note
    last_size: int
    #: Keys of the log: a fork is believed only where one of them signed both histories.
    log_keys: Sequence[Verifier]
    prove: Callable[[int], Awaitable[list[bytes]]]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """The witness holds the head."""

    line: Signature
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It does not: `refused` where it answered. `fork` has two checkpoints that prove a fork."""

    error: str
    refused: bool
    fork: str | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    content_type: str
    text: str


async def ask(client: httpx.AsyncClient, *, question: Question) -> Cosigned | Failed:
    """What the witness makes of the newest head; it is asked once more from the size it names."""
    size = notes.read_checkpoint(question.note.text).size
    try:
        answer = await _posted(client, question=question, old_size=question.last_size)
        held = _held_size(answer)
        if held is not None and held <= size:
            answer = await _posted(client, question=question, old_size=held)
        elif held is not None:
            words = (
                f"it has cosigned {held} leaves, the log has {size}: leaves are gone, or it lies"
            )
            return Failed(error=words, refused=True)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as cause:
        return Failed(error=f"no answer: {type(cause).__name__}", refused=False)
    return _judged(answer, question=question)


def _judged(answer: _Answer, *, question: Question) -> Cosigned | Failed:
    if answer.status == HTTPStatus.OK:
        return _read_cosignature(answer.text, question=question)
    fork = next(_forks(answer.text, question=question), None)
    if answer.status == HTTPStatus.CONFLICT and fork is not None:
        return Failed(error="it was shown another history", refused=True, fork=fork)
    is_away = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Failed(error=f"answered {answer.status}", refused=not is_away)


def _read_cosignature(text: str, *, question: Question) -> Cosigned | Failed:
    try:
        lines = notes.read_signatures(text)
    except MalformedNote:
        return Failed(error="its answer is no cosignature", refused=True)
    now = question.clock()
    found = cosignature(question.note.text, lines=lines, verifier=question.verifier, now=now)
    if found is None:
        words = "its answer is no cosignature of this head by its key at this time"
        return Failed(error=words, refused=True)
    return Cosigned(line=found[0], at=found[1])


def _forks(text: str, *, question: Question) -> Iterator[str]:
    """Our note and another that our keys signed for the size, where the text has one."""
    ours = notes.read_checkpoint(question.note.text)
    parts = text.rstrip("\n").split("\n\n")
    for body, signatures in pairwise(parts):
        try:
            note = notes.read(f"{body}\n\n{signatures}\n".encode())
            theirs = notes.read_checkpoint(note.text)
            is_signed = notes.signed_by(note, verifiers=question.log_keys) is not None
        except MalformedNote:
            continue
        same = (theirs.origin, theirs.size) == (ours.origin, ours.size)
        if is_signed and same and theirs.root != ours.root:
            yield f"{question.note}\n{note}"


def _held_size(answer: _Answer) -> int | None:
    found = _size(answer.text)
    if answer.status != HTTPStatus.CONFLICT or answer.content_type != SIZE_TYPE or found is None:
        return None
    return int(found[1])


async def _posted(client: httpx.AsyncClient, *, question: Question, old_size: int) -> _Answer:
    proof = await question.prove(old_size)
    content = cosigning.write_request(str(question.note), old_size=old_size, proof=proof)
    async with (
        asyncio.timeout(ANSWER_SECONDS),
        client.stream(
            "POST",
            f"{question.url}/add-checkpoint",
            content=content,
            headers={"content-type": "text/plain", "accept-encoding": "identity"},
            timeout=ANSWER_SECONDS,
            follow_redirects=False,
        ) as answer,
    ):
        body = b""
        async for part in answer.aiter_raw():
            body += part
            if len(body) > ANSWER_BYTES_MAX:
                raise httpx.DecodingError("The answer is too long.")
        kind = answer.headers.get("content-type", "")
        return _Answer(answer.status_code, kind, body.decode("utf-8", "replace"))
