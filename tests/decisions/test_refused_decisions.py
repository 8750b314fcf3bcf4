"""What a decision is refused for; of a refused one nothing is left."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.fixtures.deciding import (
    POST,
    action,
    at_work,
    claimed,
    decided,
    dismissal,
    escalation,
    held,
    subject,
    take_decision,
)
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.decisions.decide import parse_item_id
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.review import queue
from tutela.review.queue import Lease


async def refusal(
    rooms: Rooms, *, reviewer: Caller, lease: Lease, body: dict[str, object]
) -> TutelaError:
    """Why a decision is refused; nothing of it may be left."""
    before = await rooms.rows("SELECT count(*) FROM ledger_leaf")
    with pytest.raises(TutelaError) as caught:
        await take_decision(rooms, reviewer=reviewer, case_id=lease.case_id, body=body)
    assert await rooms.rows("SELECT count(*) FROM ledger_leaf") == before
    assert await rooms.rows("SELECT key FROM submission_key") == []
    return caught.value


async def test_a_lease_that_someone_else_has_now_decides_nothing(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    await queue.release(rooms.pool, caller=reviewer, held=held(lease), now=rooms.clock.now())
    heir = await rooms.caller(Role.REVIEWER)
    current = await claimed(rooms, reviewer=heir)
    body = dismissal(lease, items=items)
    assert (await refusal(rooms, reviewer=reviewer, lease=lease, body=body)).code == "stale_lease"
    stolen = dismissal(current, items=items)
    found = await refusal(rooms, reviewer=reviewer, lease=current, body=stolen)
    assert (found.code, found.status) == ("stale_lease", 409)
    await decided(rooms, reviewer=heir, lease=current, body=stolen)


async def test_a_lease_that_ran_out_decides_nothing_though_nobody_took_the_case(
    rooms: Rooms,
) -> None:
    reviewer, lease, items = await at_work(rooms)
    rooms.clock.ahead = lease.until - datetime.now(lease.until.tzinfo) + timedelta(seconds=1)
    body = dismissal(lease, items=items)
    assert (await refusal(rooms, reviewer=reviewer, lease=lease, body=body)).code == "stale_lease"


async def test_one_lease_decides_once(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    await rooms.take(await rooms.caller(), subjects=[POST])
    body = dismissal(lease, items=items)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    assert (await refusal(rooms, reviewer=reviewer, lease=lease, body=body)).code == "stale_lease"


async def test_a_token_of_no_lease_decides_nothing(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    body = {**dismissal(lease, items=items), "lease_token": "none"}
    assert (await refusal(rooms, reviewer=reviewer, lease=lease, body=body)).code == "stale_lease"


async def test_an_answered_item_is_not_answered_again(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    later = await rooms.take(await rooms.caller(), subjects=[POST])
    await decided(rooms, reviewer=reviewer, lease=lease, body=dismissal(lease, items=items))
    again = await claimed(rooms, reviewer=reviewer)
    for make in (dismissal, escalation):
        body = make(again, items=[later.items[0].id, *items])
        found = await refusal(rooms, reviewer=reviewer, lease=again, body=body)
        assert (found.code, found.status) == ("item_not_open", 409)
        assert [error.pointer for error in found.errors] == ["/items/1"]


async def test_items_of_other_cases_and_unknown_ones_are_named(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    other = await rooms.take(await rooms.caller())
    unknown = f"{other.id}.7"
    body = dismissal(lease, items=[*items, other.items[0].id, unknown, "i-1"])
    found = await refusal(rooms, reviewer=reviewer, lease=lease, body=body)
    assert (found.code, found.status) == ("invalid_body", 422)
    assert [error.pointer for error in found.errors] == ["/items/1", "/items/2", "/items/3"]


async def test_who_lost_the_right_to_a_childs_case_can_t_decide_it(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    await rooms.take(await rooms.caller(), subjects=[POST], possible_minor={"depicted": True})
    body = dismissal(lease, items=items)
    found = await refusal(rooms, reviewer=reviewer, lease=lease, body=body)
    assert (found.code, found.status) == ("unknown_case", 404)


async def test_a_key_is_for_one_decision(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    post = subject("post-1")
    body = action(
        lease,
        items=items,
        on=post,
        measures=[
            {"kind": "visibility_removed", "subject": post, "territory": [country]}
            for country in ("DE", "AT", "FR")
        ],
    )
    case = lease.case_id
    first = await take_decision(rooms, reviewer=reviewer, case_id=case, body=body, key="k")
    again = await take_decision(rooms, reviewer=reviewer, case_id=case, body=body, key="k")
    assert (first.fresh, again.fresh) == (True, False)
    assert first.decided == again.decided
    assert len(first.decided.statements) == 3
    for other in ({**body, "facts": "others"}, dismissal(lease, items=items)):
        with pytest.raises(TutelaError) as caught:
            await take_decision(rooms, reviewer=reviewer, case_id=case, body=other, key="k")
        assert caught.value.code == "key_reused"
    with pytest.raises(TutelaError) as caught:
        await take_decision(
            rooms, reviewer=reviewer, case_id=UUID(items[0][:36]), body=body, key="k"
        )
    assert caught.value.code == "key_reused"
    await rooms.rows("UPDATE decision SET sealed_key = NULL, sealed_body = NULL")
    with pytest.raises(TutelaError) as caught:
        await take_decision(rooms, reviewer=reviewer, case_id=case, body=body, key="k")
    assert caught.value.code == "key_reused"


async def test_a_key_of_a_notice_is_no_key_of_a_decision(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms, external_id="n-1")
    body = dismissal(lease, items=items)
    with pytest.raises(TutelaError) as caught:
        await take_decision(rooms, reviewer=reviewer, case_id=lease.case_id, body=body, key="n-1")
    assert caught.value.code == "key_reused"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "i-1",
        "00000000-0000-7000-8000-000000000000",
        "00000000-0000-7000-8000-000000000000.",
        "00000000-0000-7000-8000-000000000000.-1",
        "00000000-0000-7000-8000-000000000000.00",
        "00000000-0000-7000-8000-000000000000.32768",
        "00000000-0000-7000-8000-000000000000.١",
        "00000000-0000-7000-8000-00000000000A.0",
        "{00000000-0000-7000-8000-000000000000}.0",
        "00000000-0000-7000-8000-000000000000." + "1" * 400,
    ],
)
def test_a_text_that_is_no_items_id_names_no_place(text: str) -> None:
    assert parse_item_id(text) is None


def test_an_items_id_names_notice_and_place() -> None:
    notice = UUID("00000000-0000-7000-8000-00000000000a")
    assert parse_item_id(f"{notice}.32767") == (notice, 32_767)
