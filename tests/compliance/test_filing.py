"""What is due is filed once and written down once; what may name somebody waits for a person."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.fixtures.filing import Office, decide_many, decide_once, registry, states
from tests.fixtures.house import Rooms
from tutela.compliance.filing import claims
from tutela.compliance.filing.claims import FROM_THE_FIRST, LEASE
from tutela.compliance.filing.payload import puid
from tutela.compliance.filing.preparation import Ready
from tutela.compliance.filing.rounds import BREAK_SECONDS, Round, Rounds, file_due
from tutela.compliance.filing.settlement import Postponed, Sent, Settled, Turned, pause
from tutela.compliance.filing.standing import (
    CorrectionUnfit,
    Release,
    UnknownStatement,
    listing,
    release,
    standing,
)
from tutela.compliance.transparency import TokenRefused
from tutela.domain import canonical
from tutela.domain.states import FilingState, IllegalTransition
from tutela.domain.vocabulary import Mark


async def filed_leaves(rooms: Rooms, *, kind: str = "statement.filed") -> list[dict[str, Any]]:
    query = "SELECT content FROM ledger_leaf WHERE fact_type = %(kind)s ORDER BY fact_id"
    rows = await rooms.rows(query, kind=kind)
    return [json.loads(content)["projection"] for (content,) in rows]


async def test_what_is_due_is_filed_oldest_first_and_stands_in_the_ledger(rooms: Rooms) -> None:
    statements = await decide_many(rooms, count=3)
    office = Office()
    done = await file_due(registry(rooms), send=office.send)
    assert done == Round(settled=Settled(filed=3))
    assert [each.puid for each in office.taken] == [puid(each) for each in statements]
    assert await states(rooms) == dict.fromkeys(statements, "filed")
    (leaf,) = await filed_leaves(rooms)
    assert leaf["count"] == 3
    assert [each["puid"] for each in leaf["statements"]] == [puid(each) for each in statements]
    sent = canonical.encode(dict(office.taken[0].payload))
    assert leaf["statements"][0]["sha256"] == hashlib.sha256(sent).hexdigest()
    rows = await rooms.rows("SELECT filing_uuid::text FROM statement ORDER BY issued_at, id")
    assert [uuid for (uuid,) in rows] == [each["uuid"] for each in leaf["statements"]]


async def test_what_was_filed_is_not_filed_again(rooms: Rooms) -> None:
    await decide_many(rooms, count=2)
    office = Office()
    await file_due(registry(rooms), send=office.send)
    assert await file_due(registry(rooms), send=office.send) == Round(settled=Settled())
    assert len(office.taken) == 2


async def test_a_round_files_no_more_than_its_limit(rooms: Rooms) -> None:
    await decide_many(rooms, count=3)
    told: list[Settled] = []
    office = Office()
    done = await file_due(registry(rooms), send=office.send, limit=2, tell=told.append)
    assert done.settled.total == 2
    assert told == [Settled(filed=2)]


async def test_workers_side_by_side_share_what_is_due(rooms: Rooms) -> None:
    statements = await decide_many(rooms, count=6)
    office = Office()
    each_one = [file_due(registry(rooms), send=office.send, limit=2) for _ in range(3)]
    done = await asyncio.gather(*each_one)
    assert sum(each.settled.filed for each in done) == 6
    assert sorted(each.puid for each in office.taken) == sorted(map(puid, statements))


async def test_a_statement_of_a_dead_worker_is_taken_over_when_its_lease_ends(
    rooms: Rooms,
) -> None:
    await decide_many(rooms, count=1)
    await claims.claim(registry(rooms), after=FROM_THE_FIRST, limit=1)
    office = Office()
    assert (await file_due(registry(rooms), send=office.send)).settled == Settled()
    rooms.clock.ahead += LEASE
    assert (await file_due(registry(rooms), send=office.send)).settled == Settled(filed=1)


async def test_two_that_filed_the_same_write_it_down_once(rooms: Rooms) -> None:
    await decide_many(rooms, count=1)
    office = Office()

    async def slow(ready: Sequence[Ready]) -> AsyncIterator[Sent]:
        rooms.clock.ahead += LEASE
        assert (await file_due(registry(rooms), send=office.send)).settled == Settled(filed=1)
        async for sent in office.send(ready):
            yield sent

    assert (await file_due(registry(rooms), send=slow)).settled == Settled()
    assert [leaf["count"] for leaf in await filed_leaves(rooms)] == [1]


@pytest.mark.parametrize("mark", [Mark.CANARY, Mark.DRILL])
async def test_what_is_marked_is_never_due(rooms: Rooms, mark: Mark) -> None:
    statement = await decide_once(rooms, number=1, mark=mark)
    office = Office()
    await file_due(registry(rooms), send=office.send)
    assert office.taken == []
    assert await states(rooms) == {statement: "never"}
    with pytest.raises(psycopg.errors.CheckViolation):
        await rooms.rows("UPDATE statement SET filing_state = 'due'")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"facts": "qzvkt wplor@example.org"}, "decision_facts: email at 6-23"),
        ({"facts": "by account 1X, account-0x"}, "decision_facts: known_party at 15-25"),
        ({"explanation": "A. N. Other wrote"}, "illegal_content_explanation: known_party at 0-11"),
        ({"explanation": "see post-0x"}, "illegal_content_explanation: known_party at 4-11"),
    ],
)
async def test_what_may_name_somebody_is_held_and_does_not_leave(
    rooms: Rooms, fields: dict[str, object], why: str
) -> None:
    await decide_many(rooms, count=1, **fields)
    office = Office()
    done = await file_due(registry(rooms), send=office.send)
    assert (done.settled, office.taken) == (Settled(held=1), [])
    (held,) = await listing(rooms.pool, tenant="main", state=FilingState.HELD, limit=10)
    assert why in str(held.why)
    assert "example.org" not in str(held.why)


async def test_what_a_person_lets_go_leaves_as_it_is(rooms: Rooms) -> None:
    (statement,) = await decide_many(rooms, count=1, facts="qzvkt wplor@example.org")
    office = Office()
    await file_due(registry(rooms), send=office.send)
    await release(registry(rooms), word=Release(statement_id=statement))
    assert (await file_due(registry(rooms), send=office.send)).settled == Settled(filed=1)
    assert office.taken[0].payload["decision_facts"] == "qzvkt wplor@example.org"
    assert await filed_leaves(rooms, kind="statement.released") == [
        {"puid": puid(statement), "corrected": []}
    ]


async def test_a_corrected_text_leaves_instead_and_is_scanned_as_well(rooms: Rooms) -> None:
    (statement,) = await decide_many(rooms, count=1, facts="qzvkt wplor@example.org")
    office = Office()
    await file_due(registry(rooms), send=office.send)
    for facts, came_to in (("@wplor", Settled(held=1)), ("qzvkt", Settled(filed=1))):
        word = Release(statement_id=statement, corrected={"decision_facts": facts})
        await release(registry(rooms), word=word)
        assert (await file_due(registry(rooms), send=office.send)).settled == came_to
    assert office.taken[0].payload["decision_facts"] == "qzvkt"
    rows = await rooms.rows("SELECT filing_sealed_body FROM statement")
    assert b"qzvkt" not in rows[0][0]


@pytest.mark.parametrize("corrected", [{}, {"puid": "x"}, {"decision_fact": "x"}])
async def test_only_texts_can_be_corrected(rooms: Rooms, corrected: dict[str, str]) -> None:
    (statement,) = await decide_many(rooms, count=1)
    with pytest.raises(CorrectionUnfit):
        await release(registry(rooms), word=Release(statement_id=statement, corrected=corrected))


async def test_only_what_waits_for_a_person_can_be_released(rooms: Rooms) -> None:
    (statement,) = await decide_many(rooms, count=1)
    with pytest.raises(IllegalTransition):
        await release(registry(rooms), word=Release(statement_id=statement))
    with pytest.raises(UnknownStatement):
        await release(registry(rooms), word=Release(statement_id=uuid4()))


async def test_what_the_database_refuses_waits_for_a_person(rooms: Rooms) -> None:
    (statement,) = await decide_many(rooms, count=1)
    office = Office(judge=lambda ready: Turned(ready=ready, why="category: no"))
    assert (await file_due(registry(rooms), send=office.send)).settled == Settled(refused=1)
    (refused,) = await listing(rooms.pool, tenant="main", state=FilingState.REFUSED, limit=10)
    assert (refused.id, refused.why) == (statement, "category: no")
    await release(registry(rooms), word=Release(statement_id=statement))
    assert (await file_due(registry(rooms), send=Office().send)).settled == Settled(filed=1)


async def test_what_has_no_clear_outcome_stays_due_for_later(rooms: Rooms) -> None:
    await decide_many(rooms, count=1)
    office = Office(judge=lambda ready: Postponed(ready=ready, why="no answer"))
    assert (await file_due(registry(rooms), send=office.send)).settled == Settled(postponed=1)
    assert (await file_due(registry(rooms), send=office.send)).settled == Settled()
    rooms.clock.ahead += pause(1)
    assert (await file_due(registry(rooms), send=Office().send)).settled == Settled(filed=1)


async def test_where_sending_breaks_off_what_came_is_kept_and_the_rest_is_due(
    rooms: Rooms,
) -> None:
    await decide_many(rooms, count=3)
    office = Office()

    async def once(ready: Sequence[Ready]) -> AsyncIterator[Sent]:
        async for sent in office.send(ready[:1]):
            yield sent
        raise TokenRefused

    rounds = Rounds(registry(rooms), send=once)
    for left in (2, 1):
        with pytest.raises(TokenRefused):
            await rounds.turn()
        assert await rounds.turn() is None
        standing_now = await standing(rooms.pool, tenant="main")
        assert (standing_now.due, standing_now.held, standing_now.refused) == (left, 0, 0)
        assert standing_now.oldest_due_at is not None
        rooms.clock.ahead += timedelta(seconds=BREAK_SECONDS) + pause(1)


async def test_a_statement_whose_words_were_erased_is_held(rooms: Rooms) -> None:
    await decide_many(rooms, count=1)
    await rooms.rows("UPDATE statement SET sealed_key = NULL, sealed_body = NULL")
    assert (await file_due(registry(rooms), send=Office().send)).settled == Settled(held=1)


async def test_a_look_leases_nothing(rooms: Rooms) -> None:
    await decide_many(rooms, count=2)
    batch = await claims.look(registry(rooms), after=FROM_THE_FIRST, limit=10)
    assert len(batch.statements) == 2
    assert (await file_due(registry(rooms), send=Office().send)).settled == Settled(filed=2)
