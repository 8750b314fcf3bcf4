"""The ways to lose what a fault touched, each done to a real incident."""

from datetime import timedelta

from tests.fixtures.house import Rooms
from tests.fixtures.incidents import fault, opened


async def item_left_out(rooms: Rooms) -> str:
    """A frozen set that somebody makes smaller afterwards."""
    incident = await left(rooms)
    await rooms.rows("DELETE FROM incident_item WHERE incident_id = %(id)s", id=incident)
    return incident


async def row_gone(rooms: Rooms) -> str:
    """An incident that somebody would rather not have named."""
    incident = await left(rooms)
    await rooms.rows("DELETE FROM incident WHERE id = %(id)s", id=incident)
    return incident


async def left(rooms: Rooms) -> str:
    """A fault that was named, and that is all."""
    await rooms.take(await rooms.caller())
    named = fault(rooms)
    incident = await opened(rooms, named=named)
    ((known,),) = await rooms.rows("SELECT id FROM incident")
    assert known == incident.id
    await rooms.rows(
        "UPDATE incident SET opened_at = %(now)s", now=rooms.clock.now() - timedelta(minutes=1)
    )
    return str(incident.id)
