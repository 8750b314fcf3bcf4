"""Networks, rooms of investigations and decisions about many."""

import re

from tests.console.looks.place import Filling
from tests.console.working import reported
from tests.fixtures.bulk import account, head, room_of, send
from tests.fixtures.governing import person
from tests.fixtures.networking import RING, SEEDS, edges, platform_told
from tests.fixtures.networking import room_of as network_room_of
from tutela.decisions.bulk.running import run_due
from tutela.networks.stored.running import work_off

NETWORKS = "/console/{service}/networks"
ROOMS = "/console/{service}/rooms"
BULK = "/console/{service}/bulk"


async def found(filling: Filling) -> None:
    """Every screen about many accounts at once."""
    await _networks(filling)
    await _room(filling)
    await _bulk(filling)
    for path in (NETWORKS, f"{NETWORKS}/new", ROOMS, BULK):
        filling.see(path)


async def _networks(filling: Filling) -> None:
    """A group whose first member was opened, and a search that waits."""
    lead, place = filling.people["lead-1"], "/console/main/networks"
    await platform_told(filling.web, pairs=edges())
    form = {"reason": "three reports", "seeds": "\n".join(SEEDS)}
    run = (await lead.post(f"{place}/runs", data=form)).headers["location"]
    assert await work_off(network_room_of(filling.web)) == 1
    (case,) = set(re.findall(rf"{place}/cases/[0-9a-f-]+", (await lead.get(run)).text))
    ids = re.findall(r'action="([^"]*/leads/[0-9a-f-]+/open)"', (await lead.get(case)).text)
    why = filling.words.of("why an account is opened")
    assert (await lead.post(ids[0], data={"reason": why})).status_code < 400
    await _member_reported(filling)
    waiting = (await lead.post(f"{place}/runs", data={**form, "key": "another"})).headers
    for at in (run, waiting["location"]):
        filling.see(f"{NETWORKS}/runs/{{run_id}}", at=at)
    filling.see(f"{NETWORKS}/cases/{{case_id}}", at=case)
    filling.see(f"{NETWORKS}/cases/{{case_id}}/hand-over", at=f"{case}/hand-over")
    filling.send(f"{NETWORKS}/leads/{{lead_id}}/open", at=ids[1], form={"reason": "to compare"})


async def _member_reported(filling: Filling) -> None:
    """A case about an account of the group, and where it stands there."""
    await reported(filling.web, subjects=[{"kind": "account", "id": RING[7]}])
    ((case_id,),) = await filling.web.house.rows("SELECT max(id::text) FROM case_file")
    at = f"/console/main/cases/{case_id}"
    filling.see("/console/{service}/cases/{id}", at=at)
    filling.see("/console/{service}/cases/{id}/network", at=f"{at}/network")


async def _room(filling: Filling) -> None:
    lead, place, words = filling.people["lead-1"], "/console/main/rooms", filling.words
    form = {
        "title": words.of("a room's title", length=200),
        "reason": words.of("what a room is for"),
        "key": "room-1",
    }
    room = (await lead.post(place, data=form)).headers["location"]
    entry = {
        "kind": "account",
        "ref": words.of("an account in a room", length=512),
        "text": words.of("a note in a room"),
        "key": "entry-1",
    }
    assert (await lead.post(f"{room}/entries", data=entry)).status_code == 303
    filling.see(f"{ROOMS}/{{room_id}}", at=room)


async def _bulk(filling: Filling) -> None:
    """A draft, one that needs another person, and one that is decided."""
    house, words = filling.web.house, filling.words
    caller = await person(house, name="lead-1")
    shared = {
        "explanation": words.of("what many are told"),
        "terms_clause": words.of("the clause that many broke", length=500),
    }
    lines = [head(**shared)]
    hostile = words.of("an account of many", length=512)
    lines += [account(hostile, facts=words.of("facts of many")), account("a-1")]
    large = [*lines, *(account(f"b-{number}") for number in range(120))]
    room = room_of(house)
    waits = (await send(room, caller=caller, lines=large, key="batch-1")).id
    draft = (await send(room, caller=caller, lines=lines, key="batch-2")).id
    done = (await send(room, caller=caller, lines=[head(), account("c-1")], key="batch-3")).id
    lead, place = filling.people["lead-1"], "/console/main/bulk"
    for bulk_id in (waits, draft, done):
        assert (await lead.get(f"{place}/{bulk_id}")).status_code == 200
        filling.see(f"{BULK}/{{bulk_id}}", at=f"{place}/{bulk_id}")
    assert (await lead.post(f"{place}/{done}/run", data={"rate_per_second": ""})).status_code == 303
    await run_due(room)
