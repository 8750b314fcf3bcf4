"""For whom the doors speak that ask for no token."""

from itertools import count

import pytest

from tests.fixtures.house import Rooms
from tutela.access.services import NoPublicService, PublicService, public_caller
from tutela.domain.vocabulary import Channel, Mark, Role


async def test_the_public_service_is_the_one_that_was_named(rooms: Rooms) -> None:
    public = PublicService(rooms.pool, named="main/main", monotonic=lambda: 0.0)
    caller = public_caller(await public.find(), name="form")
    assert (caller.tenant, caller.service, caller.name) == ("main", "main", "form")
    assert (caller.role, caller.channels) == (Role.SERVICE, (Channel.USER,))
    assert caller.mark is Mark.REAL


async def test_a_service_that_is_not_there_is_unavailable_until_it_is(rooms: Rooms) -> None:
    public = PublicService(rooms.pool, named="main/new", monotonic=lambda: 0.0)
    with pytest.raises(NoPublicService):
        await public.find()
    await rooms.caller(service="new")
    assert (await public.find()).service == "new"


async def test_it_is_remembered_for_some_seconds(rooms: Rooms) -> None:
    seconds = count(0, 4)
    public = PublicService(rooms.pool, named="main/main", monotonic=lambda: next(seconds))
    first = await public.find()
    assert await public.find() is first
    assert await public.find() is not first
