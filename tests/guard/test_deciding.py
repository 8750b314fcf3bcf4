import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.evasions import pseudo_words
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import Item, ItemKind, Reason, Result, Surface, Verdict, Viewer
from tutela.guard.deciding import decider, unknown
from tutela.guard.deciding.listing import listing
from tutela.guard.snapshot import Mode, Named, Snapshot, Switches, Text

BLOCK, RESTRICT, ALLOW = Verdict.BLOCK, Verdict.RESTRICT, Verdict.ALLOW
TEXTS = (
    Text("zorbaquil", TermKind.WORD, BLOCK),
    Text("vexomir", TermKind.SUBSTRING, RESTRICT),
    Text("kelo miro", TermKind.PHRASE, BLOCK),
    Text("#dranuvel", TermKind.WORD, BLOCK, (), (Surface.HASHTAG,)),
    Text("zorbaquil tower", TermKind.ALLOW, ALLOW),
    Text("привентор", TermKind.WORD, BLOCK),
)
NAMED = (
    Named(ItemKind.ACCOUNT, "a-1", BLOCK),
    Named(ItemKind.ACCOUNT, "a-2", RESTRICT, None, (Surface.SEARCH,)),
    Named(ItemKind.ACCOUNT, "a-3", ALLOW, "n-1"),
    Named(ItemKind.ACCOUNT, "a-4", ALLOW, "n-1"),
    Named(ItemKind.ACCOUNT, "a-5", ALLOW, "n-2"),
    Named(ItemKind.CONTENT, "c-1", RESTRICT),
    Named(ItemKind.CONTENT, "c-1", BLOCK, None, (Surface.RECOMMENDATION,)),
)


def snapshot(
    texts: Sequence[Text] = TEXTS, *, switches: Switches | None = None, version: int = 3
) -> Snapshot:
    return Snapshot(
        tenant="main",
        service="main",
        version=version,
        published_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        texts=tuple(texts),
        named=NAMED,
        switches=switches or Switches(fail_closed=(Surface.TYPEAHEAD,)),
        canaries=("vumelatopisoridagune",),
    )


DECIDER = decider(snapshot())
LISTING = listing(TEXTS)
MANY = [*TEXTS, *(Text(word, TermKind.WORD, BLOCK) for word in pseudo_words(2_000, seed=2))]


def said(result: Result) -> tuple[Verdict, Reason | None]:
    return result.verdict, result.reason


def of_text(text: str, *, surface: Surface = Surface.SEARCH) -> tuple[Verdict, Reason | None]:
    (found,) = DECIDER.results(surface, [Item(kind=ItemKind.TEXT, value=text)])
    assert DECIDER.verdict(surface, text) == found
    return said(found)


def of_item(
    item: Item, *, surface: Surface = Surface.RECOMMENDATION, viewer: Viewer | None = None
) -> tuple[Verdict, Reason | None]:
    return said(DECIDER.results(surface, [item], viewer=viewer)[0])


def account(id_: str, *, minor: bool | None = None) -> Item:
    return Item(kind=ItemKind.ACCOUNT, value=id_, minor=minor)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("zorbaquil", BLOCK),
        ("Z0RBAQUIL videos", BLOCK),
        ("z.o.r.b.a.q.u.i.l", BLOCK),
        ("zorbaquil2024", BLOCK),
        ("#99zorbaquil_", BLOCK),
        ("zorbaqui12024", BLOCK),
        ("xvexomirx", RESTRICT),
        ("xvexomirx zorbaquil", BLOCK),
        ("#KeloMiro", BLOCK),
        ("ПРИВЕНТОР24", BLOCK),
        ("zorbaquils", ALLOW),
        ("the zorbaquil tower", ALLOW),
        ("dranuvel", ALLOW),
        ("", ALLOW),
        ("\ud800", ALLOW),
        ("a" * 100_000, ALLOW),
    ],
)
def test_a_query_gets_the_strictest_verdict_of_what_it_holds(text: str, verdict: Verdict) -> None:
    assert of_text(text) == (verdict, None if verdict is ALLOW else Reason.LISTED)


def test_an_entry_of_one_surface_counts_there_alone() -> None:
    found = {each: of_text("dranuvel", surface=each)[0] for each in Surface}
    assert found == dict.fromkeys(Surface, ALLOW) | {Surface.HASHTAG: BLOCK}


def test_what_one_surface_allows_the_others_do_not() -> None:
    here = (Surface.SEARCH,)
    held = decider(snapshot([TEXTS[0], Text("zorbaquil sun", TermKind.ALLOW, ALLOW, (), here)]))
    found = {each: held.verdict(each, "zorbaquil sun").verdict for each in Surface}
    assert found == dict.fromkeys(Surface, BLOCK) | {Surface.SEARCH: ALLOW}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("zorbaqu", RESTRICT),
        ("zorbaq", ALLOW),
        ("buy zorbaqui", RESTRICT),
        ("Z0rba-qui", RESTRICT),
        ("kelo mir", RESTRICT),
        ("привенто", RESTRICT),
        ("zorbaquilo", ALLOW),
        ("zorbaquil", BLOCK),
        ("vexomi", RESTRICT),
        ("vex", ALLOW),
        ("dranuve", ALLOW),
    ],
)
def test_a_completion_that_leads_to_a_listed_text_is_not_suggested(
    text: str, verdict: Verdict
) -> None:
    reason = {BLOCK: Reason.LISTED, RESTRICT: Reason.LEADS_TO_LISTED}.get(verdict)
    assert of_text(text, surface=Surface.TYPEAHEAD) == (verdict, reason)
    assert of_text(text)[1] in {None, Reason.LISTED}


@pytest.mark.parametrize(
    ("item", "surface", "expected"),
    [
        (account("a-1"), Surface.SEARCH, (BLOCK, Reason.CONFIRMED)),
        (account("a-1"), Surface.RECOMMENDATION, (BLOCK, Reason.CONFIRMED)),
        (account("a-2"), Surface.SEARCH, (RESTRICT, Reason.CONFIRMED)),
        (account("a-2"), Surface.HASHTAG, (ALLOW, None)),
        (account("a-3"), Surface.RECOMMENDATION, (ALLOW, None)),
        (account("zorbaquil"), Surface.SEARCH, (ALLOW, None)),
        (
            Item(kind=ItemKind.CONTENT, value="c-1"),
            Surface.SEARCH,
            (RESTRICT, Reason.CONFIRMED),
        ),
        (
            Item(kind=ItemKind.CONTENT, value="c-1", author="a-1"),
            Surface.SEARCH,
            (BLOCK, Reason.AUTHOR_CONFIRMED),
        ),
        (
            Item(kind=ItemKind.CONTENT, value="c-2", tags=("sun", "Zorba_quil")),
            Surface.HASHTAG,
            (BLOCK, Reason.CARRIES_LISTED),
        ),
        (
            Item(kind=ItemKind.CONTENT, value="c-2", tags=("zorbaqui",)),
            Surface.TYPEAHEAD,
            (ALLOW, None),
        ),
    ],
)
def test_accounts_and_content_by_what_was_confirmed_and_what_they_carry(
    item: Item, surface: Surface, expected: tuple[Verdict, Reason | None]
) -> None:
    assert of_item(item, surface=surface) == expected


@pytest.mark.parametrize(
    ("viewer", "item", "expected"),
    [
        (Viewer(account_id="a-3"), account("a-4"), Reason.SAME_NETWORK),
        (Viewer(account_id="a-3"), account("a-5"), None),
        (Viewer(account_id="a-9"), account("a-4"), None),
        (Viewer(account_id="a-9", minor=True), account("a-4"), Reason.MINOR_PROTECTED),
        (Viewer(account_id="a-9", minor=True), account("a-2"), Reason.MINOR_PROTECTED),
        (Viewer(account_id="a-9", minor=True), account("a-8"), None),
        (Viewer(account_id="a-5"), account("a-8", minor=True), Reason.MINOR_PROTECTED),
        (Viewer(account_id="a-5"), account("a-8", minor=False), None),
        (
            Viewer(account_id="a-3"),
            Item(kind=ItemKind.CONTENT, value="c-9", author="a-4"),
            Reason.SAME_NETWORK,
        ),
        (
            Viewer(account_id="a-9", minor=True),
            Item(kind=ItemKind.CONTENT, value="c-9", author="a-5"),
            Reason.MINOR_PROTECTED,
        ),
    ],
)
def test_who_is_kept_apart_is_not_recommended(
    viewer: Viewer, item: Item, expected: Reason | None
) -> None:
    verdict = BLOCK if expected else ALLOW
    assert of_item(item, viewer=viewer) == (verdict, expected)
    assert of_item(item, surface=Surface.SEARCH, viewer=viewer)[1] in {None, Reason.CONFIRMED}


def test_a_surface_that_is_shut_shows_nothing_and_the_others_do() -> None:
    held = decider(snapshot(switches=Switches(modes={Surface.SEARCH: Mode.SHUT})), before=DECIDER)
    items = [Item(kind=kind, value="sun") for kind in ItemKind]
    shut = (BLOCK, Reason.SURFACE_SHUT)
    assert [said(each) for each in held.results(Surface.SEARCH, items)] == [shut] * len(items)
    assert said(held.verdict(Surface.SEARCH, "sun")) == shut
    assert {said(each) for each in held.results(Surface.HASHTAG, items)} == {(ALLOW, None)}


def test_a_canary_of_the_snapshot_is_blocked_on_every_surface() -> None:
    assert {of_text("#VumelatoPisoridagune ", surface=each) for each in Surface} == {
        (BLOCK, Reason.LISTED)
    }


def test_results_stand_in_the_order_of_a_thousand_items() -> None:
    items = [
        Item(kind=ItemKind.TAG, value="zorbaquil" if at % 7 == 0 else f"sun{at}")
        if at % 2
        else account("a-1" if at % 3 else "a-8")
        for at in range(1_000)
    ]
    together = DECIDER.results(Surface.HASHTAG, items)
    assert together == [DECIDER.results(Surface.HASHTAG, [item])[0] for item in items]
    assert sum(each.verdict is BLOCK for each in together) > 100


def test_a_new_version_takes_over_what_did_not_change() -> None:
    before = time.process_time()
    full = decider(snapshot(MANY))
    compiling = time.process_time() - before
    before = time.process_time()
    same = decider(snapshot(MANY, version=4), before=full)
    assert time.process_time() - before < compiling / 4
    other = decider(snapshot(TEXTS[1:], version=5), before=same)
    found = [each.verdict(Surface.SEARCH, "zorbaquil").verdict for each in (same, other)]
    assert ([same.version, other.version], found) == ([4, 5], [BLOCK, ALLOW])


def test_a_text_that_cannot_be_looked_for_is_named_by_its_place() -> None:
    held = decider(snapshot([TEXTS[0], Text("...", TermKind.WORD, BLOCK)]))
    assert [each.id for each in held.refused] == ["1"]


def test_what_could_not_be_looked_at_is_shut_only_where_the_surface_fails_closed() -> None:
    no_text = Item(kind=ItemKind.TEXT, value=cast("str", 7))
    items = [Item(kind=ItemKind.TEXT, value="zorbaquil"), no_text, account("a-1")]
    found = {each: [said(one) for one in DECIDER.results(each, items)] for each in Surface}
    others = (BLOCK, Reason.LISTED), (BLOCK, Reason.CONFIRMED)
    shut, shown = (BLOCK, Reason.UNAVAILABLE), (ALLOW, Reason.UNAVAILABLE)
    for surface, results in found.items():
        between = shut if surface is Surface.TYPEAHEAD else shown
        assert results == [others[0], between, others[1]]
    assert said(unknown(Surface.TYPEAHEAD, fail_closed=(Surface.TYPEAHEAD,))) == shut
    carried = Item(kind=ItemKind.CONTENT, value="c-2", tags=(no_text.value,))
    assert said(DECIDER.results(Surface.TYPEAHEAD, [carried])[0]) == shut


QUERIES = st.lists(
    st.one_of(
        st.sampled_from(["zorbaquil", "Vexomir", "kelo", "miro", "привенто", "2024", "9", "tower"]),
        st.text("zorbaquilkemx ._#019é", max_size=9),
        st.text(max_size=3),
    ),
    max_size=5,
).flatmap(lambda words: st.sampled_from(["", " ", "_"]).map(lambda sign: sign.join(words)))


@settings(max_examples=300)
@given(QUERIES)
def test_the_quick_way_says_what_the_whole_look_says(text: str) -> None:
    held = LISTING
    for surface in Surface:
        (verdict,) = held.verdicts([text], surface=surface)
        leads = surface is Surface.TYPEAHEAD and verdict is ALLOW and held.leading([text])[0]
        expected = RESTRICT if leads else verdict
        assert DECIDER.verdict(surface, text).verdict is expected
