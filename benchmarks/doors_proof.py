"""The checks of the world: stored, queued, then answered, provable, and as many as were planted."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import httpx

from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged
from benchmarks.doors_stored import Faults, Stored
from benchmarks.doors_table import DOORS
from benchmarks.doors_world import Report, planted
from tutela.client import AsyncClient, ClientError, Patience

#: Receipts whose inclusion is asked for and verified.
PROOF_SAMPLE: Final = 100
LOOKUPS_AT_ONCE: Final = 4
#: Lookups are paced by the service: a client that is told to come back comes back.
PATIENT: Final = Patience(retries=100, total_seconds=600.0)


def check_queued(notices: Mapping[int, Stored], *, faults: Faults) -> None:
    """Each item of each notice waits in an open case, or was answered already."""
    for each in notices.values():
        if not each.said_items == each.items == each.queued + each.answered:
            faults.add("an item that is nowhere", name=each.id)


def check_answered(notices: Mapping[int, Stored], *, faults: Faults) -> None:
    """Each item of each notice is answered."""
    for each in notices.values():
        if each.answered != each.said_items:
            faults.add("not answered", name=each.id)


def check_counts(
    notices: Mapping[int, Stored], *, world: Sequence[Report], faults: Faults
) -> Counter[tuple[str, str]]:
    """The counts by door and by what is missing, which must be the planted ones."""
    names = {door.counted_as: door.form.name for door in DOORS}
    doors = {report.number: report.door for report in world}
    counted: Counter[tuple[str, str]] = Counter()
    for number, each in notices.items():
        if each.door != _counted_as(doors[number]):
            faults.add("counted at another door", name=f"{each.id} at {names.get(each.door)}")
        counted[doors[number], ""] += 1
        counted.update((doors[number], pointer) for pointer in each.missing)
    truth = planted(world)
    for place in sorted(truth.keys() | counted.keys()):
        if truth[place] != counted[place]:
            words = f"{place[0]} {place[1] or 'all'}: planted {truth[place]}, {counted[place]} kept"
            faults.add("other counts than planted", name=words)
    return counted


async def check_codes(place: Place, *, taken: Sequence[Acknowledged], faults: Faults) -> int:
    """How many codes were looked up; each must be answered."""
    held = iter([each for each in taken if each.code is not None])
    asked = 0
    async with AsyncClient(place.url, patience=PATIENT) as client:

        async def ask() -> None:
            nonlocal asked
            for each in held:
                standing = await client.receipts.lookup(each.code or "")
                asked += 1
                if standing.state != "answered":
                    faults.add("its code says that it is open", name=each.report.key)

        await asyncio.gather(*(ask() for _ in range(LOOKUPS_AT_ONCE)))
    return asked


async def check_proofs(
    place: Place, *, taken: Sequence[Acknowledged], chance: random.Random, faults: Faults
) -> int:
    """How many inclusions were proved, of receipts drawn by chance."""
    held = [each for each in taken if each.receipt is not None]
    drawn = chance.sample(held, min(PROOF_SAMPLE, len(held)))
    async with AsyncClient(place.url, patience=PATIENT) as client:
        for each in drawn:
            assert each.receipt is not None
            try:
                await client.receipts.wait_for_inclusion(each.receipt)
            except ClientError as error:
                faults.add("no proof", name=f"{each.report.key}: {error.code}")
    return len(drawn)


def check_reconciliation(place: Place, *, faults: Faults) -> str:
    """What `tutela reconcile` says of all that was received; it must end well."""
    done = place.command("reconcile")
    if done.returncode != 0:
        faults.add("tutela reconcile", name=done.stdout.strip() + done.stderr.strip())
    said = [line for line in done.stdout.splitlines() if " received = " in line]
    return said[0] if said else ""


def check_export(place: Place, *, faults: Faults) -> str:
    """What `tutela-verify` says of the export, under the key that the service tells."""
    log = str(place.folder / "log.txt")
    exported = place.command("ledger", "export", log)
    key = httpx.get(f"{place.url}/v1/ledger/keys", trust_env=False).json()["keys"][0]["public_key"]
    verified = place.verify(log, "--key", key)
    if exported.returncode or verified.returncode:
        faults.add("tutela-verify", name=exported.stderr + verified.stdout + verified.stderr)
    return verified.stdout.partition("\n")[0]


def _counted_as(name: str) -> str:
    return next(door.counted_as for door in DOORS if door.form.name == name)
