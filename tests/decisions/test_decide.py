"""One commit: the decision and everything that follows from it."""

from tests.fixtures.deciding import action, claimed, decided, dismissal, subject
from tests.fixtures.house import Rooms
from tutela.domain.vocabulary import Role


async def test_a_dismissed_item_is_answered_and_the_case_is_closed(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    items = [item.id for item in accepted.items]
    answer = await decided(
        rooms, reviewer=reviewer, lease=lease, body=dismissal(lease, items=items)
    )
    assert (answer.answered, answer.statements) == (items, [])
    closed = await rooms.rows("SELECT closed_at IS NOT NULL, lease_token FROM case_file")
    assert closed == [(True, None)]


async def test_an_action_has_its_statement_measure_and_messages(rooms: Rooms) -> None:
    post = subject("post-1", account_id="a-7")
    accepted = await rooms.take(await rooms.caller(), subjects=[post])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    items = [item.id for item in accepted.items]
    body = action(lease, items=items, on=subject("post-1"))
    answer = await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    assert len(answer.statements) == 1
    kinds = await rooms.rows("SELECT kind FROM outbox ORDER BY place")
    assert kinds == [("measure.apply",), ("statement.issued",), ("notice.answered",)]
