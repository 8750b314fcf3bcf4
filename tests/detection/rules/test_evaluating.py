from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.rules.policies import AT, VOCABULARY, content, heard, load, policy
from tutela.detection.rules.facts import Why, facts_of
from tutela.detection.rules.policies import Policies, RuleOutcome, evaluate, signal_of
from tutela.detection.rules.variables import TYPES
from tutela.domain.signals import Result, Signal

SHADOW = {"mode": "shadow", "id": "in-shadow"}
OF_TERMS = {
    "id": "of-terms",
    "tests": [
        {"name": "a", "event": content(), "signals": {"terms": "match"}, "expect": "match"},
        {"name": "b", "event": content(), "signals": {"terms": "no_match"}, "expect": "no_match"},
    ],
}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    file = tmp_path_factory.mktemp("rules") / "policies.yaml"
    return load(file, policy(), policy(**SHADOW), policy("signals.terms.matched", **OF_TERMS))


def said(policies: Policies, *signals: Signal, **fields: object) -> tuple[RuleOutcome, ...]:
    event = content(**fields)
    return evaluate(policies, facts=facts_of(event, signals=signals, vocabulary=VOCABULARY))


def test_each_policy_says_its_own(policies: Policies) -> None:
    found = said(policies, heard(Result.MATCH), text="other")
    assert [(each.policy, each.result) for each in found] == [
        ("a-policy", Result.NO_MATCH),
        ("in-shadow", Result.NO_MATCH),
        ("of-terms", Result.MATCH),
    ]
    assert [each.action is not None for each in found] == [False, False, True]


def test_a_detector_that_could_not_look_makes_unknown_what_reads_it_and_nothing_else(
    policies: Policies,
) -> None:
    found = said(policies, heard(Result.UNAVAILABLE), text="token")
    assert [each.result for each in found] == [Result.MATCH, Result.MATCH, Result.UNAVAILABLE]
    assert found[2].why is Why.DETECTOR_UNAVAILABLE
    assert found[2].about == "signals.terms.matched"


def test_together_a_match_beats_what_is_unknown_which_beats_no_match(policies: Policies) -> None:
    match = signal_of(said(policies, text="token"))
    assert match.result is Result.MATCH
    assert [(each.entry, each.version) for each in match.matches] == [("a-policy", 1)]
    unknown = signal_of(said(policies, text="other"))
    assert (unknown.result, unknown.why) == (Result.UNAVAILABLE, Why.DETECTOR_UNAVAILABLE)
    assert signal_of(said(policies, heard(Result.NO_MATCH), text="other")).is_clean


def test_nothing_follows_from_a_policy_in_shadow(tmp_path: Path) -> None:
    shadow = load(tmp_path / "shadow.yaml", policy(mode="shadow"))
    found = said(shadow, text="token")
    assert (found[0].result, found[0].action) == (Result.MATCH, None)
    assert signal_of(found).is_clean


def test_without_a_basis_that_it_names_a_policy_does_not_look(policies: Policies) -> None:
    for basis in ("eu_interim_derogation", ""):
        facts = facts_of(content(text="token"), basis=basis, vocabulary=VOCABULARY)
        found = evaluate(policies, facts=facts)
        assert {each.result for each in found} == {Result.UNAVAILABLE}
        assert {each.why for each in found} == {Why.NO_LEGAL_BASIS}
    facts = facts_of(content(text="token"), basis="public_content", vocabulary=VOCABULARY)
    assert evaluate(policies, facts=facts)[0].result is Result.MATCH


def test_an_event_that_no_policy_is_on_gives_nothing(policies: Policies) -> None:
    for event in ({"type": "edge"}, {"type": "unheard_of"}, {"type": 3}, {}):
        assert evaluate(policies, facts=facts_of(event, vocabulary=VOCABULARY)) == ()


@pytest.mark.parametrize(
    ("fields", "result", "why"),
    [
        ({"text": None}, Result.NO_MATCH, None),
        ({"text": 5}, Result.UNAVAILABLE, Why.NOT_AS_DECLARED),
        ({"text": "\ud800"}, Result.UNAVAILABLE, Why.NOT_AS_DECLARED),
        ({"text": "a" * 100_001}, Result.UNAVAILABLE, Why.TOO_LARGE),
        ({"text": "a" * 50_000_000}, Result.UNAVAILABLE, Why.TOO_LARGE),
    ],
)
def test_a_text_that_rules_are_not_given_is_unknown_and_none_is_empty(
    policies: Policies, fields: dict[str, Any], result: Result, why: Why | None
) -> None:
    first = said(policies, **fields)[0]
    assert (first.result, first.why) == (result, why)


@pytest.mark.parametrize(
    ("event", "unknown"),
    [
        (content(), {"account.created_on": Why.NOT_TOLD, "account.labels": Why.NOT_TOLD}),
        (content(tags=["a"] * 97), {"content.tags": Why.TOO_LARGE}),
        (content(tags=["a" * 257]), {"content.tags": Why.TOO_LARGE}),
        (content(tags="a"), {"content.tags": Why.NOT_AS_DECLARED}),
        (content(tags=[1]), {"content.tags": Why.NOT_AS_DECLARED}),
        (content(at="yesterday"), {"event.at": Why.NOT_AS_DECLARED}),
        (content(at="2026-11-20T10:00:00"), {"event.at": Why.NOT_AS_DECLARED}),
        (content(account={"created_at": 3}), {"account.created_on": Why.NOT_AS_DECLARED}),
        ({"type": "edge", "weight": True}, {"edge.weight": Why.NOT_AS_DECLARED}),
        ({"type": "edge", "weight": 10**400}, {"edge.weight": Why.TOO_LARGE}),
        ({"type": "exposure", "rank": 1.0}, {"exposure.rank": Why.NOT_AS_DECLARED}),
        ({"type": "exposure", "rank": 2**63}, {"exposure.rank": Why.TOO_LARGE}),
    ],
)
def test_what_an_event_says_otherwise_than_declared_is_unknown(
    event: dict[str, Any], unknown: dict[str, Why]
) -> None:
    found = facts_of(event, vocabulary=VOCABULARY)
    assert unknown.items() <= dict(found.unknown).items()
    assert not set(found.unknown) & set(found.known)


def test_a_number_of_a_fraction_may_be_whole_and_more_lists_than_rules_see_are_unknown() -> None:
    edge = facts_of({"type": "edge", "weight": 2}, vocabulary=VOCABULARY)
    assert edge.known["edge.weight"] == 2.0
    assert edge.known["edge.weight_known"] is True
    many = heard(Result.MATCH, tags=tuple(str(n) for n in range(97)))
    found = facts_of(content(), signals=[many], vocabulary=VOCABULARY)
    assert found.unknown["signals.terms.tags"] is Why.TOO_LARGE


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3)
    ),
    max_leaves=4,
)
_EVENTS = st.sampled_from(sorted(TYPES)).flatmap(
    lambda name: st.fixed_dictionaries(
        {"type": st.just(name)},
        optional={
            step: _JSON | st.just(AT)
            for variable in TYPES[name]
            for step in variable.path[:1]
            if step != "type"
        },
    )
)


@given(event=_EVENTS)
def test_whatever_an_event_says_every_policy_comes_to_something(
    policies: Policies, event: dict[str, Any]
) -> None:
    facts = facts_of(event, vocabulary=VOCABULARY)
    outcomes = evaluate(policies, facts=facts)
    assert len(outcomes) == (3 if event["type"] == "content" else 0)
    for each in outcomes:
        assert (each.why is not None) == (each.result is Result.UNAVAILABLE)
