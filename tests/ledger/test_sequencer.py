import asyncio
from datetime import timedelta

import msgspec
import psycopg
import pytest

from tests.fixtures.house import Rooms, id_of
from tutela.drills.proving import proves
from tutela.ledger import proofs
from tutela.ledger.proofs import NoSuchSize, NotInLedger, WhichLog
from tutela.ledger.sequencer import Deposed, Sequencer


async def _indexes(rooms: Rooms) -> dict[str, int | None]:
    rows = await rooms.rows("SELECT fact_id::text, leaf_index FROM ledger_leaf")
    return dict(rows)


async def test_every_committed_fact_gets_a_dense_place(rooms: Rooms) -> None:
    caller = await rooms.caller()
    for _ in range(5):
        await rooms.take(caller)
    assert await rooms.sequencer.sequence_all() == 5
    assert set((await _indexes(rooms)).values()) == {0, 1, 2, 3, 4}


async def test_a_fact_that_commits_late_under_a_lower_id_gets_its_place(rooms: Rooms) -> None:
    caller = await rooms.caller()
    early = await rooms.take(caller)
    late = await rooms.take(caller)
    await rooms.rows("CREATE TABLE parked AS SELECT * FROM ledger_leaf WHERE false")
    async with rooms.pool.connection() as slow:
        await slow.execute("SELECT set_config('tutela.tenant', '*', true)")
        await slow.execute("ALTER TABLE notice DROP CONSTRAINT notice_id_fkey")
        await slow.execute(
            "INSERT INTO parked SELECT * FROM ledger_leaf WHERE fact_id = %s", (early.id,)
        )
        await slow.execute("DELETE FROM ledger_leaf WHERE fact_id = %s", (early.id,))
    async with rooms.pool.connection() as slow:
        await slow.execute("SELECT set_config('tutela.tenant', '*', true)")
        await slow.execute("INSERT INTO ledger_leaf SELECT * FROM parked")
        assert await rooms.sequencer.sequence_all() == 1
    assert await rooms.sequencer.sequence_all() == 1
    assert await _indexes(rooms) == {late.id: 0, early.id: 1}


async def test_two_sequencers_never_write_the_same_log(rooms: Rooms) -> None:
    caller = await rooms.caller()
    await rooms.take(caller)
    await rooms.sequencer.sequence("main")
    successor = Sequencer(rooms.pool, keys=rooms.keys, clock=rooms.clock.now)
    await rooms.take(caller)
    assert await successor.sequence("main") == 1
    await rooms.take(caller)
    with pytest.raises(Deposed):
        await rooms.sequencer.sequence("main")
    assert await successor.sequence("main") == 1


async def test_sequencing_while_notices_come_in_leaves_no_gap(rooms: Rooms) -> None:
    caller = await rooms.caller()

    async def send() -> None:
        for _ in range(30):
            await rooms.take(caller)

    async def sequence(done: asyncio.Event) -> None:
        while not done.is_set():
            await rooms.sequencer.sequence_all()
            await asyncio.sleep(0)

    done = asyncio.Event()
    sequencing = asyncio.create_task(sequence(done))
    await asyncio.gather(*(send() for _ in range(4)))
    done.set()
    await sequencing
    await rooms.sequencer.sequence_all()
    places = [place for place in (await _indexes(rooms)).values() if place is not None]
    assert sorted(places) == list(range(120))


async def test_heads_never_go_back_in_time(rooms: Rooms) -> None:
    caller = await rooms.caller()
    rooms.clock.ahead = timedelta(minutes=5)
    await rooms.take(caller)
    await rooms.sequencer.sequence("main")
    rooms.clock.ahead = timedelta()
    await rooms.take(caller)
    await rooms.sequencer.sequence("main")
    heads = await rooms.rows("SELECT at FROM ledger_head ORDER BY size")
    assert heads == sorted(heads)
    assert len(heads) == 2


async def test_a_receipt_is_proved_to_a_stranger_across_many_tiles(rooms: Rooms) -> None:
    caller = await rooms.caller()
    accepted = [await rooms.take(caller) for _ in range(3)]
    await rooms.sequencer.sequence_all()
    await asyncio.gather(*(rooms.take(caller) for _ in range(600)))
    await rooms.sequencer.sequence_all()
    for each in accepted:
        leaf_hash = bytes.fromhex(each.receipt.leaf_hash)
        proof = await proofs.inclusion(rooms.pool, leaf_hash=leaf_hash)
        assert proof is not None
        told = _as_told(proof)
        assert proves(told, leaf_hash=leaf_hash, public_key=rooms.keys.public_key)
        assert not proves(told, leaf_hash=bytes(32), public_key=rooms.keys.public_key)


async def test_a_leaf_without_a_place_has_no_proof_yet(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller())
    leaf_hash = bytes.fromhex(accepted.receipt.leaf_hash)
    assert await proofs.inclusion(rooms.pool, leaf_hash=leaf_hash) is None
    with pytest.raises(NotInLedger):
        await proofs.inclusion(rooms.pool, leaf_hash=bytes(32))


async def test_with_several_tenants_a_head_is_asked_by_the_name_of_its_log(rooms: Rooms) -> None:
    ours = await rooms.caller()
    theirs = await rooms.caller(tenant="other")
    await rooms.take(ours)
    with pytest.raises(WhichLog):
        await proofs.head(rooms.pool, log_id=None)
    with pytest.raises(NotInLedger):
        await proofs.head(rooms.pool, log_id=theirs.log_id)
    await rooms.sequencer.sequence_all()
    assert (await proofs.head(rooms.pool, log_id=ours.log_id)).size == 1
    with pytest.raises(NotInLedger):
        await proofs.head(rooms.pool, log_id="unknown")


async def test_consistency_is_proved_for_sizes_that_the_log_had(rooms: Rooms) -> None:
    caller = await rooms.caller()
    for _ in range(5):
        await rooms.take(caller)
    await rooms.sequencer.sequence_all()
    proof = await proofs.consistency(rooms.pool, log_id=None, old_size=3, new_size=5)
    assert (proof.from_size, proof.to_size) == (3, 5)
    assert proof.path
    for old, new in ((4, 3), (0, 6), (-1, 3)):
        with pytest.raises(NoSuchSize):
            await proofs.consistency(rooms.pool, log_id=None, old_size=old, new_size=new)


async def test_a_leaf_can_not_be_written_twice(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller())
    with pytest.raises(psycopg.errors.UniqueViolation):
        await rooms.rows(
            "INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)"
            " SELECT gen_random_uuid(), tenant, fact_type, at, content, leaf_hash FROM ledger_leaf"
            " WHERE fact_id = %(id)s",
            id=id_of(accepted),
        )


def _as_told(proof: proofs.Inclusion) -> dict[str, object]:
    told: dict[str, object] = msgspec.json.decode(msgspec.json.encode(proof))
    return told
