"""The load: one request in flight on each connection, from a process of its own.

`python -m benchmarks.load` reads a `Plan` as JSON from standard input and writes an `Outcome`.
"""

import asyncio
import itertools
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import msgspec
import uvloop

from benchmarks import bodies, machine

CREATED = b"201"
ACCEPTED_LINE = b'"status":"accepted"'
#: Requests a second that are made before the run; a faster server gets those of a second pass.
MADE_EACH_SECOND = 8_000
#: How long the server may take to accept the connections before the run.
ACCEPT_SECONDS = 5.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to send, where, for how long; `batch_lines` 0 sends single notices."""

    port: int
    token: str
    server_processes: list[int]
    connections: int
    warm_up_seconds: float
    seconds: float
    stored_subjects: int
    seed: int
    batch_lines: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Notices acknowledged within the measured time, the latency of each call, what else came."""

    notices: int
    notices_with_warm_up: int
    latencies_ms: list[float]
    other_answers: dict[str, int]
    cpu_seconds: float


class _Tally:
    """What all connections share: the requests to come and the answers so far."""

    def __init__(self, requests: Iterator[bytes], *, begin: float, end: float) -> None:
        self.requests = requests
        self.begin = begin
        self.end = end
        self.notices = 0
        self.notices_with_warm_up = 0
        self.latencies_ms: list[float] = []
        self.other_answers: Counter[str] = Counter()

    def take(self, answer: bytes, *, sent_at: float) -> None:
        now = time.perf_counter()
        if answer[9:12] == CREATED:
            notices = 1
        elif notices := answer.count(ACCEPTED_LINE):
            pass
        else:
            self.other_answers[answer[:400].decode(errors="replace")] += 1
        self.notices_with_warm_up += notices
        if notices and self.begin <= now < self.end:
            self.notices += notices
            self.latencies_ms.append((now - sent_at) * 1000)


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the one before is whole."""

    def __init__(self, tally: _Tally) -> None:
        self._tally = tally
        self._got = b""
        self._sent_at = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        if self._sent_at >= self._tally.end:
            self.done.set_result(None)
            return
        self._transport.write(next(self._tally.requests))

    def data_received(self, data: bytes) -> None:
        answer = self._got + data if self._got else data
        if not _is_whole(answer):
            self._got = answer
            return
        self._got = b""
        self._tally.take(answer, sent_at=self._sent_at)
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._tally.other_answers[f"connection lost: {exc}"] += 1
            self.done.set_result(None)


def _is_whole(answer: bytes) -> bool:
    head_end = answer.find(b"\r\n\r\n")
    if head_end < 0:
        return False
    at = answer.find(b"content-length: ", 0, head_end)
    if at < 0:
        return answer.endswith(b"\r\n0\r\n\r\n")
    length = int(answer[at + 16 : answer.index(b"\r\n", at)])
    return len(answer) >= head_end + 4 + length


def _requests(plan: Plan) -> list[bytes]:
    names = bodies.names(plan.seed, stored_subjects=plan.stored_subjects)
    lines = max(plan.batch_lines, 1)
    calls = int(MADE_EACH_SECOND * (plan.warm_up_seconds + plan.seconds) / (lines**0.8))
    path, media_type = "/v1/notices", "application/json"
    if plan.batch_lines:
        path, media_type = "/v1/notices/batch", "application/x-ndjson"
    return [
        bodies.request(
            path,
            token=plan.token,
            content=b"\n".join(
                bodies.body(external, subject=subject)
                for external, subject in itertools.islice(names, lines)
            ),
            media_type=media_type,
        )
        for _ in range(calls)
    ]


async def _connected(plan: Plan, *, tally: _Tally) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: _Connection(tally), "127.0.0.1", plan.port)
        for _ in range(plan.connections)
    ]
    own_ports = [transport.get_extra_info("sockname")[1] for transport, _ in opened]
    deadline = time.monotonic() + ACCEPT_SECONDS
    while 0 in (sockets := machine.answering_sockets(plan.port, peers=own_ports)):
        assert time.monotonic() < deadline, "the server does not accept connections"
    if len(sockets) != len(opened) or sockets - machine.sockets_of(plan.server_processes):
        raise SystemExit(f"port {plan.port} is answered by a process that this run did not start")
    return [connection for _, connection in opened]


async def _run(plan: Plan) -> Outcome:
    requests = iter(_requests(plan))
    tally = _Tally(requests, begin=0.0, end=0.0)
    connections = await _connected(plan, tally=tally)
    before = _cpu_seconds()
    tally.begin = time.perf_counter() + plan.warm_up_seconds
    tally.end = tally.begin + plan.seconds
    for connection in connections:
        connection.send()
    await asyncio.gather(*(connection.done for connection in connections))
    return Outcome(
        notices=tally.notices,
        notices_with_warm_up=tally.notices_with_warm_up,
        latencies_ms=sorted(tally.latencies_ms),
        other_answers=dict(tally.other_answers.most_common(5)),
        cpu_seconds=_cpu_seconds() - before,
    )


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Runs the plan on standard input."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_run(plan))))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
