"""`python -m tutela.drills.platform_process`: the simulated platform as a process of its own.

Takes webhooks at `URL/webhooks` and reports to a service what it carried out. `URL/state` tells how
many messages it took, how many measures are in force and which, by one number. Prints `ready URL`
when it serves; the secret of the signatures is read from a file, which may come later. SIGTERM and
SIGINT end it.
"""

import argparse
import asyncio
import hashlib
import random
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx

from tutela.drills.measures_platform import REPORTS_MAX, Conduct, MeasuresPlatform, Misstep
from tutela.drills.wire import Call, Outcome, said, serving

STATE: Final = "/state"
_DIGEST_BYTES: Final = 16
_SUM_MODULUS: Final = 1 << (8 * _DIGEST_BYTES)


def main(arguments: list[str] | None = None) -> int:
    """0 when it was told to end."""
    asyncio.run(_run(_parser().parse_args(arguments)))
    return 0


def state(platform: MeasuresPlatform) -> dict[str, object]:
    """Counts, and `in_force_sum`: digests of `subject measure`, added up modulo 2^128, in hex."""
    held = list(_in_force(platform))
    total = sum(_digest(each) for each in held) % _SUM_MODULUS
    return {
        "taken": dict(platform.taken),
        "missteps": {str(misstep): count for misstep, count in platform.missteps.items()},
        "in_force": len(held),
        "in_force_sum": f"{total:032x}",
        "unreported": platform.unreported,
        "refused": list(platform.refused),
    }


def _in_force(platform: MeasuresPlatform) -> Iterator[str]:
    for subject, measures in platform.in_force().items():
        yield from (f"{subject} {measure_id}" for measure_id in measures)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest())


def _misstep(text: str) -> tuple[Misstep, float]:
    kind, _, rate = text.partition("=")
    return Misstep(kind), float(rate)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tutela.drills.platform_process", description=__doc__
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="where to serve on 127.0.0.1; 0 takes a free port")
    add("--secret", type=Path, required=True, help="the file of the signatures' secret")
    add("--service", required=True, help="the URL of the service that is told")
    add("--token", required=True, help="a token of the role service")
    add("--misstep", action="append", default=[], type=_misstep, metavar="KIND=RATE")
    add("--seed", type=int, default=0, help="the chance of the missteps")
    add("--report-seconds", type=float, default=0.5, help="the pause between two reports")
    return parser


def _secret(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


async def _run(chosen: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    known: list[str] = []

    def secret() -> str | None:
        if not known and (found := _secret(chosen.secret)) is not None:
            known.append(found)
        return known[0] if known else None

    platform = MeasuresPlatform(
        secret,
        clock=lambda: datetime.now(UTC),
        chance=random.Random(chosen.seed),
        conduct=Conduct(rates=dict(chosen.misstep)),
    )

    def take(call: Call) -> Outcome:
        if call.path == STATE:
            return Outcome(said(HTTPStatus.OK, content=state(platform)))
        return platform.take(call)

    async with serving(take, port=chosen.port) as url:
        sys.stdout.write(f"ready {url}\n")
        sys.stdout.flush()
        reporting = asyncio.create_task(_keep_reporting(platform, chosen=chosen))
        await stopping.wait()
        reporting.cancel()


async def _keep_reporting(platform: MeasuresPlatform, *, chosen: argparse.Namespace) -> None:
    async with httpx.AsyncClient(base_url=chosen.service, timeout=60, trust_env=False) as client:
        while True:
            await asyncio.sleep(chosen.report_seconds)
            platform.catch_up()
            while await platform.report(client, token=chosen.token) == REPORTS_MAX:
                pass


if __name__ == "__main__":
    sys.exit(main())
