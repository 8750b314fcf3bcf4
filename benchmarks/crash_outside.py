"""What anyone can see afterwards: over HTTP, by the commands, by the offline verifier."""

import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any

from benchmarks.crash_book import Acknowledgement, Faults, acknowledgements, tell
from benchmarks.crash_http import Answer, Line, Request, Unanswered
from benchmarks.crash_senders import World, notice
from benchmarks.crash_sites import TUTELA
from tutela.access import keys as access_keys
from tutela_verify import Malformed, Refuted, verify_inclusion

SAMPLE = 300
TRIES = 20
RETRY_SECONDS = 0.5
VERIFIER = "import sys; from tutela_verify.cli import main; sys.exit(main())"


async def look(world: World, *, key_folder: Path, where: tuple[str, ...], export_to: Path) -> None:
    """A sample of proofs and of repeated notices over HTTP, then every command that checks."""
    public_key = access_keys.load_or_create(key_folder).public_key
    lines = [Line(port) for port in world.ports]
    tell(f"{SAMPLE} proofs and repeated notices over HTTP")
    for number, each in enumerate(_sample(world)):
        line = lines[number % len(lines)]
        await _proof(line, each=each, public_key=public_key, faults=world.faults)
        await _again(line, each=each, world=world)
    for line in lines:
        line.close()
    tell("reconcile, ledger export, tutela-verify")
    for arguments in (("reconcile",), ("ledger", "export", str(export_to))):
        await _succeeds(TUTELA, arguments=(*arguments, *where), faults=world.faults)
    await _succeeds(VERIFIER, arguments=(str(export_to),), faults=world.faults)


async def output_of(program: str, *, arguments: tuple[str, ...]) -> tuple[int, str, str]:
    """Status, standard output and standard error of one of our own commands."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", program, *arguments, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, complained = await running.communicate()
    return running.returncode or 0, told.decode(), complained.decode()


def _sample(world: World) -> list[Acknowledgement]:
    chance = random.Random(f"sample {world.seed}")
    wanted = set(chance.sample(range(world.book.lines), min(SAMPLE, world.book.lines)))
    return [each for n, each in enumerate(acknowledgements(world.book.path)) if n in wanted]


async def _proof(line: Line, *, each: Acknowledgement, public_key: bytes, faults: Faults) -> None:
    told = await _asked(line, request=Request(path=f"/v1/ledger/proof/{each.receipt['leaf_hash']}"))
    try:
        proof: dict[str, Any] = json.loads(told.body)
        verify_inclusion(proof, trusted_keys=[public_key], receipt=each.receipt)
    except (Refuted, Malformed, ValueError, KeyError) as cause:
        faults.add("unproven over HTTP", text=f"{each.key}: {told.status} {cause}")


async def _again(line: Line, *, each: Acknowledgement, world: World) -> None:
    request = Request(path="/v1/notices", token=world.token, body=notice(each.key))
    told = await _asked(line, request=request)
    said = json.loads(told.body)
    if told.status != 200 or (said.get("id"), said.get("receipt")) != (each.id, each.receipt):
        world.faults.add("answered in another way", text=f"{each.key}: {told.status} {said!s:.300}")


async def _asked(line: Line, *, request: Request) -> Answer:
    told = Answer(0, b"{}")
    for _ in range(TRIES):
        try:
            told = await line.call(request)
        except Unanswered:
            told = Answer(0, b"{}")
        if 0 < told.status < 500:
            break
        await asyncio.sleep(RETRY_SECONDS)
    return told


async def _succeeds(program: str, *, arguments: tuple[str, ...], faults: Faults) -> None:
    status, told, complained = await output_of(program, arguments=arguments)
    if status:
        words = (told + complained)[-600:]
        faults.add("command failed", text=f"{' '.join(arguments)}: exit {status}: {words}")
