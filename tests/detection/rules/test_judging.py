from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.detection.rules.policies import VOCABULARY, content, heard, load, policy, write
from tutela.detection.rules import checking
from tutela.detection.rules.book import RuleBook, Standing
from tutela.detection.rules.facts import facts_of
from tutela.detection.rules.judging import Alarm, alarms, judge
from tutela.detection.rules.policies import Policies
from tutela.domain.signals import Result

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def policies(tmp_path: Path) -> Policies:
    shadow = policy("content.text != 'token' || signals.terms.matched", version=2, mode="shadow")
    tests = [
        {"name": "a", "event": content(text="else"), "expect": "match"},
        {
            "name": "b",
            "event": content(text="token"),
            "signals": {"terms": "no_match"},
            "expect": "no_match",
        },
    ]
    return load(tmp_path / "policies.yaml", policy(), shadow | {"tests": tests})


def test_an_event_is_judged_beside_its_signals(policies: Policies) -> None:
    found = judge(
        Standing(policies=policies),
        event=content(text="token"),
        signals=[heard(Result.MATCH)],
        basis="public_content",
    )
    assert found.signal.result is Result.MATCH
    assert [each.mode for each in found.outcomes] == ["live", "shadow"]
    assert {each.result for each in found.outcomes} == {Result.MATCH}


def test_while_no_policies_are_in_force_nothing_is_known(tmp_path: Path) -> None:
    book = RuleBook(tmp_path, vocabulary=VOCABULARY, clock=lambda: NOW)
    book.refresh()
    found = judge(book.standing, event=content(), signals=[], basis=None)
    assert (found.signal.result, found.signal.why) == (Result.UNAVAILABLE, "no_policies")
    assert list(alarms(book.standing)) == [(Alarm.NO_POLICIES, None)]


def test_a_set_that_was_refused_alarms_with_the_policy(tmp_path: Path) -> None:
    book = RuleBook(tmp_path, vocabulary=VOCABULARY, clock=lambda: NOW)
    write(tmp_path / "a.yaml", policy())
    book.refresh()
    assert list(alarms(book.standing)) == []
    write(tmp_path / "a.yaml", policy("content.txt == ''", version=2))
    book.refresh()
    assert list(alarms(book.standing)) == [(Alarm.POLICIES_REFUSED, "a-policy")]


def test_a_rule_that_no_longer_passes_its_own_tests_alarms(policies: Policies) -> None:
    """What a broken evaluator would do: the programs of the policies say false of everything."""
    assert list(alarms(Standing(policies=policies))) == []
    on_event = policies.by_event["content"]
    never = on_event.language.program("content.text == 'token' && content.text == 'else'")
    dead = {name: replace(each, program=never) for name, each in on_event.by_id.items()}
    broken = replace(policies, by_event={"content": replace(on_event, by_id=dead)})
    assert list(alarms(Standing(policies=broken))) == [(Alarm.RULE_IN_ERROR, "a-policy")]
    assert [test.name for _, test, _ in checking.prove(broken)] == ["it", "a"]


def test_several_detectors_of_one_name_are_heard_together() -> None:
    match, none = heard(Result.MATCH), heard(Result.NO_MATCH)
    unknown = heard(Result.UNAVAILABLE)
    for said, expected in (
        ((none, match), True),
        ((unknown, match), True),
        ((none, none), False),
        ((none, unknown), None),
    ):
        found = facts_of(content(), signals=said, vocabulary=VOCABULARY)
        assert found.known.get("signals.terms.matched") is expected


def test_a_match_carries_the_labels_of_its_policy_in_ospreys_words(tmp_path: Path) -> None:
    labels = [{"entity": "User", "label": "suspected_bot"}]
    found = load(tmp_path / "l.yaml", policy(action={"do": "label", "labels": labels}))
    judged = judge(Standing(policies=found), event=content(text="token"), signals=[], basis=None)
    assert judged.signal.matches[0].tags == ("User/suspected_bot/ADDED",)


@pytest.mark.parametrize(
    "said", ["2026-11-20", "2026-11-20T23:30:00Z", "2026-11-21T00:30:00+01:00"]
)
def test_of_the_age_of_an_account_the_day_counts(said: str) -> None:
    found = facts_of(content(account={"created_at": said}), vocabulary=VOCABULARY)
    assert found.known["account.created_on"] == NOW
