"""What is listed and decided becomes a version once, is sealed at rest, and is a leaf."""

import itertools
import json
from datetime import timedelta

import pytest

from tests.fixtures.deciding import action, at_work, claim, decided
from tests.fixtures.guarding import MAIN, Guarded, blocked
from tests.fixtures.house import Rooms
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import tenant_transaction
from tutela.domain.vocabulary import Mark, Role
from tutela.guard.asking import Item, ItemKind, Reason, Result, Surface, Verdict
from tutela.guard.publishing import stored
from tutela.guard.publishing.canaries import canary_text
from tutela.guard.publishing.confirmed import Confirmed
from tutela.guard.publishing.listing import Listing
from tutela.guard.sealing import open_published
from tutela.guard.snapshot import Mode, Named, Snapshot

WORD = "zorvaplim"
OTHER = "quibdrastel"


async def newest_snapshot(rooms: Rooms) -> Snapshot:
    async with rooms.pool.connection() as connection:
        await connection.execute("SELECT set_config('tutela.tenant', '*', true)")
        newest = await stored.newest_of(connection, place=MAIN)
        assert newest is not None
        found = await stored.published(
            connection, place=MAIN, version=newest.version, keys=rooms.keys
        )
    assert found is not None
    return open_published(found).snapshot


async def test_a_service_with_nothing_listed_has_a_version_all_the_same(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    assert guarded.keeper.of(MAIN) is None
    assert await guarded.turn() == 1
    standing = guarded.keeper.standing(MAIN)
    assert standing is not None
    assert (standing.version, standing.degraded) == (1, False)


async def test_a_version_is_published_once_and_only_where_something_changed(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    assert await guarded.publish(blocked(WORD)) == 1
    assert await guarded.turn() == 0
    assert await guarded.publish(blocked(WORD)) == 0
    assert await guarded.new_publisher().turn() == 0
    assert await guarded.publish(blocked(WORD), blocked(OTHER)) == 1
    versions = await rooms.rows("SELECT version FROM guard_snapshot ORDER BY version")
    assert versions == [(1,), (2,)]


async def test_a_version_is_a_leaf_that_tells_counts_and_no_value(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    listing = Listing(
        texts=(blocked(WORD),),
        named=(Named(ItemKind.ACCOUNT, "a-1", Verdict.ALLOW, "n-1"),),
        modes={Surface.SEARCH: Mode.SHUT},
    )
    guarded.source.put(listing)
    await guarded.turn()
    ((content,),) = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'guard.published'"
    )
    projection = json.loads(bytes(content))["projection"]
    assert projection == {
        "version": 1,
        "texts": 1,
        "named": {"account": 1},
        "networks": 1,
        "shut": ["search"],
    }
    assert WORD.encode() not in bytes(content)


async def test_nothing_that_is_listed_lies_readable_in_the_database(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    ((row,),) = await rooms.rows(
        "SELECT manifest || body || sealed_key || sealed_body FROM guard_snapshot"
    )
    assert WORD.encode() not in bytes(row)
    assert (await newest_snapshot(rooms)).texts == (blocked(WORD),)


async def test_the_newest_few_versions_are_kept(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    for number in range(7):
        await guarded.publish(blocked(f"{WORD}{number}"))
    versions = await rooms.rows("SELECT version FROM guard_snapshot ORDER BY version")
    assert versions == [(3,), (4,), (5,), (6,), (7,)]


async def test_a_version_carries_its_canary(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    kept = guarded.keeper.of(MAIN)
    assert kept is not None
    canary = canary_text(rooms.keys, service="main/main", version=1)
    next_one = canary_text(rooms.keys, service="main/main", version=2)
    assert kept.decider.verdict(Surface.SEARCH, canary).verdict is Verdict.BLOCK
    assert kept.decider.verdict(Surface.SEARCH, next_one).verdict is Verdict.ALLOW


async def test_each_service_has_its_own_list(rooms: Rooms) -> None:
    await rooms.caller()
    await rooms.caller(tenant="other", service="web")
    guarded = Guarded(rooms)
    assert await guarded.publish(blocked(WORD)) == 2
    standings = guarded.keeper.standings()
    assert {str(place): each.version for place, each in standings.items()} == {
        "main/main": 1,
        "other/web": 1,
    }
    other = next(place for place in standings if place.tenant == "other")
    kept = guarded.keeper.of(other)
    assert kept is not None
    assert kept.decider.verdict(Surface.SEARCH, WORD).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("measure", "territory", "expected"),
    [
        ("visibility_removed", None, Verdict.BLOCK),
        ("visibility_removed", ["DE"], Verdict.RESTRICT),
        ("visibility_demoted", None, Verdict.RESTRICT),
        ("visibility_labelled", None, Verdict.ALLOW),
    ],
)
async def test_what_a_person_decided_about_content_holds_on_surfaces_until_it_is_undone(
    rooms: Rooms, measure: str, territory: list[str] | None, expected: Verdict
) -> None:
    guarded = Guarded(rooms)
    on: dict[str, object] = {"kind": "content", "id": "post-1"}
    reviewer, lease, items = await at_work(rooms, subjects=[on])
    await guarded.turn()
    measures = [{"kind": measure, "subject": on, "territory": territory}]
    body = action(lease, items=items, on=on, measures=measures)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    await guarded.turn()

    def verdict() -> Result:
        kept = guarded.keeper.of(MAIN)
        assert kept is not None
        item = Item(kind=ItemKind.CONTENT, value="post-1")
        return kept.decider.results(Surface.RECOMMENDATION, [item])[0]

    assert verdict().verdict is expected
    if expected is not Verdict.ALLOW:
        assert verdict().reason is Reason.CONFIRMED
    await rooms.rows(
        "UPDATE measure SET undone_at = now(), undone_why = 'undone', state = 'lifted'"
    )
    await guarded.turn()
    assert verdict().verdict is Verdict.ALLOW


async def test_measures_that_take_long_to_read_are_read_less_often(rooms: Rooms) -> None:
    await rooms.caller()
    readings = itertools.count(0.0, 0.1)
    confirmed = Confirmed(MAIN, keys=rooms.keys, monotonic=lambda: next(readings))
    on: dict[str, object] = {"kind": "content", "id": "post-1"}
    reviewer, lease, items = await at_work(rooms, subjects=[on])
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        before = await confirmed.stamp(connection)
    await decided(rooms, reviewer=reviewer, lease=lease, body=action(lease, items=items, on=on))
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        stamps = [await confirmed.stamp(connection) for _ in range(30)]
    assert (stamps[0], stamps[-1] == before) == (before, False)


async def test_what_a_drill_decides_is_not_published(rooms: Rooms) -> None:
    guarded = Guarded(rooms)
    on: dict[str, object] = {"kind": "content", "id": "post-1"}
    accepted = await rooms.take(await rooms.caller(mark=Mark.DRILL), subjects=[on])
    reviewer = await rooms.caller(Role.REVIEWER, mark=Mark.DRILL)
    lease = await claim(rooms, reviewer=reviewer)
    assert lease is not None
    body = action(lease, items=[item.id for item in accepted.items], on=on)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    await guarded.turn()
    assert (await newest_snapshot(rooms)).named == ()


async def test_the_age_rises_while_nobody_publishes_and_the_last_good_one_stays(
    rooms: Rooms,
) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    guarded.seconds.now += 100
    standing = guarded.keeper.standing(MAIN)
    assert standing is not None
    assert 100 <= standing.age_seconds < 110
    rooms.clock.ahead += timedelta(seconds=400)
    await guarded.keeper.refresh()
    standing = guarded.keeper.standing(MAIN)
    assert standing is not None
    assert (standing.version, standing.degraded) == (1, True)
    await guarded.turn()
    standing = guarded.keeper.standing(MAIN)
    assert standing is not None
    assert not standing.degraded


async def test_a_snapshot_that_does_not_open_leaves_the_last_good_one(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    guarded.source.put(Listing(texts=(blocked(OTHER),)))
    await guarded.publisher.turn()
    await rooms.rows("UPDATE guard_snapshot SET body = substr(body, 1, 20) WHERE version = 2")
    await guarded.keeper.refresh()
    kept = guarded.keeper.of(MAIN)
    assert kept is not None
    assert kept.decider.version == 1
    assert kept.decider.verdict(Surface.SEARCH, WORD).verdict is Verdict.BLOCK


async def test_without_the_database_the_last_good_one_goes_on_and_its_age_rises(
    rooms: Rooms,
) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    await rooms.pool.close()
    guarded.seconds.now += 301
    with pytest.raises(DatabaseUnavailable):
        await guarded.keeper.refresh()
    kept, standing = guarded.keeper.of(MAIN), guarded.keeper.standing(MAIN)
    assert kept is not None
    assert standing is not None
    assert kept.decider.verdict(Surface.SEARCH, WORD).verdict is Verdict.BLOCK
    assert standing.degraded


async def restored(rooms: Rooms, *, version: int) -> None:
    """As a backup of the time of that version leaves it, without what was published after it."""
    for table in ("guard_snapshot", "guard_version"):
        await rooms.rows(f"DELETE FROM {table} WHERE version > {version}")
    await rooms.rows("UPDATE guard_publication SET version = %(v)s, content_digest = ''", v=version)


async def test_a_house_that_was_restored_is_believed_whatever_its_versions_are(
    rooms: Rooms,
) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    for word in (OTHER, "mordantvex", "trevandok"):
        await guarded.publish(blocked(WORD), blocked(word))
        kept = guarded.keeper.of(MAIN)
        assert kept is not None
        assert kept.decider.version == 2
        assert kept.decider.verdict(Surface.SEARCH, word).verdict is Verdict.BLOCK
        await restored(rooms, version=1)
    await guarded.keeper.refresh()
    kept = guarded.keeper.of(MAIN)
    assert kept is not None
    assert kept.decider.version == 1
