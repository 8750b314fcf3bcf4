"""Messages to the platform: at least once under one id, in order per subject, never dropped."""

import asyncio
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg.errors import UndefinedTable
from standardwebhooks import Webhook, WebhookVerificationError

from tests.fixtures.deciding import claimed, decided, dismissal
from tests.fixtures.platform import Platform
from tests.fixtures.receiver import Received, receiving
from tutela.decisions import sending, webhooks
from tutela.decisions.endpoints import Station, set_endpoint
from tutela.decisions.sending import MarkedRefused, Message, send
from tutela.decisions.webhooks import (
    ATTEMPTS_MAX,
    PAUSE_SECONDS,
    PAUSE_SECONDS_MAX,
    Delivered,
    claim_after,
    deliver_all,
    pause,
)
from tutela.domain.vocabulary import Mark, Role

MAIN = Station(tenant="main", service="main")
KINDS = ["measure.apply", "statement.issued", "notice.answered"]
UNDONE = "SELECT kind FROM outbox WHERE done_at IS NULL ORDER BY place"


async def test_a_decision_reaches_the_platform_in_order_signed_under_its_ids(
    platform: Platform,
) -> None:
    endpoint = await platform.configure()
    await platform.act("post-1")
    assert await platform.deliver() == Delivered(accepted=3)
    assert [each.content["type"] for each in platform.receiver.received] == KINDS
    rows = await platform.rooms.rows("SELECT id::text FROM outbox ORDER BY place")
    assert [each.id for each in platform.receiver.received] == [row_id for (row_id,) in rows]
    verifier = Webhook(endpoint.secret)
    for each in platform.receiver.received:
        assert verifier.verify(each.body, each.headers) == each.content
        with pytest.raises(WebhookVerificationError):
            verifier.verify(each.body + b" ", each.headers)
    assert await platform.deliver() == Delivered()


async def test_what_was_delivered_is_done_and_its_statement_counts_as_delivered(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.act("post-1")
    delivered = "SELECT delivered_at IS NOT NULL FROM statement"
    assert await platform.rooms.rows(delivered) == [(False,)]
    await platform.deliver(limit=1)
    assert await platform.rooms.rows(delivered) == [(False,)]
    await platform.deliver()
    assert await platform.rooms.rows(delivered) == [(True,)]
    done = await platform.rooms.rows(
        "SELECT done_at IS NOT NULL, attempts, lease_token FROM outbox"
    )
    assert done == [(True, 1, None)] * 3


async def test_without_an_endpoint_messages_wait_and_are_no_dead_letters(
    platform: Platform,
) -> None:
    await platform.act("post-1")
    assert await platform.deliver() == Delivered()
    waiting = await platform.rooms.rows("SELECT done_at, dead_at, attempts FROM outbox")
    assert waiting == [(None, None, 0)] * 3
    await platform.configure()
    assert await platform.deliver() == Delivered(accepted=3)


@pytest.mark.parametrize("status", [None, 301, 400, 429, 500, 503])
async def test_a_failure_is_tried_again_after_a_pause_under_the_same_id(
    platform: Platform, status: int | None
) -> None:
    await platform.configure()
    notice_id = await platform.dismiss("post-1")
    platform.receiver.answer = lambda _: status
    assert await platform.deliver() == Delivered(failed=1)
    assert await platform.deliver() == Delivered()
    platform.receiver.answer = lambda _: 204
    platform.wait(timedelta(seconds=PAUSE_SECONDS))
    assert await platform.deliver() == Delivered(accepted=1)
    first, again = platform.receiver.received
    assert (first.id, first.body) == (again.id, again.body)
    assert first.content["notice_id"] == notice_id


async def test_why_an_attempt_failed_is_kept_without_anybodys_words(platform: Platform) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    platform.receiver.answer = lambda _: 503
    await platform.deliver()
    reason = "SELECT last_error FROM outbox"
    assert await platform.rooms.rows(reason) == [("answered 503",)]
    platform.receiver.answer = lambda _: None
    platform.wait(timedelta(hours=1))
    await platform.deliver()
    assert await platform.rooms.rows(reason) == [("ServerDisconnectedError",)]
    await platform.configure("http://127.0.0.1:1/hooks")
    platform.wait(timedelta(hours=1))
    await platform.deliver()
    assert await platform.rooms.rows(reason) == [("ClientConnectorError",)]


async def test_a_receiver_that_never_answers_costs_an_attempt(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.05)
    await platform.configure()
    await platform.dismiss("post-1")
    platform.receiver.gate.clear()
    assert await platform.deliver() == Delivered(failed=1)
    assert await platform.rooms.rows("SELECT last_error FROM outbox") == [("TimeoutError",)]
    platform.receiver.gate.set()


async def test_a_failed_message_holds_back_those_about_its_subject_and_no_others(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.act("post-1")
    await platform.act("post-2")

    def refuse_the_first(received: Received) -> int:
        about = received.content.get("subject")
        return 500 if isinstance(about, dict) and about["id"] == "post-1" else 204

    platform.receiver.answer = refuse_the_first
    assert await platform.deliver() == Delivered(accepted=3, failed=1)
    assert await platform.rooms.rows(UNDONE) == [(kind,) for kind in KINDS]
    platform.receiver.answer = lambda _: 204
    platform.receiver.received.clear()
    platform.wait(timedelta(minutes=1))
    assert await platform.deliver() == Delivered(accepted=3)
    assert [each.content["type"] for each in platform.receiver.received] == KINDS


async def test_a_message_that_keeps_failing_is_a_dead_letter_with_an_owner(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.act("post-1")
    platform.receiver.answer = lambda _: 500
    found = []
    for _ in range(ATTEMPTS_MAX):
        found.append(await platform.deliver())
        platform.wait(timedelta(seconds=PAUSE_SECONDS_MAX))
    assert found == [Delivered(failed=1)] * (ATTEMPTS_MAX - 1) + [Delivered(dead=1)]
    assert len({each.id for each in platform.receiver.received}) == 1
    platform.receiver.answer = lambda _: 204
    assert await platform.deliver() == Delivered()
    rows = await platform.rooms.rows(
        "SELECT dead_at IS NOT NULL, owner, last_error, done_at FROM outbox ORDER BY place"
    )
    assert rows == [(True, "lead", "answered 500", None), *[(False, None, None, None)] * 2]


async def test_two_workers_at_once_send_each_message_once(platform: Platform) -> None:
    await platform.configure()
    for number in range(10):
        await platform.act(f"post-{number}")
    rounds = await asyncio.gather(*(platform.deliver() for _ in range(3)))
    ids = [each.id for each in platform.receiver.received]
    assert len(ids) == len(set(ids))
    while (more := await platform.deliver()).attempts:
        rounds.append(more)
    assert sum(each.accepted for each in rounds) == 30
    by_subject: dict[object, list[object]] = {}
    for each in platform.receiver.received:
        by_subject.setdefault(each.content["decision_id"], []).append(each.content["type"])
    assert list(by_subject.values()) == [KINDS] * 10


async def test_a_worker_that_died_on_the_way_is_replaced_after_its_lease(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    platform.receiver.gate.clear()
    dying = asyncio.create_task(platform.deliver())
    await platform.receiver.until(1)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    platform.receiver.gate.set()
    assert await platform.deliver() == Delivered()
    platform.wait(timedelta(seconds=webhooks.LEASE_SECONDS))
    assert await platform.deliver() == Delivered(accepted=1)
    first, again = platform.receiver.received
    assert first.id == again.id


@pytest.mark.parametrize("status", [204, 500])
async def test_a_worker_whose_lease_was_taken_over_settles_nothing(
    platform: Platform, status: int
) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    platform.receiver.gate.clear()
    platform.receiver.answer = lambda _: status
    slow = asyncio.create_task(platform.deliver())
    await platform.receiver.until(1)
    platform.wait(timedelta(seconds=webhooks.LEASE_SECONDS))
    heir = asyncio.create_task(platform.deliver())
    await platform.receiver.until(2)
    waiting = await platform.rooms.rows("SELECT attempts FROM outbox")
    assert waiting == [(2,)]
    first, again = platform.receiver.received
    assert first.id == again.id
    await platform.rooms.rows("UPDATE outbox SET lease_token = gen_random_uuid()")
    platform.receiver.gate.set()
    assert [await slow, await heir] == [Delivered(overtaken=1)] * 2
    settled = await platform.rooms.rows("SELECT done_at, last_error FROM outbox")
    assert settled == [(None, None)]


@pytest.mark.parametrize("mark", [Mark.CANARY, Mark.DRILL])
async def test_marked_messages_are_taken_by_the_house_and_never_leave_it(
    platform: Platform, mark: Mark
) -> None:
    await platform.configure()
    await platform.act("post-1", mark=mark)
    assert await platform.deliver() == Delivered(accepted=3)
    assert platform.receiver.received == []
    rows = await platform.rooms.rows("SELECT done_at IS NOT NULL, last_error FROM outbox")
    assert rows == [(True, None)] * 3
    assert await platform.rooms.rows("SELECT delivered_at IS NULL FROM statement") == [(False,)]


async def test_marked_messages_need_no_endpoint_and_wait_for_no_real_ones(
    platform: Platform,
) -> None:
    await platform.act("post-1")
    await platform.act("post-1", mark=Mark.CANARY)
    assert await platform.deliver() == Delivered(accepted=3)
    marks = await platform.rooms.rows("SELECT DISTINCT mark FROM outbox WHERE done_at IS NULL")
    assert marks == [("real",)]


@pytest.mark.parametrize("mark", [Mark.CANARY, Mark.DRILL])
async def test_the_adapter_that_reaches_outside_takes_no_marked_message(
    platform: Platform, mark: Mark
) -> None:
    endpoint = await platform.configure()
    message = Message(id=uuid4(), mark=mark, body="{}")
    with pytest.raises(MarkedRefused):
        await send(
            message,
            endpoint=endpoint,
            client=platform.courier.client,
            at=platform.rooms.clock.now(),
        )
    assert platform.receiver.received == []


async def test_a_message_that_can_t_be_opened_fails_alone(platform: Platform) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    await platform.dismiss("post-2")
    await platform.rooms.rows("UPDATE outbox SET sealed_body = 'x' WHERE place = 1")
    assert await platform.deliver() == Delivered(accepted=1, failed=1)
    errors = await platform.rooms.rows("SELECT last_error FROM outbox ORDER BY place")
    assert errors == [("seal_broken",), (None,)]


async def test_an_endpoint_whose_secret_can_t_be_opened_takes_nothing(platform: Platform) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    await platform.rooms.rows("UPDATE webhook_endpoint SET sealed_body = 'x'")
    assert await platform.deliver() == Delivered(failed=1)
    errors = await platform.rooms.rows("SELECT last_error FROM outbox")
    assert (errors, platform.receiver.received) == ([("endpoint seal_broken",)], [])


async def test_a_slow_platform_delays_no_other(platform: Platform) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    sender = await platform.rooms.caller(service="other")
    accepted = await platform.rooms.take(sender)
    reviewer = await platform.rooms.caller(Role.REVIEWER, service="other")
    lease = await claimed(platform.rooms, reviewer=reviewer)
    body = dismissal(lease, items=[accepted.items[0].id])
    await decided(platform.rooms, reviewer=reviewer, lease=lease, body=body)
    platform.receiver.gate.clear()
    async with receiving() as quick:
        await set_endpoint(
            platform.rooms.pool,
            keys=platform.rooms.keys,
            station=Station(tenant="main", service="other"),
            url=quick.url,
            chance=os.urandom,
        )
        delivering = asyncio.create_task(platform.deliver())
        await quick.until(1)
        assert not delivering.done()
        platform.receiver.gate.set()
        assert await delivering == Delivered(accepted=2)


async def test_a_round_takes_no_more_than_it_may_and_few_at_a_time(platform: Platform) -> None:
    await platform.configure()
    for number in range(20):
        await platform.dismiss(f"post-{number}")
    assert await platform.deliver(limit=17) == Delivered(accepted=17)
    assert platform.receiver.most_under_way <= webhooks.UNDER_WAY_MAX
    assert await platform.deliver() == Delivered(accepted=3)


@pytest.mark.parametrize(
    ("most", "claimed", "accepted", "following"),
    [(32, 32, 32, 64), (1_024, 1_024, 1_024, 1_024), (512, 512, 511, 32), (32, 32, 0, 32)],
)
def test_more_are_leased_together_while_all_are_taken_and_few_after_a_failure(
    most: int, claimed: int, accepted: int, following: int
) -> None:
    assert claim_after(most, claimed=claimed, accepted=accepted) == following


async def test_what_cannot_be_tried_within_its_lease_is_left_to_the_next_one(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    monkeypatch.setattr(webhooks, "LEASE_SECONDS", sending.ANSWER_SECONDS)
    assert await platform.deliver() == Delivered()
    assert platform.receiver.received == []
    monkeypatch.undo()
    platform.wait(timedelta(seconds=sending.ANSWER_SECONDS))
    assert await platform.deliver() == Delivered(accepted=1)


async def test_rounds_go_on_until_one_brings_nothing(platform: Platform) -> None:
    await platform.configure()
    await platform.act("post-1")
    platform.receiver.answer = lambda each: 503 if each.content["type"] == KINDS[2] else 204
    assert await deliver_all(platform.courier) == Delivered(accepted=2, failed=1)


async def test_a_broken_database_is_said_once_all_attempts_have_ended(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.dismiss("post-1")
    await platform.dismiss("post-2")
    platform.receiver.gate.clear()
    delivering = asyncio.create_task(platform.deliver())
    await platform.receiver.until(2)
    await platform.rooms.rows("ALTER TABLE outbox RENAME TO away")
    platform.receiver.gate.set()
    with pytest.raises(UndefinedTable):
        await delivering
    await platform.rooms.rows("ALTER TABLE away RENAME TO outbox")


def test_pauses_grow_to_a_bound_and_half_of_each_is_chance() -> None:
    least = [pause(n, chance=bytes).total_seconds() for n in range(1, ATTEMPTS_MAX)]
    most = [
        pause(n, chance=lambda size: b"\xff" * size).total_seconds() for n in range(1, ATTEMPTS_MAX)
    ]
    assert least == sorted(least)
    assert least[0] == PAUSE_SECONDS / 2
    assert most[-1] <= PAUSE_SECONDS_MAX
    assert most[-1] == pytest.approx(PAUSE_SECONDS_MAX)
    assert all(high == pytest.approx(2 * low) for low, high in zip(least, most, strict=True))
