"""A list that people keep changes by the word of two, whole or not at all."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.fixtures.governing import person
from tests.fixtures.house import Rooms
from tests.fixtures.list_keeping import WHY, adding, agreed, asked, changing, done
from tests.fixtures.listing import KNOWN, chance_hashes, chance_terms, list_room, rows_of, take
from tutela.access.persons import NeedsPerson, SamePerson
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.detection.lists import changing as at_terminal
from tutela.detection.lists import register
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import Kind
from tutela.detection.lists.errors import ListUnfit, UnknownEntry, UnknownList
from tutela.detection.lists.governing import due, judging, showing
from tutela.detection.lists.governing.acts import UnknownProposal
from tutela.detection.lists.governing.asked import LINES_MAX, ListChange, ListProposal
from tutela.detection.lists.governing.judging import ListRefusing, Order
from tutela.detection.lists.governing.proposing import ANSWER, propose
from tutela.detection.lists.governing.showing import ListOpening, Wanted
from tutela.detection.lists.register import Keeper, ListStanding
from tutela.detection.lists.room import ListName
from tutela.detection.lists.snapshots import current
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Mark, Role
from tutela.errors import TutelaError

WORDS = ListName(tenant="main", service="main", name="words")
FIRST, SECOND, THIRD = chance_terms(3)
Two = tuple[Caller, Caller]


@pytest_asyncio.fixture
async def two(rooms: Rooms) -> Two:
    """Two leads."""
    return await person(rooms, name="lead-1"), await person(rooms, name="lead-2")


async def terms_of(rooms: Rooms, *, name: ListName = WORDS) -> list[str]:
    """What is looked for, without the canary."""
    snapshot = await current(list_room(rooms), name=name)
    return [each.text for each in snapshot.terms if each.entry]


async def standing(rooms: Rooms, *, name: ListName = WORDS) -> ListStanding:
    return await register.standing_of(rooms.pool, name=name, now=rooms.clock.now())


async def leaves(rooms: Rooms) -> str:
    return "".join(str(row[0]) for row in await rooms.rows("SELECT content FROM ledger_leaf"))


async def test_nothing_is_looked_for_until_another_person_agrees(rooms: Rooms, two: Two) -> None:
    proposal_id = await asked(rooms, by=two[0], proposal=adding(f"{FIRST}\n{SECOND}\n"))
    with pytest.raises(UnknownList):
        await standing(rooms)
    moved = await agreed(rooms, by=two[1], proposal_id=proposal_id)
    assert (moved.state, moved.version) == ("done", 1)
    assert await terms_of(rooms) == [FIRST, SECOND]
    found = await standing(rooms)
    assert (found.kept_by, found.owner, found.reason) == (Keeper.PEOPLE, "lead-1", WHY)
    assert found.expires_at is not None
    told = await leaves(rooms)
    assert all(kind in told for kind in ("list.proposed", "list.approved", "list.imported"))
    assert not any(secret in told for secret in ("lead-", WHY, FIRST))


async def test_who_asked_and_who_agreed_stand_in_the_lists_history(rooms: Rooms, two: Two) -> None:
    await done(rooms, by=two, proposal=adding(FIRST))
    (version,) = await register.history(list_room(rooms), name=WORDS)
    assert (version.said["by"], version.said["agreed"]) == ("lead-1", "lead-2")


async def test_nobody_agrees_to_their_own_word_whatever_case_their_name_has(
    rooms: Rooms, two: Two
) -> None:
    proposal_id = await asked(rooms, by=two[0], proposal=adding(FIRST))
    with pytest.raises(SamePerson):
        await agreed(rooms, by=two[0], proposal_id=proposal_id)
    with pytest.raises(UnknownList):
        await standing(rooms)


async def test_the_same_asked_again_is_the_same_and_another_text_is_another(
    rooms: Rooms, two: Two
) -> None:
    room = list_room(rooms)
    first, is_new = await propose(room, caller=two[0], asked=adding(FIRST))
    again, is_new_again = await propose(room, caller=two[1], asked=adding(FIRST))
    other, _ = await propose(room, caller=two[0], asked=adding(SECOND))
    assert (is_new, is_new_again, again) == (True, False, first)
    assert other.id != first.id


@pytest.mark.parametrize(
    ("proposal", "pointer", "says"),
    [
        (adding(f"{FIRST}\r\na\x07b\r\n"), "/entries", "line 2: a control character"),
        (adding("zz", kind=Kind.PDQ), "/entries", "line 1: not hexadecimal"),
        (adding("00" * 32, kind=Kind.PDQ), "/entries", "line 1: the hash of an empty file"),
        (adding("x\n" * (LINES_MAX + 1)), "/entries", f"more than {LINES_MAX} lines"),
        (adding(" \n"), "/entries", "nothing is there"),
        (adding(FIRST, kind=None), "/kind", "is needed"),
        (adding(FIRST, language="no language"), "/language", "not a well-formed"),
        (adding("ab" * 16, kind=Kind.MD5, language="de"), "/form", "only terms"),
        (adding(FIRST, numbers=(1,)), "/numbers", "not with add"),
        (changing(ListChange.END, entries=FIRST, kind=Kind.TERMS), "/entries", "not with end"),
        (changing(ListChange.EXPIRE), "/days", "needed"),
        (changing(ListChange.WITHDRAW), "/entries", "nothing is there"),
        (ListProposal(list="x", change=ListChange.END, reason=" "), "/reason", "blank"),
        (adding(FIRST, owner="a\0b"), "/owner", "U+0000"),
    ],
)
async def test_what_cant_be_asked_is_refused_with_its_place_and_nothing_is_written(
    rooms: Rooms, two: Two, proposal: ListProposal, pointer: str, says: str
) -> None:
    with pytest.raises(ListUnfit) as refused:
        await asked(rooms, by=two[0], proposal=proposal)
    assert any(each.pointer == pointer and says in each.message for each in refused.value.errors)
    assert await rooms.rows("SELECT count(*) FROM list_proposal") == [(0,)]


@pytest.mark.parametrize(
    ("proposal", "refusal"),
    [
        (changing(ListChange.END), UnknownList),
        (changing(ListChange.WITHDRAW, name="known", numbers=(9,)), UnknownEntry),
        (adding("ab" * 32, name="known", kind=Kind.PDQ), ListUnfit),
        (adding(FIRST, name="known"), ListUnfit),
        (adding(FIRST, name="../known"), ListUnfit),
        (changing(ListChange.EXPIRE, name="known", days=9), ListUnfit),
        (changing(ListChange.CONFIRM, name="known"), ListUnfit),
    ],
)
async def test_what_would_be_refused_later_is_refused_when_it_is_asked(
    rooms: Rooms, two: Two, proposal: ListProposal, refusal: type[TutelaError]
) -> None:
    await take(rooms, rows=rows_of(chance_hashes(2)))
    with pytest.raises(refusal):
        await asked(rooms, by=two[0], proposal=proposal)
    assert await rooms.rows("SELECT count(*) FROM list_proposal") == [(0,)]


async def test_two_people_take_entries_back_also_of_a_list_from_files(
    rooms: Rooms, two: Two
) -> None:
    values = chance_hashes(3)
    await take(rooms, rows=rows_of(values))
    by_number = changing(ListChange.WITHDRAW, name="known", numbers=(2,))
    assert (await done(rooms, by=two, proposal=by_number)).version == 2
    as_it_is = changing(ListChange.WITHDRAW, name="known", entries=values[0].hex(), kind=Kind.PDQ)
    assert (await done(rooms, by=two, proposal=as_it_is)).version == 3
    found = await standing(rooms, name=KNOWN)
    assert (found.withdrawn, found.kept_by) == (2, Keeper.OPERATOR)


async def test_a_list_ends_is_prolonged_and_confirmed_by_two(rooms: Rooms, two: Two) -> None:
    await done(rooms, by=two, proposal=adding(FIRST, days=10))
    await done(rooms, by=two, proposal=changing(ListChange.EXPIRE, days=20))
    rooms.clock.ahead = timedelta(days=15)
    assert await terms_of(rooms) == [FIRST]
    assert (await standing(rooms)).age_seconds > 0
    await done(rooms, by=two, proposal=changing(ListChange.CONFIRM))
    assert (await standing(rooms)).age_seconds == 0
    rooms.clock.ahead = timedelta(days=21)
    assert await terms_of(rooms) == []
    await done(rooms, by=two, proposal=changing(ListChange.END))
    assert (await standing(rooms)).withdrawn_at is not None


async def test_nothing_that_would_come_to_nothing_is_asked_of_a_list_that_is_there(
    rooms: Rooms, two: Two
) -> None:
    await done(rooms, by=two, proposal=adding(FIRST, days=10))
    with pytest.raises(ListUnfit) as refused:
        await asked(rooms, by=two[0], proposal=adding(SECOND, days=20, owner="others"))
    assert [each.pointer for each in refused.value.errors] == ["/owner", "/days"]
    rooms.clock.ahead = timedelta(days=11)
    with pytest.raises(ListUnfit, match="past its end"):
        await asked(rooms, by=two[0], proposal=adding(SECOND))
    await done(rooms, by=two, proposal=changing(ListChange.EXPIRE, days=20))
    await done(rooms, by=two, proposal=adding(SECOND))
    assert await terms_of(rooms) == [FIRST, SECOND]


async def test_the_terminal_alone_changes_no_list_of_two_people(rooms: Rooms, two: Two) -> None:
    await done(rooms, by=two, proposal=adding(FIRST))
    room, me = list_room(rooms), Account(by="shell")
    for act in (
        at_terminal.withdraw_entries(room, name=WORDS, entries=[1], account=me),
        at_terminal.end(room, name=WORDS, account=me),
        at_terminal.set_expiry(room, name=WORDS, expires_at=None, account=me),
        at_terminal.confirm(room, name=WORDS),
    ):
        with pytest.raises(ListUnfit, match="Two people keep words"):
            await act
    assert await terms_of(rooms) == [FIRST]


async def test_what_changed_meanwhile_is_met_when_it_is_agreed_to_and_it_still_waits(
    rooms: Rooms, two: Two
) -> None:
    await done(rooms, by=two, proposal=adding(FIRST))
    late = await asked(rooms, by=two[0], proposal=adding(SECOND))
    await done(rooms, by=two, proposal=changing(ListChange.END))
    with pytest.raises(ListUnfit, match="withdrawn as a whole"):
        await agreed(rooms, by=two[1], proposal_id=late)
    shown = await showing.show_proposal(list_room(rooms), caller=two[1], proposal_id=late)
    assert shown.state == "proposed"


async def test_rejected_or_taken_back_nothing_happens_and_what_was_asked_is_kept_no_longer(
    rooms: Rooms, two: Two
) -> None:
    room, said = list_room(rooms), ListRefusing(reason="too wide")
    ends = {}
    for caller in two:
        proposal_id = await asked(rooms, by=two[0], proposal=adding(FIRST))
        await judging.reject(room, order=Order(caller=caller, id=proposal_id), said=said)
        shown = await showing.show_proposal(room, caller=caller, proposal_id=proposal_id)
        ends[caller.person] = (
            shown.state,
            shown.masked,
            [each.event for each in shown.history or ()],
        )
        with pytest.raises(IllegalTransition):
            await agreed(rooms, by=two[1], proposal_id=proposal_id)
    assert sorted(ends.values()) == [
        ("rejected", None, ["proposed", "rejected"]),
        ("withdrawn", None, ["proposed", "taken_back"]),
    ]
    kept = "SELECT count(*) FROM list_proposal WHERE sealed_body IS NOT NULL"
    assert await rooms.rows(kept) == [(0,)]


async def test_a_question_that_nobody_answers_lapses(rooms: Rooms, two: Two) -> None:
    proposal_id = await asked(rooms, by=two[0], proposal=adding(FIRST))
    rooms.clock.ahead = ANSWER + timedelta(seconds=1)
    with pytest.raises(IllegalTransition):
        await agreed(rooms, by=two[1], proposal_id=proposal_id)
    assert await due.settle_all(list_room(rooms)) == 1
    assert await due.settle_all(list_room(rooms)) == 0
    page = await showing.list_proposals(
        list_room(rooms), caller=two[0], wanted=Wanted(limit=10, state="lapsed")
    )
    assert [each.id for each in page.proposals] == [str(proposal_id)]
    assert "list.lapsed" in await leaves(rooms)


async def test_entries_are_masked_until_somebody_reads_them_for_a_reason(
    rooms: Rooms, two: Two
) -> None:
    room, proposal_id = list_room(rooms), await asked(rooms, by=two[0], proposal=adding(FIRST))
    shown = await showing.show_proposal(room, caller=two[1], proposal_id=proposal_id)
    assert shown.masked == (f"{FIRST[0]}…{FIRST[-1]} (14)",)
    order = Order(caller=two[1], id=proposal_id)
    with pytest.raises(ListUnfit):
        await showing.open_proposal(room, order=order, said=ListOpening(reason=" "))
    opened = await showing.open_proposal(room, order=order, said=ListOpening(reason="to judge it"))
    assert opened.entries == [FIRST]
    after = await showing.show_proposal(room, caller=two[0], proposal_id=proposal_id)
    assert [(each.event, each.by) for each in after.history or ()] == [
        ("proposed", "lead-1"),
        ("opened", "lead-2"),
    ]


async def test_who_may_not_is_refused(rooms: Rooms, two: Two) -> None:
    admin = await person(rooms, name="admin-1", role=Role.ADMIN)
    reviewer = await person(rooms, name="reviewer-1", role=Role.REVIEWER)
    program = await rooms.caller(Role.LEAD)
    canary = await person(rooms, name="lead-3", mark=Mark.CANARY)
    proposal_id = await asked(rooms, by=admin, proposal=adding(FIRST))
    for caller, refusal in (
        (reviewer, Forbidden),
        (program, NeedsPerson),
        (canary, ListUnfit),
    ):
        with pytest.raises(refusal):
            await asked(rooms, by=caller, proposal=adding(SECOND))
    with pytest.raises(Forbidden):
        await agreed(rooms, by=admin, proposal_id=proposal_id)
    with pytest.raises(UnknownProposal):
        await agreed(rooms, by=two[0], proposal_id=uuid4())
    moved = await agreed(rooms, by=two[0], proposal_id=proposal_id)
    assert UUID(moved.id) == proposal_id
