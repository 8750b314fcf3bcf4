"""How much reviewers see of a world full of duplicates: `python -m benchmarks.views`.

Media is posted again and again, some of it altered in name alone; each copy is reported several
times. A person works the queue: claims, asks to reveal, and decides; what was looked at before is
decided by what was found. Against that stands a look at every item. Exit 1 below 80 % spared.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.arena import Arena
from tutela.access import tokens
from tutela.access.founding import found
from tutela.access.keys import KeySet
from tutela.access.tokens import Caller, Grant, TokenDesk
from tutela.database.migrations import migrate
from tutela.database.pool import Pool, open_pool, tenant_transaction
from tutela.decisions.decide import Submission, decide
from tutela.decisions.reading import read_decision
from tutela.detection.detectors import Hashes
from tutela.detection.pipeline.events import ContentPosted, kinds
from tutela.detection.pipeline.room import DetectionRoom
from tutela.domain.events import Visibility
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.intake.door import Intake, Sending
from tutela.review import queue
from tutela.review.care.revealing import Asking, reveal
from tutela.review.care.room import AlreadyRevealed, CareRoom
from tutela.review.care.rules import Bound, CareRules
from tutela.review.care.vault import Vault
from tutela.review.case_view import show_case
from tutela.review.queue import ClaimTerms, Lease

WANTED = 0.8
CATEGORY = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
ENDLESS = CareRules(
    per_day=Bound(10**9, 10**9), by_family={}, break_taken_seconds=10**9, rotation_reveals=10**9
)
VAULT = Vault(template="https://v.example/{id}/{expires}/{nonce}/{signature}", key=bytes(32))


class World:
    """A database with reports of copies, and one person who works them off."""

    def __init__(self, pool: Pool, *, keys: KeySet, seed: int) -> None:
        self.pool, self.keys = pool, keys
        self.chance = random.Random(seed)
        self.intake = Intake(pool, keys=keys, clock=_now, chance=os.urandom)
        self.care = CareRoom(
            pool=pool, keys=keys, clock=_now, chance=os.urandom, rules=ENDLESS, vault=VAULT
        )
        self.items = self.reveals = self.decided = 0

    async def caller(self, role: Role) -> Caller:
        grant = Grant(
            tenant="main",
            service="main",
            name="t",
            role=role,
            channels=(Channel.USER,),
            mark=Mark.REAL,
        )
        token = await tokens.create(self.pool, grant=grant, now=_now(), chance=os.urandom)
        return await TokenDesk(self.pool, monotonic=lambda: 0.0).caller(f"Bearer {token}")

    async def fill(self, incidents: int) -> None:
        """Each incident: 1 to 9 copies under names of their own, each reported 1 to 5 times."""
        sender = await self.caller(Role.SERVICE)
        room = DetectionRoom(pool=self.pool, keys=self.keys, clock=_now, chance=os.urandom)
        take = kinds(room)["content"].handle
        for incident in range(incidents):
            sha256 = hashlib.sha256(f"picture {incident}".encode()).hexdigest()
            names = [f"post-{incident}-{each}" for each in range(self.chance.randint(1, 9))]
            events = [_posted(name, sha256=sha256) for name in names]
            async with tenant_transaction(self.pool, tenant="main") as connection:
                await take(connection, caller=sender, events=events)
            for name in names:
                for _ in range(self.chance.randint(1, 5)):
                    await self._report(sender, name=name)

    async def work_off(self) -> None:
        """The queue, to its end."""
        person = replace(await self.caller(Role.REVIEWER), person="reviewer-1")
        while lease := await queue.claim(
            self.pool,
            caller=person,
            now=_now(),
            chance=os.urandom,
            terms=ClaimTerms(care=ENDLESS),
        ):
            asking = Asking(caller=person, case_id=lease.case_id, lease_token=str(lease.token))
            try:
                await reveal(self.care, asking=asking)
                self.reveals += 1
            except AlreadyRevealed:
                pass
            await self._decide(person, lease=lease)

    async def _report(self, sender: Caller, *, name: str) -> None:
        body = {"category": CATEGORY, "subjects": [{"kind": "content", "id": name}]}
        read = self.intake.read(json.dumps(body).encode())
        await self.intake.take(read, sending=Sending(caller=sender, door="api"))
        self.items += 1

    async def _decide(self, person: Caller, *, lease: Lease) -> None:
        shown = await show_case(
            self.pool, caller=person, case_id=lease.case_id, keys=self.keys, now=_now()
        )
        body = {
            "lease_token": str(lease.token),
            "items": shown.open_items,
            "outcome": "dismiss",
            "explanation": "nothing here breaks a rule",
            "guideline_version": "2026-10",
        }
        read = read_decision(json.dumps(body).encode())
        submission = Submission(caller=person, case_id=lease.case_id, read=read, key=None)
        await decide(
            self.pool, keys=self.keys, submission=submission, now=_now(), chance=os.urandom
        )
        self.decided += 1


async def measure(url: str, *, incidents: int, seed: int) -> World:
    """The world after its queue was worked off."""
    await migrate(url)
    pool = await open_pool(url, min_size=1, max_size=4)
    try:
        with tempfile.TemporaryDirectory() as folder:
            keys = await found(pool, key_folder=Path(folder), now=_now(), chance=os.urandom)
            world = World(pool, keys=keys, seed=seed)
            await world.fill(incidents)
            await world.work_off()
        return world
    finally:
        await pool.close()


def _posted(name: str, *, sha256: str) -> ContentPosted:
    return ContentPosted(
        id=name,
        type="content",
        at=_now(),
        visibility=Visibility.PUBLIC,
        content_id=name,
        account_id=f"account of {name}",
        kind="image",
        hashes=Hashes(sha256=sha256),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> int:
    """0 where enough was spared."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--incidents", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with Arena() as place:
        place.create("views")
        world = asyncio.run(measure(place.url("views"), incidents=given.incidents, seed=given.seed))
    spared = 1 - world.reveals / world.items
    print(f"incidents {given.incidents}, cases {world.decided}, items {world.items}")
    print(f"views {world.reveals}: {world.reveals / given.incidents:.2f} an incident,")
    print(f"against {world.items / given.incidents:.2f} item by item: {spared:.1%} fewer")
    return 0 if spared >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
