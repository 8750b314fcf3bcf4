"""Statements filed with a database that fails on purpose: each exactly once, and how fast.

``python -m benchmarks.filing [--statements 10000] [--rate 0.05] [--seed 1]`` (`make bench-filing`)
runs the stand-in of the Transparency Database as a process, first without faults, then with each
kind of fault at that rate of all calls, and files a list through the library's `Client.submit`. It
ends with 1 where any statement is not stored exactly once. The pace of the client (150 calls a
second) is the library's default; the cost of the local check is told beside it.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tutela.compliance.transparency import Client, Filed, Terms, check
from tutela.database.dying import with_parent
from tutela.drills.transparency_database.faults import Fault

STATEMENTS, RATE, SEED = 10_000, 0.05, 1
TOKEN = "1|benchmark"  # noqa: S105 - of a stand-in on this machine
#: How long the client waits for one answer, and how late a slow one is.
TIMEOUT_SECONDS, SLOW_SECONDS = 1.0, 15.0
CHECKS = 2_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run showed."""

    seconds: float
    filed: int
    puids: int
    resolved: int
    state: dict[str, Any]

    def is_exact(self, count: int) -> bool:
        """Whether each statement is stored, once, and known to be."""
        return {self.filed, self.puids, self.state["stored"]} == {count}


def main() -> int:
    """0 where each statement was filed exactly once, with and without faults."""
    asked = _asked()
    print(f"check             {_check_microseconds():10.0f} us a statement")
    exact = True
    for name, rate in (("without faults", 0.0), (f"{asked.rate:.0%} each", asked.rate)):
        figures = asyncio.run(_run(asked.statements, rate=rate, seed=asked.seed))
        exact = exact and figures.is_exact(asked.statements)
        _tell(name, figures=figures, count=asked.statements)
    return 0 if exact else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.filing", description=__doc__)
    parser.add_argument("--statements", type=int, default=STATEMENTS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


async def _run(count: int, *, rate: float, seed: int) -> Figures:
    with _stand_in(rate, seed=seed) as url:
        terms = Terms(timeout_seconds=TIMEOUT_SECONDS)
        begun = time.perf_counter()
        async with Client(url, token=TOKEN, terms=terms) as client:
            outcomes = [each async for each in client.submit(_statements(count))]
        seconds = time.perf_counter() - begun
        async with httpx.AsyncClient(trust_env=False) as http:
            state = (await http.get(f"{url}/stand-in/state")).json()
        filed = [each for each in outcomes if isinstance(each, Filed)]
        return Figures(
            seconds=seconds,
            filed=len(filed),
            puids=len({each.puid for each in filed}),
            resolved=sum(each.uuid is None for each in filed),
            state=state,
        )


@contextmanager
def _stand_in(rate: float, *, seed: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tutela.drills.transparency_database", "--token", TOKEN]
    command += ["--seed", str(seed), "--slow-seconds", str(SLOW_SECONDS)]
    for fault in Fault:
        command += ["--fault", f"{fault}={rate}"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=with_parent("SIGKILL"),  # noqa: PLW1509 - one thread
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().removeprefix("ready ").strip()
        finally:
            process.terminate()


def _statements(count: int) -> Iterator[dict[str, object]]:
    return (_statement(f"bench-{number}") for number in range(count))


def _statement(puid: str) -> dict[str, object]:
    return {
        "puid": puid,
        "decision_account": "DECISION_ACCOUNT_TERMINATED",
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "L4x",
        "illegal_content_explanation": "E7x " * 50,
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": "2026-11-20",
        "application_date": "2026-11-21",
        "decision_facts": "F2x " * 100,
        "source_type": "SOURCE_ARTICLE_16",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "territorial_scope": ["DE", "FR"],
    }


def _check_microseconds() -> float:
    statement = _statement("bench")
    begun = time.perf_counter()
    for _ in range(CHECKS):
        assert check(statement) == {}
    return (time.perf_counter() - begun) / CHECKS * 1e6


def _tell(name: str, *, figures: Figures, count: int) -> None:
    state = figures.state
    print(f"\n{name}")
    print(f"  filed           {figures.filed:10,} of {count:,}, {figures.puids:,} PUIDs")
    print(
        f"  stored          {state['stored']:10,}, {'exact' if figures.is_exact(count) else 'NO'}"
    )
    print(f"  found by asking {figures.resolved:10,}")
    print(f"  calls           {state['calls']:10,}")
    print(f"  time            {figures.seconds:10.1f} s, {count / figures.seconds:,.0f} a second")
    made = ", ".join(f"{kind} {number:,}" for kind, number in state["faults"].items() if number)
    print(f"  faults          {made or 'none'}")


if __name__ == "__main__":
    sys.exit(main())
