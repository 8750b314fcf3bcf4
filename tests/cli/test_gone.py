"""An endpoint that says it is gone is left alone until somebody sets it again; nothing is lost."""

import asyncio
import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Done
from tests.fixtures.platform import MAIN, Platform
from tutela.decisions.dead_letters import Standing, backlog, dead_letters
from tutela.decisions.endpoints import UnknownEndpoint, resume
from tutela.decisions.sending import Message, NotTaken, send
from tutela.decisions.webhooks import ATTEMPTS_MAX, Delivered
from tutela.domain.vocabulary import Mark
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits, is_lost

DAY = timedelta(days=1)


async def test_after_410_nothing_is_sent_until_it_is_resumed(platform: Platform) -> None:
    await platform.configure()
    await platform.dismiss("one")
    platform.receiver.answer = lambda _: 410
    assert await platform.deliver() == Delivered(failed=1)
    platform.wait(DAY)
    assert await platform.deliver() == Delivered()
    rooms = platform.rooms
    limits = Limits(kinds=(), doors=(), inclusion_seconds=1e9)
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=limits)
    assert [fault.check for fault in report.faults] == ["endpoint_gone"]
    assert not is_lost(report)
    (left,) = await backlog(rooms.pool, tenant="main", now=rooms.clock.now())
    assert left.standing is Standing.GONE
    platform.receiver.answer = lambda _: 204
    await resume(rooms.pool, station=MAIN)
    assert await platform.deliver() == Delivered(accepted=1)


async def test_an_endpoint_that_is_set_again_takes_what_waited(platform: Platform) -> None:
    await platform.configure()
    await platform.dismiss("one")
    platform.receiver.answer = lambda _: 410
    await platform.deliver()
    platform.receiver.answer = lambda _: 204
    await platform.configure()
    platform.wait(DAY)
    assert await platform.deliver() == Delivered(accepted=1)


async def test_a_message_that_met_410_at_its_last_attempt_is_no_dead_letter(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.dismiss("one")
    await platform.rooms.rows("UPDATE outbox SET attempts = %(n)s", n=ATTEMPTS_MAX - 1)
    platform.receiver.answer = lambda _: 410
    assert await platform.deliver() == Delivered(failed=1)
    assert await dead_letters(platform.rooms.pool, station=MAIN, limit=9) == []


async def sent(platform: Platform, *, at: datetime) -> NotTaken | None:
    endpoint = await platform.configure()
    (message_id,) = platform.mint.ids(1)
    message = Message(id=message_id, mark=Mark.REAL, body="{}")
    return await send(message, endpoint=endpoint, client=platform.courier.client, at=at)


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (429, "120", 120.0),
        (503, "in a moment", 0.0),
        (503, "9" * 400, float("inf")),
        (429, None, 0.0),
    ],
)
async def test_a_receiver_says_when_to_come_back(
    platform: Platform, status: int, said: str | None, seconds: float
) -> None:
    platform.receiver.answer = lambda _: status
    platform.receiver.headers = {} if said is None else {"retry-after": said}
    told = await sent(platform, at=platform.rooms.clock.now())
    assert told == NotTaken(f"answered {status}", after_seconds=seconds)


async def test_a_date_to_come_back_at_is_understood(platform: Platform) -> None:
    now = platform.rooms.clock.now().replace(microsecond=0)
    platform.receiver.answer = lambda _: 429
    later = format_datetime(now + timedelta(minutes=5), usegmt=True)
    platform.receiver.headers = {"retry-after": later}
    told = await sent(platform, at=now)
    assert told is not None
    assert told.after_seconds == 300.0


async def test_dead_letters_are_listed_and_sent_again_by_a_person(
    platform: Platform, command: Command, database_url: str, tmp_path: Path
) -> None:
    async def typed(*words: str) -> Done:
        where = ("--database", database_url, "--keys", tmp_path / "keys")
        return await asyncio.to_thread(command, *words, *where)

    await platform.act("one")
    await platform.rooms.rows(
        "UPDATE outbox SET dead_at = now(), owner = 'lead', attempts = 20"
        " WHERE kind <> 'measure.apply'"
    )
    first, second = await dead_letters(platform.rooms.pool, station=MAIN, limit=9)
    assert [first.kind, second.kind] == ["statement.issued", "notice.answered"]
    assert (first.owner, first.attempts) == ("lead", 20)
    listed = json.loads((await typed("outbox", "list", "--json")).out)
    assert [each["id"] for each in listed["dead_letters"]] == [first.id, second.id]
    assert (await typed("outbox", "revive", "--all", "--dry-run")).out == "2 would be sent again\n"
    assert (await typed("outbox", "revive", first.id)).out == "1 sent again\n"
    assert (await typed("outbox", "revive", first.id)).status == 1
    assert (await typed("outbox", "revive")).status == 2
    assert (await typed("outbox", "revive", "--all")).out == "1 sent again\n"
    assert await platform.rooms.rows("SELECT 1 FROM outbox WHERE dead_at IS NOT NULL") == []


async def test_only_an_endpoint_that_was_set_is_resumed(platform: Platform) -> None:
    with pytest.raises(UnknownEndpoint):
        await resume(platform.rooms.pool, station=MAIN)
