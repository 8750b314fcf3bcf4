"""The guard over HTTP: calls of one query each to a real `tutela up`, and how long they wait.

``python -m benchmarks.guard_http [--listed 2000] [--seconds 8] [--connections 16]`` (a part of
`make bench-guard`): two people list words of no language; benign queries follow, one in flight on
each connection. Told are calls a second, those for a second of one core of the web process, waits.
"""

import argparse
import asyncio
import itertools
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchmarks import bodies, guard_queries, guard_world_house, machine
from benchmarks.evasions import pseudo_words
from benchmarks.figures import quantile
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import engage
from tutela.cli.options import Where
from tutela.drills.surfaces.connecting import Connection
from tutela.guard.asking import GuardAnswer, GuardAsked, Item, ItemKind, Verdict
from tutela.guard.governance.entries import EntryAsked

PATH = "/v1/guard/search"
WARM_UP_SECONDS = 1.0
WAIT_SECONDS = 120.0


@dataclass(slots=True)
class Answers:
    """What came, after the warm-up."""

    waits_ms: list[float] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    web_seconds: float = 0.0


async def asked(known: Connection, *, text: str) -> bytes:
    """The request that asks about one text."""
    body = GuardAsked(items=(Item(kind=ItemKind.TEXT, value=text),))
    content = msgspec.json.encode(body)
    return bodies.request(
        PATH, token=known.guard_token, content=content, media_type="application/json"
    )


async def answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, request: bytes
) -> GuardAnswer:
    """What the guard says to one request; raises where it says anything else."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    said = head.partition(b"\r\n")[0].decode()
    if " 200 " not in said:
        raise SystemExit(f"the guard said {said}")
    return msgspec.json.decode(body, type=GuardAnswer)


async def in_force(known: Connection, *, word: str) -> None:
    """Returns once the word is blocked."""
    place = urlsplit(known.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    request = await asked(known, text=word)
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            found = await answer(reader, writer, request=request)
            if found.list_version and found.results[0].verdict is Verdict.BLOCK:
                break
            await asyncio.sleep(1.0)
    writer.close()


async def load(known: Connection, *, connections: int, seconds: float, seed: int) -> Answers:
    """One query in flight on each connection, for so long."""
    chance = random.Random(seed)
    texts = guard_queries.english(4_000, chance=chance)
    texts += guard_queries.names(guard_queries.ACCENTED, count=600, chance=chance)
    requests = itertools.cycle([await asked(known, text=text) for text in texts])
    found = Answers()
    begin = time.perf_counter() + WARM_UP_SECONDS
    lines = [
        _line(known, requests=requests, found=found, times=(begin, begin + seconds))
        for _ in range(connections)
    ]
    before = _web_seconds()
    await asyncio.gather(*lines)
    found.seconds = seconds
    found.web_seconds = (_web_seconds() - before) * seconds / (seconds + WARM_UP_SECONDS)
    return found


async def _line(
    known: Connection, *, requests: Iterator[bytes], found: Answers, times: tuple[float, float]
) -> None:
    place = urlsplit(known.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    while (sent := time.perf_counter()) < times[1]:
        said = await answer(reader, writer, request=next(requests))
        if sent >= times[0]:
            found.waits_ms.append((time.perf_counter() - sent) * 1000)
            found.verdicts[said.results[0].verdict] += 1
    writer.close()


def _web_seconds() -> float:
    """Processor time of the web processes that this run started."""
    ours = [each for each in machine.descendants(os.getpid()) if _is_web(each)]
    return machine.cpu_seconds(ours)


def _is_web(process_id: int) -> bool:
    return "web" in machine.command_line(process_id).split()


async def run(*, listed: int, seconds: float, connections: int, seed: int) -> Answers:
    """The whole of it, on a service of its own."""
    words = pseudo_words(listed, seed=seed)
    entries = [EntryAsked(kind=ItemKind.TEXT, value=word) for word in words]
    with tempfile.TemporaryDirectory(prefix="tutela-guard-") as name:
        folder = Path(name)
        where = Where(data=folder / "data", keys=folder / "keys")
        with guard_world_house.running(folder) as url, attached(where) as attachment:
            async with house_of(attachment) as house:
                known = await engage(house, url=url, entries=entries)
            await in_force(known, word=words[-1])
            return await load(known, connections=connections, seconds=seconds, seed=seed)


def told(found: Answers, *, listed: int) -> Iterator[str]:
    """In words."""
    waits, calls = sorted(found.waits_ms), len(found.waits_ms)
    told_verdicts = ", ".join(f"{count:,} {each}" for each, count in found.verdicts.items())
    waited = "  ".join(
        f"p{share * 100:.0f} {quantile(waits, share=share):.2f}" for share in (0.5, 0.99)
    )
    yield f"over HTTP, {listed:,} listed, one query a call: {calls / found.seconds:,.0f} calls/s"
    if found.web_seconds:
        yield f"  {calls / found.web_seconds:,.0f} calls for a second of one core of the web"
    yield f"  waits in ms: {waited}; verdicts: {told_verdicts}"


def main() -> None:
    """Prints the figures of one run."""
    parser = argparse.ArgumentParser(description="the guard over HTTP")
    parser.add_argument("--listed", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}  load {machine.load_average():.1f}")
    found = asyncio.run(run(**vars(chosen)))
    print("\n".join(told(found, listed=chosen.listed)))


if __name__ == "__main__":
    main()
