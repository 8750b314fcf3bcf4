"""The guard: what is listed, objected to and rising, where it leaks, who tries it out."""

import os
from datetime import timedelta
from uuid import UUID

from tests.console.looks.place import Filling
from tests.fixtures.drifting import look_through, risen
from tests.fixtures.governing import chance_words, governance_room, listed, person, tag
from tests.fixtures.governing import proposed as proposed_by
from tests.fixtures.surfaces import Publishing, simulated, small_world
from tutela.domain.vocabulary import Role
from tutela.drills.surfaces.asking import NobodyAsked
from tutela.guard.asking import ItemKind, Surface
from tutela.guard.governance.entries import EntryAsked
from tutela.guard.governance.objecting import ObjectedTo, object_to
from tutela.guard.probing import Trait
from tutela.guard.propagation.keeping import Book
from tutela.guard.propagation.rounds import Rounds
from tutela.guard.publishing.alarms import Probed, tell

BELOW = "/console/{service}/guard"
GUARD = "/console/main/guard"


async def guarded(filling: Filling) -> None:
    """Every screen of the guard."""
    await filling.person("reader-1", role=Role.AUDITOR)
    await _rising(filling)
    entry = await _entries(filling)
    await _objection(filling)
    await _surfaces(filling)
    await _probed(filling)
    await _switched(filling)
    for path in ("", "/propose", "/objections", "/leads", "/surfaces", "/probing", "/emergency"):
        filling.see(BELOW + path)
    filling.see(BELOW, at=f"{GUARD}?show=all")
    filling.see(BELOW, who="reader-1")
    filling.see(f"{BELOW}/entries/{{entry_id}}", at=f"{GUARD}/entries/{entry}")
    filling.see(f"{BELOW}/entries/{{entry_id}}", at=f"{GUARD}/entries/{entry}", who="lead-2")
    filling.see(f"{BELOW}/entries/{{entry_id}}/preview", at=f"{GUARD}/entries/{entry}/preview")


async def _entries(filling: Filling) -> UUID:
    """An entry that waits for a second person, and the form with and without a fault."""
    one = await person(filling.web.house, name="lead-1")
    taken = await proposed_by(
        filling.web.house,
        EntryAsked(kind=ItemKind.ACCOUNT, value=filling.words.of("a listed account", length=512)),
        by=one,
    )
    form = {
        "values": filling.words.of("what is to be listed", length=200),
        "kind": "tag",
        "verdict": "block",
        "reason": filling.words.of("why it is to be listed"),
    }
    filling.send(f"{BELOW}/propose/preview", form={**form, "kind": "text"})
    filling.send(f"{BELOW}/propose", form={**form, "reason": ""}, status=422)
    return UUID(taken.entries[0])


async def _objection(filling: Filling) -> None:
    house = filling.web.house
    (word,) = chance_words(1, seed=9)
    two = (await person(house, name="lead-2"), await person(house, name="lead-3"))
    await listed(house, tag(word), by=two)
    said = ObjectedTo(
        surface=Surface.HASHTAG,
        kind=ItemKind.TAG,
        value=word,
        text=filling.words.of("an objection"),
    )
    app = await house.desk.caller(f"Bearer {await filling.web.new_token()}")
    await object_to(governance_room(house), caller=app, said=said)
    ((objection,),) = await house.rows("SELECT id FROM guard_objection")
    filling.see(f"{BELOW}/objections/{{objection_id}}", at=f"{GUARD}/objections/{objection}")


async def _rising(filling: Filling) -> None:
    await risen(filling.web)
    await look_through(filling.web)
    ((lead,),) = await filling.web.house.rows("SELECT id FROM guard_lead LIMIT 1")
    filling.see(f"{BELOW}/leads/{{lead_id}}", at=f"{GUARD}/leads/{lead}")
    filling.see(f"{BELOW}/leads/{{lead_id}}/preview", at=f"{GUARD}/leads/{lead}/preview")


async def _surfaces(filling: Filling) -> None:
    """One surface is behind and shows what is blocked."""
    house, clock = filling.web.house, filling.web.house.clock.now
    published = Publishing(small_world())
    published.publish()
    published.now = clock() - timedelta(seconds=90)
    published.stuck = {Surface.SEARCH}
    published.publish()
    published.guards[Surface.SEARCH] = NobodyAsked()
    await house.rows(
        "INSERT INTO guard_publication (tenant, service, version, confirmed_at)"
        " VALUES ('main', 'main', 2, %(at)s)",
        at=clock(),
    )
    book = Book(
        pool=house.pool, keys=house.keys, clock=clock, chance=os.urandom, period_seconds=20.0
    )
    async with simulated(published.world, published=published) as (probes, probe):
        await Rounds(
            probes=probes,
            probe=probe,
            holdings=published,
            book=book,
            clock=clock,
            chance=os.urandom,
        ).turn()


async def _probed(filling: Filling) -> None:
    house, now = filling.web.house, filling.web.house.clock.now()
    probed = Probed(
        caller=await house.desk.caller(f"Bearer {await filling.web.new_token()}"),
        viewer_key=os.urandom(16),
        trait=Trait.NEAR_MISS,
        at=now,
        shut_until=now + timedelta(minutes=15),
    )
    async with house.pool.connection() as connection:
        await connection.execute("SELECT set_config('tutela.tenant', 'main', true)")
        await tell(connection, probed=probed)


async def _switched(filling: Filling) -> None:
    """A surface that is shut, and the page that asks once more before another is."""
    lead = filling.people["lead-1"]
    form = {
        "surface": "search",
        "mode": "shut",
        "hours": "2",
        "reason": "a flood of bad answers",
    }
    given = await lead.post(f"{GUARD}/emergency", data=form)
    assert given.status_code == 303, given.text
    again = {**form, "surface": "typeahead", "reason": filling.words.of("why a surface is shut")}
    filling.send(f"{BELOW}/emergency/check", form=again)
