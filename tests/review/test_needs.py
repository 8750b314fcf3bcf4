"""Nobody sees a case of a harm that they don't work on: not listed, shown, claimed or decided."""

import os

import pytest

from tests.fixtures.deciding import CHILD, SCAM, claim, claimed, decided, dismissal, subject
from tests.fixtures.house import Rooms
from tests.fixtures.overseeing import at_console, overseeing
from tutela.access.persons import UnknownPerson
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.domain.harm import HarmFamily
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.review import case_view
from tutela.review.case_view import Page
from tutela.review.oversight.needs import Need, NeedSet, set_need
from tutela.review.queue import UnknownCase

SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"


async def works_on(
    rooms: Rooms, *families: HarmFamily, name: str = "", languages: tuple[str, ...] = ()
) -> list[Need]:
    lead = await at_console(rooms, name=f"lead-{os.urandom(3).hex()}", role=Role.LEAD)
    asked = NeedSet(person=name, families=list(families), languages=list(languages))
    return (await set_need(overseeing(rooms), caller=lead, asked=asked)).needs


async def families_seen(rooms: Rooms, *, caller: Caller) -> set[str]:
    page = await case_view.list_cases(
        rooms.pool, caller=caller, page=Page(limit=50), now=rooms.clock.now()
    )
    return {each.family for each in page.cases}


async def world(rooms: Rooms) -> None:
    sender = await rooms.caller()
    await rooms.take(sender, category=SCAM, language="de")
    await rooms.take(sender, category=SPEECH, language="pt-BR")
    await rooms.take(sender, category=CHILD, possible_minor={"depicted": True})


async def test_a_person_sees_the_harms_they_work_on_and_no_other(rooms: Rooms) -> None:
    await world(rooms)
    reviewer = await at_console(rooms, name="reviewer-1")
    assert await families_seen(rooms, caller=reviewer) == {"scams", "speech"}
    await works_on(rooms, HarmFamily.SPEECH, name="reviewer-1")
    assert await families_seen(rooms, caller=reviewer) == {"speech"}
    ((scam,),) = await rooms.rows("SELECT id FROM case_file WHERE family = 'scams'")
    with pytest.raises(UnknownCase):
        await case_view.show_case(
            rooms.pool, caller=reviewer, case_id=scam, keys=rooms.keys, now=rooms.clock.now()
        )
    assert await rooms.rows("SELECT * FROM view_noted WHERE case_id IS NOT NULL") == []
    lease = await claim(rooms, reviewer=reviewer)
    assert lease is not None
    assert lease.case_id != scam
    assert await claim(rooms, reviewer=reviewer) is None


async def test_a_harm_that_was_taken_away_cant_be_decided_under_a_lease(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller(), category=SCAM)
    reviewer = await at_console(rooms, name="reviewer-1")
    lease = await claimed(rooms, reviewer=reviewer)
    await works_on(rooms, HarmFamily.SPEECH, name="reviewer-1")
    body = dismissal(lease, items=[accepted.items[0].id])
    with pytest.raises(UnknownCase):
        await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def test_what_was_decided_of_another_harm_about_the_same_subject_stays_unseen(
    rooms: Rooms,
) -> None:
    sender, thing = await rooms.caller(), subject("post-1")
    first = await rooms.take(sender, category=SCAM, subjects=[thing])
    lead = await at_console(rooms, name="reviewer-2")
    lease = await claimed(rooms, reviewer=lead)
    body = dismissal(lease, items=[first.items[0].id])
    await decided(rooms, reviewer=lead, lease=lease, body=body)
    await rooms.take(sender, category=SPEECH, subjects=[thing])
    reviewer = await at_console(rooms, name="reviewer-1")
    ((case_id,),) = await rooms.rows("SELECT id FROM case_file WHERE family = 'speech'")
    seen = []
    for families in ((HarmFamily.SPEECH, HarmFamily.SCAMS), (HarmFamily.SPEECH,)):
        await works_on(rooms, *families, name="reviewer-1")
        shown = await case_view.show_case(
            rooms.pool, caller=reviewer, case_id=case_id, keys=rooms.keys, now=rooms.clock.now()
        )
        seen.append(len(shown.decisions))
    assert seen == [1, 0]


async def test_what_everybody_works_on_binds_programs_and_people_but_no_specialist(
    rooms: Rooms,
) -> None:
    await world(rooms)
    await works_on(rooms, HarmFamily.SCAMS)
    reviewer = await at_console(rooms, name="reviewer-1")
    specialist = await at_console(rooms, name="specialist-1", role=Role.SPECIALIST)
    program = await rooms.caller(Role.REVIEWER)
    assert await families_seen(rooms, caller=reviewer) == {"scams"}
    assert await families_seen(rooms, caller=program) == {"scams"}
    assert len(await families_seen(rooms, caller=specialist)) == 3
    await works_on(rooms, HarmFamily.SPEECH, name="reviewer-1")
    assert await families_seen(rooms, caller=reviewer) == {"speech"}
    await works_on(rooms, name="reviewer-1")
    assert await families_seen(rooms, caller=reviewer) == set()


async def test_languages_say_what_somebody_is_given_and_not_what_they_see(rooms: Rooms) -> None:
    await world(rooms)
    reviewer = await at_console(rooms, name="reviewer-1")
    await works_on(rooms, HarmFamily.SPEECH, HarmFamily.SCAMS, name="reviewer-1", languages=("pt",))
    assert await families_seen(rooms, caller=reviewer) == {"scams", "speech"}
    lease = await claim(rooms, reviewer=reviewer)
    assert lease is not None
    ((family,),) = await rooms.rows(
        "SELECT family FROM case_file WHERE id = %(id)s", id=lease.case_id
    )
    assert family == "speech"
    assert await claim(rooms, reviewer=reviewer) is None


async def test_danger_is_given_to_whoever_comes_in_whatever_language(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller(), category=SCAM, language="mt", imminent_danger=True)
    reviewer = await at_console(rooms, name="reviewer-1")
    await works_on(rooms, HarmFamily.SCAMS, name="reviewer-1", languages=("pt",))
    assert await claim(rooms, reviewer=reviewer) is not None


async def test_who_works_on_everything_again_has_no_row(rooms: Rooms) -> None:
    await at_console(rooms, name="reviewer-1")
    await works_on(rooms, HarmFamily.SCAMS, name="reviewer-1")
    lead = await at_console(rooms, name="lead-1", role=Role.LEAD)
    everything = NeedSet(person="reviewer-1", families=None)
    told = (await set_need(overseeing(rooms), caller=lead, asked=everything)).needs
    assert all(each.families is None for each in told)
    assert await rooms.rows("SELECT * FROM need_to_know") == []


async def test_only_who_may_says_who_works_on_what(rooms: Rooms) -> None:
    reviewer = await at_console(rooms, name="reviewer-1")
    asked = NeedSet(person="reviewer-1", families=None)
    with pytest.raises(Forbidden):
        await set_need(overseeing(rooms), caller=reviewer, asked=asked)
    with pytest.raises(UnknownPerson):
        await works_on(rooms, HarmFamily.SCAMS, name="nobody")
    with pytest.raises(TutelaError, match="taken"):
        await works_on(rooms, HarmFamily.SCAMS, HarmFamily.SCAMS)
    assert await rooms.rows("SELECT * FROM need_to_know") == []


async def test_who_works_on_what_is_ledgered_without_a_name(rooms: Rooms) -> None:
    await at_console(rooms, name="reviewer-1")
    needs = await works_on(rooms, HarmFamily.SCAMS, name="reviewer-1")
    (own,) = [each for each in needs if each.person == "reviewer-1"]
    assert own.families == [HarmFamily.SCAMS]
    leaves = await rooms.rows("SELECT content FROM ledger_leaf")
    said = [bytes(content).decode() for (content,) in leaves]
    (leaf,) = [text for text in said if "oversight.need_set" in text]
    assert "scams" in leaf
    assert "reviewer-1" not in leaf
    assert "lead-" not in leaf
