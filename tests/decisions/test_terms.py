"""A decision cites the terms that were in force, once the service has registered any."""

import json
import os
from datetime import date

import pytest

from tests.fixtures import bulk
from tests.fixtures.deciding import action, at_work, subject, take_decision
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tutela.access.keys import Sealed
from tutela.decisions import terms
from tutela.decisions.endpoints import Station, UnknownService
from tutela.decisions.preparation import Mint
from tutela.decisions.terms import NewTerms, TermsTaken, TermsUnfit, TermsVersion, UnknownTerms
from tutela.domain.vocabulary import Role
from tutela.intake.reading import Unfit

MAIN = Station(tenant="main", service="main")
AUTUMN = NewTerms(
    version="2026-09",
    in_force_from=date(2026, 9, 1),
    url="https://example.org/terms/2026-09",
    sha256=bytes(32),
    summary_languages=("en", "de"),
)
WINTER = NewTerms(
    version="2026-12",
    in_force_from=date(2026, 12, 1),
    url="https://example.org/terms/2026-12",
    sha256=b"\x01" * 32,
)


async def register(
    rooms: Rooms, *registered: NewTerms, station: Station = MAIN
) -> list[TermsVersion]:
    return [
        await terms.register(
            rooms.pool,
            station=station,
            terms=each,
            keys=rooms.keys,
            mint=Mint(at=rooms.clock.now(), chance=os.urandom),
        )
        for each in registered
    ]


async def cite(rooms: Rooms, *, version: str, on: str) -> dict[str, object]:
    """The statement of a decision that cites a version from a day on."""
    reviewer, lease, items = await at_work(rooms)
    body = action(
        lease,
        items=items,
        on=subject("post-1"),
        ground="terms",
        terms_clause="4.2",
        terms_version=version,
        application_date=on,
    )
    del body["legal_ground"]
    await take_decision(rooms, reviewer=reviewer, case_id=lease.case_id, body=body)
    rows = await rooms.rows(
        "SELECT id, sealed_key, sealed_body FROM outbox WHERE kind = 'statement.issued'"
    )
    ((row_id, key, sealed),) = rows
    told: dict[str, object] = json.loads(rooms.keys.open(Sealed(key, sealed), row=row_id.bytes))
    return told


async def test_a_service_without_a_register_cites_what_it_says(rooms: Rooms) -> None:
    told = await cite(rooms, version="some version", on="2026-11-21")
    assert "some version" in told["text"]["text"]  # type: ignore[index]


async def test_the_statement_carries_version_day_and_place_of_the_terms(rooms: Rooms) -> None:
    await register(rooms, AUTUMN, WINTER)
    told = await cite(rooms, version="2026-09", on="2026-11-30")
    reasons = told["statement"]["reasons"]  # type: ignore[index]
    assert (reasons["terms_version"], reasons["terms_in_force_from"], reasons["terms_url"]) == (
        "2026-09",
        "2026-09-01",
        AUTUMN.url,
    )
    text = told["text"]["text"]  # type: ignore[index]
    assert "in force from 1 September 2026" in text
    assert AUTUMN.url in text


@pytest.mark.parametrize(
    ("version", "on", "why"),
    [
        ("2026-12", "2026-11-30", "2026-09 was"),
        ("2026-09", "2026-12-01", "2026-12 was"),
        ("2026-10", "2026-11-21", "2026-09 was"),
        ("2026-09", "2026-08-31", "no version is"),
    ],
)
async def test_terms_that_were_not_in_force_are_refused_by_place(
    rooms: Rooms, version: str, on: str, why: str
) -> None:
    await register(rooms, AUTUMN, WINTER)
    with pytest.raises(Unfit) as caught:
        await cite(rooms, version=version, on=on)
    ((pointer, message),) = [(error.pointer, error.message) for error in caught.value.errors]
    assert pointer == "/terms_version"
    assert why in message
    assert await rooms.rows("SELECT FROM decision") == []


async def test_each_version_lasts_until_the_next_and_stands_in_the_ledger(rooms: Rooms) -> None:
    await register(rooms, WINTER, AUTUMN)
    found = await terms.versions(rooms.pool, station=MAIN)
    assert [(each.version, each.in_force_to) for each in found] == [
        ("2026-09", date(2026, 11, 30)),
        ("2026-12", None),
    ]
    leaves = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'terms.registered'"
    )
    said = [json.loads(bytes(content))["projection"] for (content,) in leaves]
    assert {each["sha256"] for each in said} == {"00" * 32, "01" * 32}


async def test_the_same_again_changes_nothing_and_another_text_is_refused(rooms: Rooms) -> None:
    (first,) = await register(rooms, AUTUMN)
    assert await register(rooms, AUTUMN) == [first]
    changed = NewTerms(
        version="2026-09", in_force_from=date(2026, 9, 1), url=AUTUMN.url, sha256=b"\x02" * 32
    )
    with pytest.raises(TermsTaken):
        await register(rooms, changed)
    same_day = NewTerms(
        version="2026-09b", in_force_from=date(2026, 9, 1), url=AUTUMN.url, sha256=bytes(32)
    )
    with pytest.raises(TermsTaken):
        await register(rooms, same_day)
    assert await rooms.rows("SELECT count(*) FROM terms_version") == [(1,)]
    counted = "SELECT count(*) FROM ledger_leaf WHERE fact_type = 'terms.registered'"
    assert await rooms.rows(counted) == [(1,)]


@pytest.mark.parametrize(
    ("version", "url", "language", "pointer"),
    [
        (" ", AUTUMN.url, "en", "/version"),
        ("v" * 101, AUTUMN.url, "en", "/version"),
        ("1", "ftp://example.org", "en", "/url"),
        ("1", "https://example.org/a b", "en", "/url"),
        ("1", "https://example.org/" + "x" * 2_048, "en", "/url"),
        ("1", AUTUMN.url, "no tag", "/summary_languages/0"),
    ],
)
async def test_what_does_not_name_its_terms_is_refused(
    rooms: Rooms, version: str, url: str, language: str, pointer: str
) -> None:
    new = NewTerms(
        version=version,
        in_force_from=date(2026, 9, 1),
        url=url,
        sha256=bytes(32),
        summary_languages=(language,),
    )
    with pytest.raises(TermsUnfit) as caught:
        await register(rooms, new)
    assert [error.pointer for error in caught.value.errors] == [pointer]


async def test_one_services_terms_are_no_others(rooms: Rooms) -> None:
    await register(rooms, AUTUMN)
    await rooms.caller(service="other")
    other = Station(tenant="main", service="other")
    assert await terms.versions(rooms.pool, station=other) == []
    with pytest.raises(UnknownTerms):
        await terms.version_of(rooms.pool, station=other, version="2026-09")
    with pytest.raises(UnknownService):
        await register(rooms, WINTER, station=Station(tenant="main", service="nowhere"))


async def test_reviewers_see_the_register(web: Site) -> None:
    await register(web.house, AUTUMN)
    token = await web.token(Role.REVIEWER)
    answer = await web.client.get("/v1/terms", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    (told,) = answer.json()["versions"]
    assert (told["version"], told["in_force_to"]) == ("2026-09", None)
    assert (await web.client.get("/v1/terms")).status_code == 401


async def test_many_are_decided_on_registered_terms_as_one_is(rooms: Rooms) -> None:
    await register(rooms, AUTUMN, WINTER)
    lead, room = await rooms.caller(Role.LEAD), bulk.room_of(rooms)
    with pytest.raises(Unfit) as caught:
        await bulk.send(room, caller=lead, lines=[bulk.head(terms_version="2026-12")])
    assert [error.pointer for error in caught.value.errors] == ["/bulk/terms_version"]
    assert await rooms.rows("SELECT FROM bulk") == []
    await bulk.ran(room, caller=lead, lines=bulk.accounts(1))
    ((row_id, key, sealed),) = await rooms.rows("SELECT id, sealed_key, sealed_body FROM statement")
    reasons = json.loads(rooms.keys.open(Sealed(key, sealed), row=row_id.bytes))["reasons"]
    assert (reasons["terms_in_force_from"], reasons["terms_url"]) == ("2026-09-01", AUTUMN.url)
