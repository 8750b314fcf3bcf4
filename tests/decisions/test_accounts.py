"""What the platform says of its accounts is kept under a digest, the newest of it, and is used."""

import itertools
import json
from datetime import date, timedelta
from typing import Any

import pytest

from tests.decisions.test_confirming import tell
from tests.fixtures.house import Rooms
from tests.fixtures.platform import Platform
from tests.fixtures.site import Site
from tutela.cases.identity import subject_key
from tutela.database.pool import tenant_transaction
from tutela.decisions.accounts import kinds, known_recipients
from tutela.decisions.later import Scope
from tutela.domain.canonical import timestamp
from tutela.domain.decision import Recipient
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import Audience, Mark, Role, SubjectKind
from tutela.intake.reading import fit

numbers = itertools.count(1)


def account(account_id: str, *, web: Site, days: int = 0) -> dict[str, object]:
    at = web.house.clock.now() - timedelta(days=days)
    return {
        "id": f"a-{next(numbers)}",
        "type": "account",
        "at": timestamp(at),
        "account_id": account_id,
    }


async def kept(rooms: Rooms) -> list[tuple[Any, ...]]:
    return await rooms.rows(
        "SELECT created_on, country, minor, language, mark FROM platform_account"
        " ORDER BY subject_key"
    )


async def test_an_account_is_kept_under_the_key_of_its_subject(web: Site) -> None:
    said = {
        "country": "DE",
        "minor": "yes",
        "language": "de",
        "created_at": "2024-05-06T23:30:00-02:00",
    }
    assert await tell(web, account("a-7", web=web) | said) == [{"line": 1, "status": "accepted"}]
    ((key, created_on, *rest),) = await web.house.rows(
        "SELECT subject_key, created_on, country, minor, language FROM platform_account"
    )
    assert key == subject_key(
        Subject(kind=SubjectKind.ACCOUNT, id="a-7"),
        tenant="main",
        service="main",
        digest=web.house.keys.subject_digest,
    )
    assert (created_on, rest) == (date(2024, 5, 7), ["DE", "yes", "de"])


async def test_the_newest_holds_in_whatever_order_it_comes(web: Site) -> None:
    events = [
        account("a-7", web=web, days=days) | {"country": country}
        for days, country in ((3, "FR"), (1, "DE"), (2, "ES"))
    ]
    for order in itertools.permutations(events):
        await web.house.rows("DELETE FROM platform_account")
        await web.house.rows("DELETE FROM platform_event")
        await tell(web, order[0])
        await tell(web, *order[1:])
        assert await kept(web.house) == [(None, "DE", "unknown", None, "real")]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"country": "XX"}, "/country"),
        ({"language": "deutsch!"}, "/language"),
        ({"minor": "maybe"}, "/minor"),
        ({"created_at": "2099-01-01T00:00:00Z"}, "/created_at"),
        ({"account_id": " "}, "/account_id"),
        ({"name": "A. N. Other"}, "/name"),
    ],
)
async def test_an_account_that_does_not_fit_is_refused_by_its_place(
    web: Site, said: dict[str, object], pointer: str
) -> None:
    good = account("a-8", web=web)
    wrong, right = await tell(web, account("a-7", web=web) | said, good)
    assert (wrong["status"], wrong["errors"][0]["pointer"]) == ("refused", pointer)
    assert right["status"] == "accepted"
    assert len(await kept(web.house)) == 1


async def test_ten_thousand_accounts_are_taken_in_one_call(web: Site) -> None:
    events = [json.dumps(account(f"a-{number % 5_000}", web=web)) for number in range(10_000)]
    results = await tell(web, *events)
    assert {each["status"] for each in results} == {"accepted"}
    assert len(await kept(web.house)) == 5_000


async def test_what_a_drill_says_of_an_account_stays_among_drills(rooms: Rooms) -> None:
    handled = kinds(rooms.keys)["account"]
    for mark, language in ((Mark.REAL, "de"), (Mark.DRILL, "fr")):
        caller = await rooms.caller(mark=mark)
        value = {
            "id": "e",
            "type": "account",
            "at": timestamp(rooms.clock.now()),
            "account_id": "a-7",
            "language": language,
            "minor": "yes",
        }
        async with tenant_transaction(rooms.pool, tenant="main") as connection:
            verdicts = await handled.handle(
                connection, caller=caller, events=[fit(value, kind=handled.struct)]
            )
            scope = Scope(tenant="main", service="main", mark=mark)
            known = await known_recipients(
                connection, scope=scope, account_ids=["a-7", "a-9"], keys=rooms.keys
            )
        assert verdicts == [None]
        assert known == {"a-7": Recipient(language=language, audience=Audience.CHILD)}


async def test_a_person_is_told_as_the_platform_said_of_their_account(platform: Platform) -> None:
    rooms = platform.rooms
    handled = kinds(rooms.keys)["account"]
    value = {
        "id": "e",
        "type": "account",
        "at": timestamp(rooms.clock.now()),
        "account_id": "a-7",
        "language": "de-AT",
        "minor": "yes",
    }
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        events = [fit(value, kind=handled.struct)]
        await handled.handle(connection, caller=await rooms.caller(), events=events)
    await platform.configure()
    await platform.act("post-1")
    while (await platform.deliver()).accepted:
        pass
    issued = [each.content for each in platform.receiver.received]
    (text,) = [each["text"] for each in issued if each["type"] == "statement.issued"]
    assert isinstance(text, dict)
    assert (text["language"], text["audience"]) == ("de", "child")


async def test_only_a_service_tells_of_accounts(web: Site) -> None:
    lead = await web.token(Role.LEAD)
    answer = await web.post("/v1/events", body=b"{}", authorization=f"Bearer {lead}")
    assert answer.status_code == 403
