"""Each person whom a fault concerned is told once, in their language, and persons are counted."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.fixtures.deciding import action, claimed, decided, dismissal, subject
from tests.fixtures.house import Rooms, id_of
from tests.fixtures.incidents import fault, ids, opened, replayed, shown, told_of
from tests.fixtures.platform import MAIN, Platform
from tutela.database.pool import tenant_transaction
from tutela.decisions.accounts import kinds
from tutela.decisions.dead_letters import dead_letters
from tutela.decisions.replays import telling
from tutela.decisions.replays.answers import PersonsTold
from tutela.decisions.replays.concerns import name_of
from tutela.decisions.replays.letters import Person, Sender, letter
from tutela.decisions.replays.opening import Opened
from tutela.decisions.replays.showing import decisions_of
from tutela.decisions.replays.words import Concerned, told
from tutela.decisions.words.catalogs import languages
from tutela.domain.canonical import timestamp
from tutela.domain.notice import Notifier
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role
from tutela.intake.acknowledgement import Accepted
from tutela.intake.erasure import Erasing, erase
from tutela.intake.reading import fit
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits

DAY = timedelta(days=1)
NOBODY = PersonsTold(notifiers=0, recipients=0, unnamed_notices=0, erased_notices=0, messages=0)


class Killed(Exception):
    """What ends a telling in the middle."""


def counts(**said: int) -> PersonsTold:
    return msgspec.structs.replace(NOBODY, **said)


def by(email: str) -> dict[str, object]:
    return {"notifier": {"email": email, "name": "A. N. Other"}}


async def answered(rooms: Rooms, *, accepted: Accepted, on: str | None, **said: object) -> None:
    """The only case in the queue is dismissed, or the content is removed from its account."""
    reviewer = await rooms.caller(Role.SPECIALIST)
    lease = await claimed(rooms, reviewer=reviewer)
    items = ids(accepted)
    body = (
        dismissal(lease, items=items)
        if on is None
        else action(lease, items=items, on=subject(on), **said)
    )
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def acted(rooms: Rooms, *, name: str, account: str, **said: object) -> Accepted:
    accepted = await rooms.take(await rooms.caller(), subjects=[subject(name, account_id=account)])
    await answered(rooms, accepted=accepted, on=name, **said)
    return accepted


async def said_of_account(rooms: Rooms, *, account_id: str, language: str) -> None:
    """The platform tells in which language an account's holder is told."""
    kind = kinds(rooms.keys)["account"]
    event = {
        "id": "e",
        "type": "account",
        "at": timestamp(rooms.clock.now()),
        "account_id": account_id,
        "language": language,
    }
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        events = [fit(event, kind=kind.struct)]
        await kind.handle(connection, caller=await rooms.caller(), events=events)


async def messages(platform: Platform) -> list[dict[str, Any]]:
    """What the platform is told of incidents, in their order."""
    await platform.configure()
    while (await platform.deliver()).accepted:
        pass
    found = [each.content for each in platform.receiver.received]
    return [each for each in found if each["type"] == "incident.notified"]


async def made_good(rooms: Rooms, **said: object) -> Opened:
    incident = await opened(rooms, named=fault(rooms, **said))
    await replayed(rooms, incident=incident)
    return incident


async def test_each_notifier_gets_one_message_of_all_their_notices(platform: Platform) -> None:
    rooms = platform.rooms
    users = await rooms.caller()
    first = await rooms.take(users, external_id="n-1", language="de-AT", **by("a@example.org"))
    second = await rooms.take(users, subjects=[subject("x"), subject("y")], **by(" A@Example.ORG "))
    other = await rooms.take(users, **by("b@example.org"))
    silent = [await rooms.take(users) for _ in range(2)]
    incident = await made_good(rooms)
    after = await told_of(rooms, incident=incident)
    assert after.told == counts(notifiers=2, unnamed_notices=2, messages=4)
    sent = await messages(platform)
    by_notices = {tuple(each["notice_id"] for each in one["notices"]): one for one in sent}
    assert set(by_notices) == {
        (first.id, second.id),
        (other.id,),
        *((each.id,) for each in silent),
    }
    one = by_notices[first.id, second.id]
    assert (one["incident_id"], one["concerned"]) == (str(incident.id), "notifier")
    assert (one["notice_count"], one["notices"][0]["external_id"]) == (2, "n-1")
    assert [each["id"] for each in one["notices"][1]["items"]] == ids(second)
    assert {each["replayed_as"] for each in one["notices"][1]["items"]} == {"requeued"}
    assert one["text"]["language"] == "de"
    assert "example" not in json.dumps(sent).lower()
    assert await told_of(rooms, incident=incident) == after


async def test_recipients_are_told_of_decisions_that_are_looked_at_again(
    platform: Platform,
) -> None:
    rooms = platform.rooms
    for name, account in (("p-1", "a-1"), ("p-2", "a-1"), ("p-3", "a-2")):
        await acted(rooms, name=name, account=account)
    await said_of_account(rooms, account_id="a-1", language="fr")
    incident = await made_good(rooms, window="answered")
    after = await told_of(rooms, incident=incident)
    assert after.told == counts(recipients=2, unnamed_notices=3, messages=5)
    sent = [each for each in await messages(platform) if each["concerned"] == "recipient"]
    assert sorted(
        (each["account_id"], each["statement_count"], each["text"]["language"]) for each in sent
    ) == [("a-1", 2, "fr"), ("a-2", 1, "en")]
    issued = {str(row[0]) for row in await rooms.rows("SELECT id FROM statement")}
    decisions = [str(row[0]) for row in await rooms.rows("SELECT id FROM decision ORDER BY id")]
    assert await decisions_of(rooms.pool, incident=after, tenant="main") == decisions
    assert {each for one in sent for each in one["statements"]} == issued


async def test_nobody_is_told_of_an_answer_that_stands_but_who_reported(rooms: Rooms) -> None:
    await acted(rooms, name="p-1", account="a-1")
    incident = await made_good(rooms, reopen="none")
    after = await told_of(rooms, incident=incident)
    assert after.told == counts(unnamed_notices=1, messages=1)


async def test_of_an_erased_notice_nobody_is_told_and_that_is_said(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller(), **by("a@example.org"))
    await answered(rooms, accepted=accepted, on=None)
    erasing = Erasing(notice_id=id_of(accepted), reason="asked for", erased_by="t")
    await erase(
        rooms.pool, erasing=erasing, keys=rooms.keys, now=rooms.clock.now(), chance=os.urandom
    )
    incident = await made_good(rooms)
    after = await told_of(rooms, incident=incident)
    assert after.told == counts(erased_notices=1)


async def test_what_is_withheld_is_told_when_the_withholding_ends(platform: Platform) -> None:
    rooms = platform.rooms
    end = (rooms.clock.now() + DAY).isoformat()
    withheld = {"basis": "eu_terrorist_content", "until": end, "order": "O-1"}
    await acted(rooms, name="p-1", account="a-1", withhold=withheld)
    incident = await made_good(rooms)
    assert (await told_of(rooms, incident=incident)).told == counts(
        recipients=1, unnamed_notices=1, messages=2
    )
    assert await messages(platform) == []
    await rooms.rows(
        "UPDATE outbox SET due_at = now(), withheld_until = now() WHERE withheld_until IS NOT NULL"
    )
    assert len(await messages(platform)) == 2


async def test_a_message_that_is_given_up_says_of_which_incident_it_is(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    incident = await made_good(rooms)
    await told_of(rooms, incident=incident)
    await rooms.rows("UPDATE outbox SET dead_at = now(), owner = 'lead'")
    (dead,) = await dead_letters(rooms.pool, station=MAIN, limit=10)
    assert (dead.kind, dead.decision_id) == ("incident.notified", None)
    assert dead.incident_id == str(incident.id)


async def test_nobody_is_told_before_the_replay(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    incident = await opened(rooms, named=fault(rooms))
    with pytest.raises(IllegalTransition):
        await told_of(rooms, incident=incident)
    assert await rooms.rows("SELECT 1 FROM outbox") == []


async def test_a_telling_that_was_killed_goes_on_and_tells_nobody_twice(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = platform.rooms
    users = await rooms.caller()
    for number in range(12):
        await rooms.take(users, **by(f"{number % 6}@example.org"))
    incident = await made_good(rooms)
    monkeypatch.setattr(telling, "ITEMS_AT_ONCE", 4)
    monkeypatch.setattr(telling, "PERSONS_AT_ONCE", 2)
    calls = 0

    def dying(person: Person, *, sender: Sender) -> bytes | None:
        nonlocal calls
        calls += 1
        if calls in (4, 8):
            raise Killed
        return letter(person, sender=sender)

    monkeypatch.setattr(telling, "letter", dying)
    for _ in range(2):
        with pytest.raises(Killed):
            await told_of(rooms, incident=incident)
        assert (await shown(rooms, incident=incident)).state == "replayed"
    after = await told_of(rooms, incident=incident)
    assert after.told == counts(notifiers=6, messages=6)
    sent = await messages(platform)
    assert len(sent) == 6
    assert len({each["notice_id"] for one in sent for each in one["notices"]}) == 12
    ((content,),) = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'incident.told'"
    )
    figures = msgspec.json.decode(content)["projection"]
    assert figures == {"incident": str(incident.id), **msgspec.to_builtins(after.told)}
    report = await reconcile.reconcile(
        rooms.pool, now=rooms.clock.now(), limits=Limits(kinds=(), doors=())
    )
    assert report.ok


@pytest.mark.parametrize(
    ("notifier", "name"),
    [
        (None, None),
        (Notifier(), None),
        (Notifier(name="A. N. Other"), None),
        (Notifier(name="Other: A. N."), None),
        (Notifier(email=" A@Example.org "), "a@example.org"),
        (Notifier(name="https://social.example/users/a"), "https://social.example/users/a"),
        (Notifier(name="did:web:a.example", email=""), "did:web:a.example"),
    ],
)
def test_only_what_tells_two_people_apart_names_a_person(
    notifier: Notifier | None, name: str | None
) -> None:
    assert name_of(notifier) == name


@pytest.mark.parametrize("concerned", list(Concerned))
@pytest.mark.parametrize("language", languages())
def test_there_are_plain_words_in_every_language(concerned: Concerned, language: str) -> None:
    day = datetime(2026, 11, 20, 10, tzinfo=UTC)
    words = told(concerned, language=language, begun=day, ended=day + 2 * DAY)
    assert words.language == language
    assert "20" in words.text
    assert "22" in words.text
    assert "{" not in words.title + words.text
    assert words.title != words.text
