"""The demo's ring: the service is told of a small platform, and asked to look for its ring."""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx

from tutela.access.founding import MAIN
from tutela.access.tokens import Grant, create
from tutela.app import House
from tutela.domain.vocabulary import Channel, Role

ACCOUNTS: Final = "10000"
RINGS: Final = "2"
SEED: Final = "1"
#: Accounts of the ring that somebody would know of already, as the world writes them.
KNOWN: Final = Path("seeds/ring-01.txt")
#: Events that are told in one call, which takes 10,000 at most.
LINES_A_CALL: Final = 5_000
CALL_SECONDS: Final = 120.0
#: Beside it, a folder holds a world that the service was told of.
TOLD: Final = "told"
#: What a search needs no word of.
_UNNEEDED: Final = b'"type":"exposure"'
_RUN_COMMAND: Final = "from tutela.cli.main import main; main()"


async def investigator_token(house: House) -> str:
    """A token by which a program asks for searches."""
    grant = Grant(
        tenant=MAIN,
        service=MAIN,
        name="demo-investigator",
        role=Role.INVESTIGATOR,
        channels=(Channel.INTERNAL,),
    )
    return await create(house.pool, grant=grant, now=house.clock(), chance=house.chance)


async def plant(url: str, *, folder: Path, sender: str, searcher: str) -> None:
    """Nothing; the service was told of a world with a ring, and asked to look for it.

    A folder whose world was told of before is asked about again, and not told again.
    """
    world = folder / "world"
    async with httpx.AsyncClient(base_url=url, timeout=CALL_SECONDS, trust_env=False) as client:
        if not (folder / TOLD).exists():
            events = await _made(world, events=folder / "events.jsonl")
            await _tell(client, events=events, token=sender)
            events.unlink()
            (folder / TOLD).touch()
        await _search(client, seeds=(world / KNOWN).read_text().split(), token=searcher)


async def _made(world: Path, *, events: Path) -> Path:
    """Where the events of the world are, which was made in between."""
    world.parent.mkdir(parents=True, exist_ok=True)
    if not (world / KNOWN).exists():
        size = ("--accounts", ACCOUNTS, "--seed", SEED, "--rings", RINGS)
        await _run("world", "make", *size, "--out", str(world))
    await _run("world", "events", str(world), "--out", str(events))
    return events


async def _run(*arguments: str) -> None:
    """The command line as a process of its own: what it does would hold up who plays here."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        _RUN_COMMAND,
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if await process.wait():
            raise RuntimeError(f"tutela {' '.join(arguments[:2])} came to no end")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _tell(client: httpx.AsyncClient, *, events: Path, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    for body in _bodies(events):
        (await client.post("/v1/events", content=body, headers=headers)).raise_for_status()


def _bodies(events: Path) -> Iterator[bytes]:
    with events.open("rb") as told:
        needed = (line for line in told if _UNNEEDED not in line)
        while lines := list(itertools.islice(needed, LINES_A_CALL)):
            yield b"".join(lines)


async def _search(client: httpx.AsyncClient, *, seeds: list[str], token: str) -> None:
    body = {"reason": "demo: three accounts of one ring are known", "seeds": seeds}
    headers = {"Authorization": f"Bearer {token}"}
    (await client.post("/v1/networks/runs", json=body, headers=headers)).raise_for_status()
