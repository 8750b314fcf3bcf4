"""Parts of a decision about many: a bad line refuses itself alone, and again is safe."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.fixtures.bulk import account, accounts, head, looked_at, ran, room_of, send, started
from tests.fixtures.house import Rooms
from tutela.decisions.bulk.uploading import LINE_MAX_BYTES
from tutela.domain.harm import HarmFamily
from tutela.domain.vocabulary import Mark, Role
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.reading import NotJson, Unfit
from tutela.review.guidelines import Guideline, Guidelines

BAD_LINES: dict[str, tuple[object, str, str]] = {
    "no JSON": (b"{", "not_json", ""),
    "not UTF-8": (b'{"facts": "\xff"}', "not_json", ""),
    "UTF-16": ('{"facts": "x"}'.encode("utf-16"), "not_json", ""),
    "no object": (b"[]", "invalid_body", ""),
    "no subject": ({"facts": "x"}, "invalid_body", "/subject"),
    "no facts": ({"subject": {"kind": "account", "id": "a"}}, "invalid_body", "/facts"),
    "blank facts": (account("a", facts=" "), "invalid_body", "/facts"),
    "unknown field": (account("a", lease_token="x"), "invalid_body", "/lease_token"),
    "said twice": (b'{"facts": "x", "facts": "y"}', "invalid_body", "/facts"),
    "no id": ({"subject": {"kind": "account"}, "facts": "x"}, "invalid_body", "/subject"),
    "blank id": (
        account("a", subject={"kind": "account", "id": " ", "url": "https://example.social/a"}),
        "invalid_body",
        "/subject/id",
    ),
    "no account": (
        {"subject": {"kind": "content", "id": "p-1"}, "facts": "x"},
        "invalid_body",
        "/subject/kind",
    ),
    "country": (account("a", country="XX"), "invalid_body", "/country"),
    "language": (account("a", language="-"), "invalid_body", "/language"),
    "content": (account("a", content={"types": []}), "invalid_body", "/content/types"),
    "too long": (b'"' + b"x" * LINE_MAX_BYTES + b'"', "too_large", ""),
}

BAD_HEADS: dict[str, tuple[dict[str, object], str]] = {
    "clause": ({"terms_clause": None}, "/bulk/terms_clause"),
    "ground": ({"ground": "illegal"}, "/bulk/legal_ground"),
    "measures": ({"measures": []}, "/bulk/measures"),
    "other": ({"measures": [{"kind": "visibility_other"}]}, "/bulk/measures/0/text"),
    "subject": (
        {"measures": [{"kind": "account_terminated", "subject": {"kind": "account", "id": "a"}}]},
        "/bulk/measures/0/subject",
    ),
    "day": ({"application_date": "1999-01-01"}, "/bulk/application_date"),
    "facts": ({"facts": "the same of all"}, "/bulk/facts"),
}


async def test_a_bad_line_is_refused_alone_and_named(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    bad = [line for line, _, _ in BAD_LINES.values()]
    sent = await send(room, caller=lead, lines=[head(), account("a-1"), *bad, account("a-2")])
    assert sent.counts == (2, 0, len(bad))
    named = dict(zip(BAD_LINES, sent.refused, strict=True))
    assert named == {
        name: (number, code, pointer)
        for number, (name, (_, code, pointer)) in enumerate(BAD_LINES.items(), start=3)
    }
    assert [number for number, _ in sent.refusals] == list(range(3, 3 + len(bad)))


async def test_a_first_line_that_does_not_hold_together_begins_nothing(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    named = {}
    for name, (fields, _) in BAD_HEADS.items():
        with pytest.raises(Unfit) as refused:
            await send(room, caller=lead, lines=[head(**fields), account("a-1")])
        named[name] = refused.value.errors[0].pointer
    assert named == {name: pointer for name, (_, pointer) in BAD_HEADS.items()}
    assert await rooms.rows("SELECT 1 FROM bulk") == []


@pytest.mark.parametrize(("lines", "error"), [([], Unfit), ([b"{"], NotJson), (accounts(1), Unfit)])
async def test_a_first_part_begins_with_what_is_shared(
    rooms: Rooms, lines: list[object], error: type[Exception]
) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    with pytest.raises(error):
        await send(room, caller=lead, lines=lines)


async def test_the_same_part_again_changes_nothing(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    lines = [head(), *accounts(3)]
    first = await send(room, caller=lead, lines=lines)
    again = await send(room, caller=lead, lines=lines)
    assert (first.id, first.counts, again.counts) == (again.id, (3, 0, 0), (0, 3, 0))
    assert [each.status for each in again.answers] == [
        "begun",
        "repeated",
        "repeated",
        "repeated",
        "ended",
    ]


async def test_a_later_part_needs_no_first_line_and_a_bad_one_refuses_a_line(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    first = await send(room, caller=lead, lines=[head(), account("a-1")])
    later = await send(room, caller=lead, lines=[b"{", account("a-2")])
    assert (later.id, later.counts, later.refused) == (first.id, (1, 0, 1), [(1, "not_json", "")])


async def test_a_subject_said_twice_with_other_words_is_refused(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    lines = [head(), account("a-1"), account("a-1", facts="other words"), account("a-1")]
    sent = await send(room, caller=lead, lines=lines)
    assert sent.counts == (1, 1, 1)
    assert sent.refused == [(3, "duplicate_subject", "/subject")]
    later = await send(room, caller=lead, lines=[account("a-1", facts="again other words")])
    assert later.refused == [(1, "duplicate_subject", "/subject")]


async def test_a_name_stands_for_one_first_line_and_one_mark(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    await send(room, caller=lead, lines=[head(), account("a-1")])
    with pytest.raises(KeyReused):
        await send(room, caller=lead, lines=[head(explanation="another"), account("a-2")])
    drill = await rooms.caller(Role.LEAD, mark=Mark.DRILL)
    with pytest.raises(KeyReused):
        await send(room, caller=drill, lines=[head(), account("a-2")])


async def test_what_runs_takes_no_more_subjects_and_knows_those_it_has(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    ended = await ran(room, caller=lead, lines=accounts(2))
    late = await send(room, caller=lead, lines=[account("a-0"), account("a-9")])
    assert late.refused == [(2, "illegal_state", "")]
    assert late.counts == (0, 1, 1)
    shown = await looked_at(room, caller=lead, bulk_id=ended.id)
    assert shown.subjects == 2


async def test_many_are_decided_under_the_guideline_of_the_day(rooms: Rooms) -> None:
    lead, today = await rooms.caller(Role.LEAD), rooms.clock.now().date()
    guideline = partial(Guideline, families=(HarmFamily.SCAMS,), title="of scams", words="token 2b")
    old = guideline(version="2026-10", valid_from=today - timedelta(days=30))
    room = replace(room_of(rooms), guidelines=Guidelines([old]))
    sent = await send(room, caller=lead, lines=[head(), account("a-1")])
    assert not (await looked_at(room, caller=lead, bulk_id=sent.id)).guideline_stale
    new = guideline(version="2026-11", valid_from=today)
    later = replace(room, guidelines=Guidelines([old, new]))
    assert (await looked_at(later, caller=lead, bulk_id=sent.id)).guideline_stale
    with pytest.raises(Unfit) as refused:
        await started(later, caller=lead, sent=sent)
    assert [each.pointer for each in refused.value.errors] == ["/bulk/guideline_version"]
    with pytest.raises(Unfit) as refused:
        await send(later, caller=lead, lines=[head(), account("a-2")], key="batch-2")
    assert "2026-11 is" in refused.value.errors[0].message
    fresh = head(guideline_version="2026-11")
    again = await send(later, caller=lead, lines=[fresh, account("a-2")], key="batch-2")
    assert again.counts == (1, 0, 0)
    await started(later, caller=lead, sent=again)
    probe = replace(lead, mark=Mark.CANARY)
    assert (await send(later, caller=probe, lines=[head(), account("a-3")], key="p")).counts[0] == 1
