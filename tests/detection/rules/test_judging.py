from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.detection.rules.policies import VOCABULARY, content, heard, load, policy, write
from tutela.detection.rules import checking
from tutela.detection.rules.book import RuleBook, Standing
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
    dead = tuple(replace(each, program=never) for each in on_event.checked)
    broken = replace(policies, by_event={"content": replace(on_event, checked=dead)})
    assert list(alarms(Standing(policies=broken))) == [(Alarm.RULE_IN_ERROR, "a-policy")]
    assert [test.name for _, test, _ in checking.prove(broken)] == ["it", "a"]
