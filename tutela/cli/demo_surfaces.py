"""The demo's four surfaces: a platform that asks the guard, and staff who list what is planted."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tutela.access import users
from tutela.access.founding import MAIN
from tutela.access.persons import at_terminal
from tutela.access.tokens import Caller, Grant, create
from tutela.access.users import Person, generated_password
from tutela.app import House
from tutela.app.guarding import governance_room
from tutela.domain.vocabulary import Channel, Role
from tutela.drills.surfaces.connecting import Connection
from tutela.drills.surfaces.listing import entries_of
from tutela.drills.surfaces.staff import Staff
from tutela.drills.surfaces.world import SEED, Size, World, make_world
from tutela.guard.governance.entries import EntryAsked

READY: Final = "ready "
VISITS_PER_SECOND: Final = 1.0
#: Of the planted tags and queries, one in so many is not listed yet: it is found by who uses it.
UNLISTED_EVERY: Final = 4


#: How the guard's probes ask the surfaces, as `TUTELA_GUARD_PROBES` has it. They ask for little:
#: beside the few people of a demo they would be taken for somebody who tries out what is listed.
PROBES: Final = """\
sample = 2

[[surface]]
name = "search"
surface = "search"
url = "{url}/search?q={{value}}"
results = "/results"
blocked = "/blocked"
controls = {queries}

[[surface]]
name = "typeahead"
surface = "typeahead"
url = "{url}/typeahead?q={{value}}"
results = "/results"
blocked = "/blocked"
controls = {queries}

[[surface]]
name = "tags"
surface = "hashtag"
url = "{url}/tags/{{value}}"
results = "/results"
blocked = "/blocked"
controls = {tags}

[[surface]]
name = "topics"
surface = "recommendation"
asks = "tag"
url = "{url}/recommendations?topic={{value}}"
results = "/results"
blocked = "/blocked"
controls = {tags}
"""
CONTROLS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfacesProcess:
    """The platform's surfaces as they run, and what they wait for."""

    url: str
    connection_file: Path
    #: What the service is told of it.
    told: Mapping[str, str]

    def connect(self, known: Connection) -> None:
        """From now on its surfaces ask the server."""
        unfinished = self.connection_file.with_suffix(".new")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(msgspec.json.encode(known))
        unfinished.replace(self.connection_file)


@contextmanager
def surfaces_process(folder: Path, *, visits_per_second: float = 0.0) -> Iterator[SurfacesProcess]:
    """The platform's surfaces as a process of their own, which ends with the context."""
    folder.mkdir(parents=True, exist_ok=True)
    connection_file = folder / "surfaces.json"
    connection_file.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "tutela.drills.surfaces"]
    command += ["--connection", str(connection_file), "--folder", str(folder / "surfaces")]
    command += ["--visits-per-second", str(visits_per_second)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            url = (process.stdout.readline() if process.stdout else "").removeprefix(READY).strip()
            told = {"TUTELA_GUARD_PROBES": str(write_probes(folder, url=url))}
            yield SurfacesProcess(url=url, connection_file=connection_file, told=told)
        finally:
            process.send_signal(signal.SIGTERM)


def write_probes(folder: Path, *, url: str) -> Path:
    """The file by which the surfaces at the URL are probed."""
    words = demo_world().vocabulary
    path = folder / "probes.toml"
    path.write_text(
        PROBES.format(
            url=url,
            queries=json.dumps(words.queries[:CONTROLS]),
            tags=json.dumps(words.tags[:CONTROLS]),
        ),
        encoding="utf-8",
    )
    return path


def planted_entries(world: World) -> tuple[EntryAsked, ...]:
    """What the demo lists: most of what is planted."""
    entries = entries_of(world)
    return tuple(each for number, each in enumerate(entries, 1) if number % UNLISTED_EVERY)


def demo_world() -> World:
    """The world that the process serves."""
    return make_world(Size(), seed=SEED)


async def engage(
    house: House, *, url: str, entries: Sequence[EntryAsked], tenant: str = MAIN
) -> Connection:
    """What the surfaces are told: two people listed the entries, and the platform has tokens."""
    staff = Staff(
        room=governance_room(house),
        proposer=await _lead(house, name="proposer", tenant=tenant),
        approver=await _lead(house, name="approver", tenant=tenant),
    )
    await staff.list_entries(entries)
    return Connection(
        url=url,
        guard_token=await _token(house, role=Role.GUARD, tenant=tenant),
        service_token=await _token(house, role=Role.SERVICE, tenant=tenant),
    )


async def _lead(house: House, *, name: str, tenant: str) -> Caller:
    """A new user, who acts at the terminal."""
    called = f"{name}-{house.chance(3).hex()}"
    person = Person(tenant=tenant, name=called, role=Role.LEAD)
    await users.add(house.pool, person=person, password=generated_password(house.chance))
    return await at_terminal(house.pool, tenant=tenant, service=tenant, name=called)


async def _token(house: House, *, role: Role, tenant: str) -> str:
    grant = Grant(
        tenant=tenant,
        service=tenant,
        name=f"surfaces-{role}",
        role=role,
        channels=(Channel.USER,),
    )
    return await create(house.pool, grant=grant, now=house.clock(), chance=house.chance)
