from datetime import timedelta
from hashlib import sha256

from tests.fixtures.house import Rooms
from tutela.access.replays import Once, Replays, Use, forget_expired


def use(rooms: Rooms, *, kind: Once = Once.HTTP_SIGNATURE) -> Use:
    return Use(kind, sha256(b"once").digest(), rooms.clock.now() + timedelta(hours=1))


async def test_a_use_is_remembered_for_its_kind_alone(rooms: Rooms) -> None:
    replays = Replays(rooms.pool, clock=rooms.clock.now)
    assert not await replays.is_remembered(use(rooms))
    await replays.remember(use(rooms))
    await replays.remember(use(rooms))
    assert await replays.is_remembered(use(rooms))
    assert not await replays.is_remembered(use(rooms, kind=Once.SERVICE_AUTH))


async def test_another_process_knows_it_too(rooms: Rooms) -> None:
    await Replays(rooms.pool, clock=rooms.clock.now).remember(use(rooms))
    assert await Replays(rooms.pool, clock=rooms.clock.now).is_remembered(use(rooms))


async def test_what_is_too_old_is_forgotten(rooms: Rooms) -> None:
    replays = Replays(rooms.pool, clock=rooms.clock.now)
    remembered = use(rooms)
    await replays.remember(remembered)
    await forget_expired(rooms.pool, now=rooms.clock.now())
    assert await replays.is_remembered(remembered)
    rooms.clock.ahead = timedelta(hours=2)
    assert not await replays.is_remembered(remembered)
    await forget_expired(rooms.pool, now=rooms.clock.now())
    assert await rooms.rows("SELECT * FROM replay_memory") == []
