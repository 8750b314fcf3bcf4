"""Notices: one with its receipt, or any number of them in parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import msgspec

from tutela.client.answers import Accepted, LineResult, Sent, SentAs, SentNotice, SentPage
from tutela.client.errors import ReceiptRefused
from tutela.client.paging import paged
from tutela.client.receipts import faults_of
from tutela.client.retrying import BACKOFF_MAX_SECONDS, answered, read, unreadable
from tutela.client.steps import Core, Emit, Pause, Pull, Reply, Request, Steps, Stream
from tutela.domain.notice import Notice
from tutela.errors import FieldError

#: Far below what the service takes at once (10,000 lines, 32 MiB), so that results come early.
PART_LINES_MAX: Final = 2_000
PART_BYTES_MAX: Final = 8 * 1024 * 1024
#: As much as one notice may have.
LINE_BYTES_MAX: Final = 1024 * 1024
_AGAIN_SECONDS: Final = 2.0
_TOO_LONG: Final = LineResult(
    line=0,
    status=SentAs.REFUSED,
    code="too_large",
    errors=(FieldError("", f"longer than {LINE_BYTES_MAX} bytes"),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One notice of many, as it goes over the wire."""

    position: int
    external_id: str
    raw: bytes


class NoticeCalls:
    """What a sender of notices asks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def send(
        self,
        notice: Notice,
        *,
        idempotency_key: str | None = None,
        require_article_16: bool = False,
    ) -> Steps[Accepted]:
        """The acknowledgement of one notice, with a verified receipt; one key over all attempts.

        The key is the notice's `external_id`, else the one given, else a new one. An incomplete
        notice is taken, unless `require_article_16`: then it is refused. Errors: Refused,
        Unanswered, ReceiptRefused (the notice is in all the same).
        """
        key = notice.external_id or idempotency_key or self._core.new_key()
        request = Request(
            method="POST",
            path="/v1/notices",
            query=(("require", "article_16"),) if require_article_16 else (),
            body=encode(notice),
            idempotency_key=key if notice.external_id is None else None,
            keys=(key,),
        )
        accepted = read((yield from answered(request, core=self._core)), kind=Accepted)
        (fault,) = yield from faults_of([accepted.receipt], core=self._core)
        if fault:
            raise ReceiptRefused(fault, accepted=accepted)
        return accepted

    def send_all(self) -> Stream:
        """What became of each notice, in their order; any number, sent in parts.

        A notice without `external_id` gets one. What is refused is a result as well. Errors:
        Refused and Unanswered for a part as a whole, ReceiptRefused after the last result.
        """
        faulty: list[Sent] = []
        part: list[Line] = []
        size = 0
        for position in count():
            notice: Notice | None = yield Pull()
            line = None if notice is None else _line(notice, position=position, core=self._core)
            grown = size + (0 if line is None else len(line.raw) + 1)
            if part and (line is None or grown > PART_BYTES_MAX or len(part) == PART_LINES_MAX):
                for sent in (yield from _send_part(part, core=self._core)):
                    yield Emit(sent)
                    faulty += [sent] if sent.receipt_fault else []
                part, grown = [], grown - size
            if line is None:
                break
            part.append(line)
            size = grown
        if faulty:
            raise ReceiptRefused(f"{len(faulty)} receipts prove nothing.", sent=faulty)

    def every(self, *, state: str | None = None) -> Stream:
        """What this token sent, in the order in which it came; `state` is `open` or `answered`."""
        return paged(
            "/v1/notices",
            state=state,
            kind=SentPage,
            rows=lambda page: page.notices,
            core=self._core,
        )

    def show(self, notice_id: str) -> Steps[SentNotice]:
        """How a notice of one's own stands; Refused (404) where another token sent it."""
        request = Request(method="GET", path=f"/v1/notices/{quote(notice_id, safe='')}")
        return read((yield from answered(request, core=self._core)), kind=SentNotice)


def encode(value: msgspec.Struct) -> bytes:
    """The JSON of what is said, without what is not."""
    return msgspec.json.encode(_said(msgspec.to_builtins(value)))


def _said(value: Any) -> Any:  # noqa: ANN401 - JSON is any value
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if each is not None}
    return [_said(each) for each in value] if isinstance(value, list | tuple) else value


def _line(notice: Notice, *, position: int, core: Core) -> Line:
    key = notice.external_id or core.new_key()
    named = msgspec.structs.replace(notice, external_id=key)
    return Line(position=position, external_id=key, raw=encode(named))


def _send_part(part: Sequence[Line], *, core: Core) -> Steps[list[Sent]]:
    results = {line.position: _TOO_LONG for line in part if len(line.raw) > LINE_BYTES_MAX}
    waiting = [line for line in part if line.position not in results]
    begun = core.monotonic()
    for attempt in count(1):
        results |= yield from _send_lines(waiting, core=core)
        waiting = [line for line in waiting if results[line.position].try_again]
        late = core.monotonic() - begun + BACKOFF_MAX_SECONDS > core.patience.total_seconds
        if not waiting or attempt > core.patience.retries or late:
            break
        yield Pause(_AGAIN_SECONDS)
    return (
        yield from _verified([_sent(results[line.position], line=line) for line in part], core=core)
    )


def _send_lines(lines: Sequence[Line], *, core: Core) -> Steps[dict[int, LineResult]]:
    if not lines:
        return {}
    request = Request(
        method="POST",
        path="/v1/notices/batch",
        body=b"".join(line.raw + b"\n" for line in lines),
        content_type="application/x-ndjson",
        keys=tuple(line.external_id for line in lines),
    )
    reply = yield from answered(request, core=core)
    results = list(_results(reply))
    if [result.line for result in results] != list(range(1, len(lines) + 1)):
        raise unreadable(reply)
    return {line.position: result for line, result in zip(lines, results, strict=True)}


def _results(reply: Reply) -> Iterator[LineResult]:
    for raw in reply.body.splitlines():
        yield read(replace(reply, body=raw), kind=LineResult)


def _verified(sent: Sequence[Sent], *, core: Core) -> Steps[list[Sent]]:
    receipts = [each.receipt for each in sent if each.receipt is not None]
    faults = iter((yield from faults_of(receipts, core=core)))
    return [
        each if each.receipt is None else msgspec.structs.replace(each, receipt_fault=next(faults))
        for each in sent
    ]


def _sent(result: LineResult, *, line: Line) -> Sent:
    return Sent(
        position=line.position,
        external_id=line.external_id,
        status=result.status,
        id=result.id,
        receipt=result.receipt,
        code=result.code,
        errors=result.errors,
    )
