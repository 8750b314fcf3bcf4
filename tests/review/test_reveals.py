"""A reveal is spent on the server: no door, tab or clock gets round a day that is over."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.fixtures.caring import VAULT, a_day_passes, child_notice, looker, looks_spent
from tests.fixtures.deciding import claim, claimed
from tests.fixtures.house import Rooms
from tutela.access.persons import NeedsPerson
from tutela.database.pool import tenant_transaction
from tutela.detection.detectors import Hashes
from tutela.detection.pipeline.events import ContentPosted, kinds
from tutela.detection.pipeline.room import DetectionRoom
from tutela.domain.care import AgainReason
from tutela.domain.events import Visibility
from tutela.domain.vocabulary import Role
from tutela.review.care import revealing
from tutela.review.care.forgetting import forget
from tutela.review.care.revealing import Asking
from tutela.review.care.room import (
    AlreadyRevealed,
    BudgetSpent,
    NothingToReveal,
    UnknownReveal,
)
from tutela.review.care.rules import Bound, CareRules
from tutela.review.care.vault import NoVault, signature
from tutela.review.queue import StaleLease, UnknownCase

TWO = CareRules(per_day=Bound(2, 3_600), by_family={})


async def test_a_link_names_the_medium_and_is_signed_for_a_short_time(rooms: Rooms) -> None:
    person = await looker(rooms)
    subject = {"kind": "content", "id": "post 1/ä?&"}
    told = await person.looks_at_another(subjects=[subject])
    parts = urlsplit(told.link)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert unquote(parts.path) == "/m/post 1/ä?&"
    said = ["post 1/ä?&", asked["until"], asked["n"]]
    assert asked["s"] == signature(VAULT.key, said=said)
    assert 0 < int(asked["until"]) - rooms.clock.now().timestamp() < 62


async def test_a_day_is_over_after_its_reveals(rooms: Rooms) -> None:
    person = await looker(rooms, rules=TWO)
    first = await person.looks_at_another()
    assert first.left is not None
    assert first.left.reveals == 1
    await person.looks_at_another()
    with pytest.raises(BudgetSpent):
        await person.looks_at_another()
    assert await looks_spent(rooms) == 2
    other = await looker(rooms, name="reviewer-2", rules=TWO)
    await other.looks_at_another()


async def test_a_day_is_over_after_its_minutes_whatever_is_hidden_at_once_is_not_charged(
    rooms: Rooms,
) -> None:
    person = await looker(
        rooms, rules=CareRules(per_day=Bound(100, 150), by_family={}, reveal_seconds=100)
    )
    first = await person.looks_at_another()
    assert first.left is not None
    assert first.left.seconds == 50
    second = await person.looks_at_another()
    assert second.left is not None
    assert second.left.seconds == 0
    with pytest.raises(BudgetSpent):
        await person.looks_at_another()
    await rooms.rows("UPDATE exposure_reveal SET at = at - interval '9 s' WHERE hidden_at IS NULL")
    for each in await rooms.rows("SELECT id FROM exposure_reveal"):
        await revealing.hide(person.room, caller=person.caller, reveal_id=each[0])
    third = await person.looks_at_another()
    assert third.left is not None
    assert 0 < third.left.seconds < 50


async def test_a_family_has_a_bound_of_its_own(rooms: Rooms) -> None:
    person = await looker(rooms, rules=CareRules(by_family={"child_safety": Bound(1, 600)}))
    await person.looks_at_another(**child_notice())
    with pytest.raises(BudgetSpent):
        await person.looks_at_another(**child_notice())
    await person.looks_at_another()


async def test_no_second_tab_passes_the_stop(rooms: Rooms) -> None:
    person = await looker(rooms, rules=TWO)
    cases = [(await person.holds())[0] for _ in range(6)]
    done = await asyncio.gather(*(person.looks(each) for each in cases), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["BudgetSpent"] * 4 + ["Revealed"] * 2


async def test_no_clock_of_a_process_passes_the_stop_and_the_next_day_does(rooms: Rooms) -> None:
    person = await looker(rooms, rules=TWO)
    for _ in range(2):
        await person.looks_at_another()
    case_id, _ = await person.holds()
    rooms.clock.ahead = timedelta(days=3)
    with pytest.raises(BudgetSpent):
        await person.looks(case_id)
    rooms.clock.ahead = timedelta()
    await a_day_passes(rooms)
    await person.looks(case_id)


async def test_the_day_is_the_same_on_every_service_of_a_tenant(rooms: Rooms) -> None:
    person = await looker(rooms, rules=TWO)
    for _ in range(2):
        await person.looks_at_another()
    elsewhere = replace(await rooms.caller(Role.SPECIALIST, service="other"), person="reviewer-1")
    await rooms.take(await rooms.caller(service="other"))
    lease = await claimed(rooms, reviewer=elsewhere)
    asking = Asking(caller=elsewhere, case_id=lease.case_id, lease_token=str(lease.token))
    with pytest.raises(BudgetSpent):
        await revealing.reveal(person.room, asking=asking)


async def test_at_the_stop_danger_goes_to_somebody_else_before_everything(rooms: Rooms) -> None:
    person = await looker(rooms, rules=CareRules(per_day=Bound(1, 600), by_family={}))
    await person.looks_at_another()
    held, _ = await person.holds(imminent_danger=True)
    kept, _ = await person.holds()
    for _ in range(3):
        await rooms.take(await rooms.caller(), imminent_danger=True)
    await rooms.rows(
        "UPDATE case_file SET due_at = due_at - interval '1 day' WHERE id <> %(id)s", id=held
    )
    with pytest.raises(BudgetSpent):
        await person.looks(held)
    for _ in range(3):
        lease = await claimed(rooms, reviewer=person.caller)
        assert lease.case_id != held
    assert await claim(rooms, reviewer=person.caller) is None
    other = await looker(rooms, name="reviewer-2")
    assert (await claimed(rooms, reviewer=other.caller)).case_id == held
    ((holder,),) = await rooms.rows("SELECT lease_holder FROM case_file WHERE id = %(id)s", id=kept)
    assert holder == "person reviewer-1"


async def test_the_same_media_is_looked_at_once_unless_somebody_says_why(rooms: Rooms) -> None:
    person, other = await looker(rooms), await looker(rooms, name="reviewer-2")
    subject = {"kind": "content", "id": "post-1"}
    first, _ = await person.holds(subjects=[subject])
    await person.looks(first)
    with pytest.raises(AlreadyRevealed):
        await person.looks(first)
    second, _ = await other.holds(subjects=[subject], **child_notice())
    with pytest.raises(AlreadyRevealed, match=str(first)):
        await other.looks(second)
    await other.looks(second, again=AgainReason.SECOND_LOOK)
    given = await rooms.rows("SELECT again FROM exposure_reveal ORDER BY at")
    assert given == [(None,), ("second_look",)]


async def test_a_double_click_spends_once_and_tells_the_same_link(rooms: Rooms) -> None:
    person = await looker(rooms)
    case_id, _ = await person.holds()
    one, two = await asyncio.gather(*(person.looks(case_id, key="k-1") for _ in range(2)))
    assert (one.link, one.id) == (two.link, two.id)
    assert await looks_spent(rooms) == 1
    await revealing.hide(
        person.room,
        caller=person.caller,
        reveal_id=(await rooms.rows("SELECT id FROM exposure_reveal"))[0][0],
    )
    with pytest.raises(AlreadyRevealed):
        await person.looks(case_id, key="k-1")


async def test_only_whoever_holds_the_case_may_look(rooms: Rooms) -> None:
    person, other = await looker(rooms), await looker(rooms, name="reviewer-2")
    case_id, token = await person.holds()
    with pytest.raises(StaleLease):
        await other.looks(case_id)
    asking = Asking(caller=other.caller, case_id=case_id, lease_token=token)
    with pytest.raises(StaleLease):
        await revealing.reveal(other.room, asking=asking)
    stranger = replace(other.caller, tenant="elsewhere")
    with pytest.raises(UnknownCase):
        await revealing.reveal(other.room, asking=replace(asking, caller=stranger))
    program = replace(person.caller, person=None)
    with pytest.raises(NeedsPerson):
        await revealing.reveal(person.room, asking=replace(asking, caller=program))
    assert await looks_spent(rooms) == 0


async def test_a_reveal_is_its_persons_alone_until_it_is_hidden(rooms: Rooms) -> None:
    person, other = await looker(rooms), await looker(rooms, name="reviewer-2")
    told = await person.looks_at_another()
    ((reveal_id,),) = await rooms.rows("SELECT id FROM exposure_reveal")
    assert (
        await revealing.shown(person.room, caller=person.caller, reveal_id=reveal_id)
    ).link == told.link
    with pytest.raises(UnknownReveal):
        await revealing.shown(other.room, caller=other.caller, reveal_id=reveal_id)
    with pytest.raises(UnknownReveal):
        await revealing.hide(other.room, caller=other.caller, reveal_id=reveal_id)
    await revealing.hide(person.room, caller=person.caller, reveal_id=reveal_id)
    await revealing.hide(person.room, caller=person.caller, reveal_id=reveal_id)
    with pytest.raises(UnknownReveal):
        await revealing.shown(person.room, caller=person.caller, reveal_id=reveal_id)


async def test_without_a_vault_or_a_medium_nothing_is_spent(rooms: Rooms) -> None:
    person = await looker(rooms)
    account, _ = await person.holds(subjects=[{"kind": "account", "id": "a-1"}])
    with pytest.raises(NothingToReveal):
        await person.looks(account)
    case_id, _ = await person.holds()
    person.room = replace(person.room, vault=None)
    with pytest.raises(NoVault):
        await person.looks(case_id)
    assert await looks_spent(rooms) == 0


async def test_each_reveal_is_in_the_ledger_without_anybodys_name(rooms: Rooms) -> None:
    person = await looker(rooms)
    await person.looks_at_another(**child_notice())
    query = "SELECT content FROM ledger_leaf WHERE fact_type = 'media.revealed'"
    ((content,),) = await rooms.rows(query)
    text = bytes(content).decode()
    assert '"family":"child_safety"' in text
    assert "reviewer-1" not in text
    assert "subject-" not in text


async def test_media_is_known_again_by_the_hash_that_the_platform_told(rooms: Rooms) -> None:
    person = await looker(rooms)
    room = DetectionRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)
    sender = await rooms.caller()
    for name, digest in (("copy-1", "ab" * 32), ("copy-2", "AB" * 32), ("other", "cd" * 32)):
        event = ContentPosted(
            id=name,
            type="content",
            at=rooms.clock.now(),
            visibility=Visibility.PUBLIC,
            content_id=name,
            account_id="a-1",
            kind="image",
            hashes=Hashes(sha256=digest),
        )
        async with tenant_transaction(rooms.pool, tenant="main") as connection:
            await kinds(room)["content"].handle(connection, caller=sender, events=[event])
    first, _ = await person.holds(subjects=[{"kind": "content", "id": "copy-1"}])
    await person.looks(first)
    second, _ = await person.holds(subjects=[{"kind": "content", "id": "copy-2"}])
    with pytest.raises(AlreadyRevealed, match=str(first)):
        await person.looks(second)
    await person.looks_at_another(subjects=[{"kind": "content", "id": "other"}])


async def test_looks_are_forgotten_after_half_a_year(rooms: Rooms) -> None:
    person = await looker(rooms)
    await person.looks_at_another()
    await forget(person.room)
    assert await looks_spent(rooms) == 1
    rooms.clock.ahead = timedelta(days=181)
    await forget(person.room)
    assert await looks_spent(rooms) == 0
    assert await rooms.rows("SELECT count(*) FROM exposure_media") == [(0,)]
