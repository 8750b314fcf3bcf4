"""Messages that are not delivered are counted with the reason, and a dead one can be sent again."""

from uuid import UUID

import pytest

from tests.fixtures.deciding import action, claimed, decided, subject
from tests.fixtures.house import Rooms
from tutela.decisions.dead_letters import Standing, UnknownMessage, backlog, revive
from tutela.decisions.endpoints import Station
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role

MAIN = Station(tenant="main", service="main")
NOBODY = UUID("00000000-0000-7000-8000-000000000000")


async def outbox(rooms: Rooms) -> list[UUID]:
    """The three messages of one decision."""
    accepted = await rooms.take(await rooms.caller(), subjects=[subject("one")])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = action(lease, items=[accepted.items[0].id], on=subject("one"))
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    return [row_id for (row_id,) in await rooms.rows("SELECT id FROM outbox ORDER BY place")]


async def kill(rooms: Rooms, *, message_id: UUID) -> None:
    await rooms.rows(
        "UPDATE outbox SET dead_at = now(), owner = 'lead', attempts = 12 WHERE id = %(id)s",
        id=message_id,
    )


async def test_each_undelivered_message_is_counted_where_it_stands(rooms: Rooms) -> None:
    first, second, third = await outbox(rooms)
    found = [
        (each.kind, each.standing)
        for each in await backlog(rooms.pool, tenant="main", now=rooms.clock.now())
    ]
    assert found == [
        (kind, Standing.NOT_CONFIGURED)
        for kind in ("measure.apply", "notice.answered", "statement.issued")
    ]
    await rooms.rows(
        "INSERT INTO webhook_endpoint VALUES ('main', 'main', 'https://x.example/', '', '', now())"
    )
    await kill(rooms, message_id=first)
    await rooms.rows("UPDATE outbox SET last_error = 'x' WHERE id = %(id)s", id=second)
    found = [
        (each.kind, each.standing)
        for each in await backlog(rooms.pool, tenant="main", now=rooms.clock.now())
    ]
    assert found == [
        ("measure.apply", Standing.DEAD),
        ("notice.answered", Standing.DUE),
        ("statement.issued", Standing.FAILING),
    ]
    await rooms.rows("UPDATE outbox SET done_at = now() WHERE id = %(id)s", id=third)
    left = await backlog(rooms.pool, tenant="main", now=rooms.clock.now())
    assert [(each.service, each.count) for each in left] == [("main", 1)] * 2
    assert await backlog(rooms.pool, tenant="other", now=rooms.clock.now()) == []


async def test_a_dead_message_is_due_again_under_its_id_with_all_its_attempts(
    rooms: Rooms,
) -> None:
    first, _, _ = await outbox(rooms)
    await kill(rooms, message_id=first)
    now = rooms.clock.now()
    await revive(rooms.pool, station=MAIN, message_id=first, now=now)
    rows = await rooms.rows(
        "SELECT dead_at, owner, attempts, due_at FROM outbox WHERE id = %(id)s", id=first
    )
    assert rows == [(None, None, 0, now)]


async def test_only_what_is_dead_can_be_revived(rooms: Rooms) -> None:
    first, second, _ = await outbox(rooms)
    await rooms.rows("UPDATE outbox SET done_at = now() WHERE id = %(id)s", id=first)
    for message_id in (first, second):
        with pytest.raises(IllegalTransition):
            await revive(rooms.pool, station=MAIN, message_id=message_id, now=rooms.clock.now())


async def test_a_message_of_another_service_is_unknown(rooms: Rooms) -> None:
    first, _, _ = await outbox(rooms)
    await kill(rooms, message_id=first)
    stranger = Station(tenant="main", service="other")
    for station, message_id in ((stranger, first), (MAIN, NOBODY)):
        with pytest.raises(UnknownMessage):
            await revive(rooms.pool, station=station, message_id=message_id, now=rooms.clock.now())
