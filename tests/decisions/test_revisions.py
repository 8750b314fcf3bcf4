"""Every change of a subject's measures has a revision, and concurrent ones stand in one order."""

import asyncio
import json

from tests.fixtures.deciding import action, at_work, decided, subject
from tests.fixtures.house import Rooms
from tutela.access.keys import Sealed
from tutela.database.pool import tenant_transaction
from tutela.decisions.revisions import advance

SUBJECTS = [bytes([n]) * 16 for n in range(1, 4)]


async def advanced(rooms: Rooms, *, subjects: list[bytes], service: str = "main") -> list[int]:
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        given = await advance(connection, tenant="main", service=service, subject_keys=subjects)
    return [given[each] for each in subjects]


async def remove(rooms: Rooms, *, name: str) -> None:
    reviewer, lease, items = await at_work(rooms, subjects=[subject(name)])
    measures = [
        {"kind": kind, "subject": subject(name)}
        for kind in ("visibility_removed", "visibility_demoted")
    ]
    body = action(lease, items=items, on=subject(name), measures=measures)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def said(rooms: Rooms) -> list[tuple[str, object]]:
    query = "SELECT id, sealed_key, sealed_body FROM outbox ORDER BY place"
    bodies = [
        json.loads(rooms.keys.open(Sealed(key, body), row=row_id.bytes))
        for row_id, key, body in await rooms.rows(query)
    ]
    return [(body["type"], body["revision"]) for body in bodies]


async def test_measures_of_one_decision_share_a_revision_and_the_next_decision_has_the_next(
    rooms: Rooms,
) -> None:
    for name in ("one", "one", "two"):
        await remove(rooms, name=name)
    stored = await rooms.rows("SELECT revision FROM measure ORDER BY id")
    assert [revision for (revision,) in stored] == [1, 1, 2, 2, 1, 1]
    told = [each for each in await said(rooms) if each[0] != "notice.answered"]
    assert told == [
        *[("measure.apply", 1)] * 2,
        ("statement.issued", 1),
        *[("measure.apply", 2)] * 2,
        ("statement.issued", 2),
        *[("measure.apply", 1)] * 2,
        ("statement.issued", 1),
    ]


async def test_each_measure_and_its_instruction_name_each_other_and_their_subject(
    rooms: Rooms,
) -> None:
    await remove(rooms, name="one")
    found = await rooms.rows(
        "SELECT m.subject_key = o.subject_key, m.state FROM measure m"
        " JOIN outbox o ON o.measure_id = m.id AND o.kind = 'measure.apply'"
    )
    assert found == [(True, "decided")] * 2


async def test_a_subject_named_twice_or_none_at_all_is_no_fault(rooms: Rooms) -> None:
    await rooms.caller()
    first = SUBJECTS[0]
    assert await advanced(rooms, subjects=[first, first]) == [1, 1]
    assert await advanced(rooms, subjects=[]) == []


async def test_services_count_apart(rooms: Rooms) -> None:
    await rooms.caller()
    await rooms.caller(service="other")
    assert await advanced(rooms, subjects=SUBJECTS) == [1, 1, 1]
    assert await advanced(rooms, subjects=SUBJECTS, service="other") == [1, 1, 1]


async def test_concurrent_changes_of_the_same_subjects_each_get_a_revision_of_their_own(
    rooms: Rooms,
) -> None:
    await rooms.caller()
    orders = [SUBJECTS, SUBJECTS[::-1]] * 4
    given = await asyncio.gather(*(advanced(rooms, subjects=order) for order in orders))
    assert sorted(revisions[0] for revisions in given) == sorted(range(1, len(orders) + 1))
