"""A platform that took a measure and says nothing is asked, by the whole state of the subject."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from tests.fixtures.deciding import subject
from tests.fixtures.platform import MAIN, Platform
from tutela.decisions.carrying import list_measures
from tutela.decisions.unheard import UNANSWERED_MAX, Asking, ask_unheard
from tutela.domain.vocabulary import Mark
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits
from tutela.reconciliation.report import Reconciliation

CONFIRM_SECONDS = 3_600.0
HOUR = timedelta(seconds=CONFIRM_SECONDS)


async def ask(platform: Platform) -> int:
    asking = Asking(
        pool=platform.rooms.pool, keys=platform.rooms.keys, confirm_seconds=CONFIRM_SECONDS
    )
    return await ask_unheard(asking, mint=platform.mint)


async def questions(platform: Platform) -> list[dict[str, Any]]:
    return [each for each in await platform.told() if each["type"] == "measure.reconcile"]


async def report(platform: Platform) -> Reconciliation:
    quiet = Limits(kinds=(), doors=(), inclusion_seconds=1e9)
    return await reconcile.reconcile(
        platform.rooms.pool, now=platform.rooms.clock.now(), limits=quiet
    )


async def test_silence_is_asked_about_by_everything_that_holds_for_the_subject(
    platform: Platform,
) -> None:
    await platform.configure()
    kinds = ("visibility_removed", "visibility_labelled")
    measures = [{"kind": kind, "subject": subject("one"), "territory": ["DE"]} for kind in kinds]
    await platform.act("one", measures=measures)
    gone = await platform.act("one")
    await platform.act("two")
    await platform.undo(gone.id)
    while (await platform.deliver()).accepted:
        pass
    assert await ask(platform) == 0
    platform.wait(HOUR)
    assert await ask(platform) == 2
    assert await ask(platform) == 0
    first, second = await questions(platform)
    assert (first["revision"], first["subject"]["id"]) == (3, "one")
    assert sorted(each["kind"] for each in first["measures"]) == sorted(kinds)
    assert all(each["territory"] == ["DE"] for each in first["measures"])
    assert len(first["unconfirmed"]) == 3
    assert first["measure_id"] in first["unconfirmed"]
    assert (second["revision"], len(second["measures"])) == (1, 1)
    assert (await report(platform)).faults == []


async def test_each_further_question_waits_twice_as_long_and_has_an_id_of_its_own(
    platform: Platform,
) -> None:
    await platform.configure()
    await platform.act("one")
    asked_at = []
    for hour in range(16):
        while (await platform.deliver()).accepted:
            pass
        if await ask(platform):
            asked_at.append(hour)
        platform.wait(HOUR)
    assert asked_at == [1, 2, 4, 8]
    ids = {each.id for each in platform.receiver.received}
    assert len(ids) == len(platform.receiver.received) == 3 + 4


async def test_what_is_still_under_way_is_waited_for(platform: Platform) -> None:
    await platform.configure()
    await platform.act("one")
    await platform.deliver()
    platform.receiver.answer = lambda _: 503
    decided = await platform.act("one")
    await platform.undo(decided.id)
    platform.wait(HOUR)
    await platform.deliver()
    assert await ask(platform) == 0
    assert await platform.rooms.rows("SELECT reconciles FROM measure ORDER BY id") == [(0,), (0,)]


async def test_two_workers_ask_once(platform: Platform) -> None:
    await platform.configure()
    for name in ("one", "two", "three"):
        await platform.act(name)
    while (await platform.deliver()).accepted:
        pass
    platform.wait(HOUR)
    assert sum(await asyncio.gather(*(ask(platform) for _ in range(3)))) == 3
    assert len(await questions(platform)) == 3


async def test_after_questions_without_an_answer_a_person_owns_it(platform: Platform) -> None:
    await platform.configure()
    await platform.act("one")
    for _ in range(UNANSWERED_MAX):
        while (await platform.deliver()).accepted:
            pass
        assert (await report(platform)).faults == []
        platform.wait(timedelta(days=2))
        assert await ask(platform) == 1
    while (await platform.deliver()).accepted:
        pass
    (fault,) = (await report(platform)).faults
    ((measure_id,),) = await platform.rooms.rows("SELECT id::text FROM measure")
    assert (fault.check, [each.id for each in fault.found]) == ("measure_unconfirmed", [measure_id])
    assert "owner lead" in fault.found[0].detail


async def test_what_is_not_carried_out_is_counted_with_its_age(platform: Platform) -> None:
    await platform.act("one")
    await platform.act("two", mark=Mark.DRILL)
    told = (await report(platform)).not_carried_out
    ((decided_at,),) = await platform.rooms.rows(
        "SELECT decided_at FROM decision WHERE mark = 'real'"
    )
    assert [(each.kind, each.state, each.count) for each in told] == [
        ("visibility_removed", "decided", 1)
    ]
    assert told[0].oldest_since == json.loads(
        json.dumps(decided_at.isoformat().replace("+00:00", "Z"))
    )
    for not_carried_out, count in ((True, 1), (False, 1)):
        listed = await list_measures(
            platform.rooms.pool, station=MAIN, not_carried_out=not_carried_out, limit=10
        )
        assert [each.state for each in listed] == ["decided"] * count
    await platform.rooms.rows("UPDATE measure SET state = 'confirmed'")
    assert (await report(platform)).not_carried_out == []
    listed = await list_measures(platform.rooms.pool, station=MAIN, not_carried_out=True, limit=10)
    assert listed == []


async def test_a_probe_s_measure_is_never_asked_about(platform: Platform) -> None:
    await platform.act("one", mark=Mark.DRILL)
    while (await platform.deliver()).accepted:
        pass
    platform.wait(timedelta(days=2))
    assert await ask(platform) == 0
