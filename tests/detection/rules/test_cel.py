import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.rules.policies import facts, heard, language, program
from tutela.detection.rules.cel import Failure, Fault, Mistyped, Program, value_of, values_of
from tutela.detection.rules.facts import Facts, Why
from tutela.domain.signals import Result

LANGUAGE = language()


def value(when: str, *, known: Facts) -> bool | Failure:
    activation = LANGUAGE.activation(known)
    return value_of(LANGUAGE.program(when), activation=activation, unknown=known.unknown)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("content.text.contains('oke')", True),
        ("content.text == 'other'", False),
        ("content.text.lowerAscii().startsWith('to') && 't1' in content.tags", True),
        ("content.text.matches('^t[a-z]{4}$')", True),
        ("content.tags.exists(tag, tag == 't2')", True),
        ("event.at > timestamp('2026-11-20T09:00:00Z')", True),
        ("account.minor_known && account.minor == 'yes'", False),
        ("event.visibility == 'public' ? content.tags.size() == 2 : false", True),
    ],
)
def test_a_rule_is_true_or_false_of_what_is_known(when: str, *, expected: bool) -> None:
    assert value(when, known=facts(text="token", tags=["t1", "t2"])) is expected


@pytest.mark.parametrize(
    ("when", "why", "about"),
    [
        ("10 / content.tags.size() > 1", Why.DIVIDED_BY_ZERO, None),
        ("10 % content.tags.size() > 1", Why.DIVIDED_BY_ZERO, None),
        ("content.tags[3] == 'a'", Why.NO_SUCH_ELEMENT, None),
        ("{'a': 1}[content.text] == 1", Why.NO_SUCH_ELEMENT, None),
        ("content.text.size() + 9223372036854775807 > 0", Why.OVERFLOWED, None),
        ("int(content.text) == 3", Why.RULE_FAILED, None),
        ("event.at - account.created_on < duration('1h')", Why.NOT_TOLD, "account.created_on"),
        ("account.minor == 'yes'", Why.NOT_TOLD, "account.minor"),
        ("signals.terms.matched", Why.DETECTOR_UNAVAILABLE, "signals.terms.matched"),
        ("!signals.terms.matched", Why.DETECTOR_UNAVAILABLE, "signals.terms.matched"),
    ],
)
def test_an_error_at_run_time_is_never_true_and_says_why(
    when: str, why: Why, about: str | None
) -> None:
    known = facts(text="token")
    assert value(when, known=known) == Failure(why, about)


def test_what_decides_without_the_unknown_part_is_known() -> None:
    known = facts(heard(Result.MATCH, detector="hashes"))
    assert value("signals.terms.matched || signals.hashes.matched", known=known) is True
    assert value("signals.terms.known && signals.terms.matched", known=known) is False
    assert value("account.created_on_known && event.at > account.created_on", known=known) is False


def test_the_result_of_another_detector_can_be_asked_for() -> None:
    known = facts(heard(Result.MATCH, detector="hashes", distance=12, tags=("t",)))
    assert (
        value("signals.hashes.matched && signals.hashes.distance_bits <= 12", known=known) is True
    )
    assert value("'l' in signals.hashes.lists && 't' in signals.hashes.tags", known=known) is True


def fault_of(when: str) -> tuple[int, int, str]:
    with pytest.raises(Mistyped) as refused:
        program(when)
    first = refused.value.faults[0]
    return first.line, first.column, first.message


@pytest.mark.parametrize(
    ("when", "line", "column", "part"),
    [
        ("account.mionr == 'yes'", 1, 8, "did you mean account.minor?"),
        ("content.text == '' &&\n  content.txt == ''", 2, 10, "did you mean content.text?"),
        ("content.tags.size() > 3.0", 1, 21, "write 3 for a whole number, 3.0"),
        ("content.text", 1, 1, "gives string, where true or false is expected"),
        ("content.text ==", 1, 16, "Syntax error"),
        ("account.minor == 'yess'", 1, 18, "never 'yess', but one of yes, no, unknown"),
        ("event.visibility in ['public', 'x']", 1, 32, "never 'x'"),
        ("content.text.matches('(')", 1, 22, "not a pattern that RE2 takes"),
        ("content.text.matches(content.kind)", 1, 21, "a pattern that is written out"),
        ("content.tags.size() / 0 == 1", 1, 21, "divides by zero"),
        ("1 < 2", 1, 3, "reads nothing of the event"),
        ("dyn(content.text) == 3", 1, 4, "dyn is not allowed"),
        ("now() > event.at", 1, 4, "undeclared reference to 'now'"),
        ("content.text == '\ud800'", 1, 1, "not Unicode"),
        ("content.text == '" + "a" * 4_000 + "'", 1, 1, "longer than 4000"),
        ("(" * 40 + "content.text == ''" + ")" * 40, 1, 1, "recursion limit"),
    ],
)
def test_a_rule_that_does_not_type_is_refused_where_it_is_wrong(
    when: str, line: int, column: int, part: str
) -> None:
    at_line, at_column, message = fault_of(when)
    assert part in message
    assert (at_line, at_column) == (line, column)


@pytest.mark.parametrize(
    "when",
    [
        # ten doublings in a loop: fits CEL's own budget, and would take minutes
        "content.tags" + ".map(t, t + t)" * 12 + ".size() > 3",
        "content.tags.all(a, content.tags.all(b, content.tags.all(c, a == b && b == c)))",
        "content.text.matches('[a-q].{999}x')",
        "content.tags.exists(t, content.text.lowerAscii().trim().matches('a.*b.*c'))",
    ],
)
def test_a_rule_that_would_not_end_in_time_is_refused_before_it_runs(when: str) -> None:
    _, _, message = fault_of(when)
    assert "on the largest event" in message


def test_a_rule_within_its_budget_ends_on_the_largest_event() -> None:
    largest = facts(text="a" * 100_000, tags=["a" * 255 + "b"] * 96)
    rule = "content.tags.exists(t, content.text.contains(t))"
    assert value(rule, known=largest) is False
    assert value("content.tags.all(a, content.tags.exists_one(b, a == b))", known=facts()) is True


def test_the_error_of_one_rule_leaves_those_beside_it_as_they_are() -> None:
    known = facts(text="token")
    texts = ["content.text == 'token'", "1 / content.tags.size() == 1", "content.text == ''"]
    (batch,) = LANGUAGE.batches([LANGUAGE.program(each) for each in texts])
    activation = LANGUAGE.activation(known)
    values = values_of(batch, activation=activation, unknown=known.unknown)
    assert values == [True, Failure(Why.DIVIDED_BY_ZERO), False]


def test_a_comment_at_the_end_of_a_rule_does_not_swallow_the_next_one() -> None:
    known = facts(text="token")
    texts = ["content.text == 'token' // so", "content.text == ''"]
    (batch,) = LANGUAGE.batches([LANGUAGE.program(each) for each in texts])
    assert batch.expression is not None
    activation = LANGUAGE.activation(known)
    assert values_of(batch, activation=activation, unknown=known.unknown) == [True, False]


def test_rules_that_loop_share_no_call_beyond_the_budget_of_one() -> None:
    loops = LANGUAGE.program("content.tags.all(a, content.tags.all(b, a == b) || a == 't')")
    batches = LANGUAGE.batches([loops, loops, loops])
    assert loops.cost.rounds * 3 > 10_000
    assert [len(each.programs) for each in batches] == [1, 1, 1]


def test_rules_that_read_what_may_be_unknown_go_apart_from_those_that_do_not() -> None:
    texts = ["content.text == ''", "signals.terms.matched", "content.kind == ''"]
    batches = LANGUAGE.batches([LANGUAGE.program(each) for each in texts])
    assert [each.places for each in batches] == [(0, 2), (1,)]


def test_no_call_takes_more_than_twenty_rules() -> None:
    batches = LANGUAGE.batches([LANGUAGE.program("content.text == ''")] * 45)
    assert [len(each.programs) for each in batches] == [20, 20, 5]
    assert [place for each in batches for place in each.places] == list(range(45))


_TOKENS = st.sampled_from(
    [
        "content.text",
        "content.tags",
        "account.minor",
        "event.at",
        "'a'",
        "1",
        "2u",
        "3.0",
        "true",
        "null",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ".",
        ",",
        "?",
        ":",
        "!",
        "-",
        "+",
        "/",
        "%",
        "<",
        "==",
        "in",
        "&&",
        "||",
        ".size()",
        ".contains(",
        ".matches(",
        ".map(x,",
        ".all(x,",
        "x",
        "has(",
        "int(",
        "dyn(",
        "b'x'",
        "//",
        "é",
        "google.protobuf.Struct{",
        "@x",
        "9223372036854775808",
        "'\\xff'",
        "[0]",
        ".foo",
    ]
)


@given(text=st.lists(_TOKENS, max_size=12).map(" ".join))
def test_whatever_is_written_is_a_program_or_refused_with_its_place(text: str) -> None:
    rule, faults = _compiled(text)
    assert (rule is None) == bool(faults)
    assert all(each.line >= 1 and each.column >= 1 for each in faults)
    if rule is not None:
        assert rule.cost.within_budget
        assert isinstance(value(text, known=facts(text="a")), bool | Failure)


def _compiled(text: str) -> tuple[Program | None, tuple[Fault, ...]]:
    try:
        return LANGUAGE.program(text), ()
    except Mistyped as refused:
        return None, refused.faults


_LEAVES = st.sampled_from(
    [
        "content.text == 'token'",
        "content.tags.size() > 1",
        "1 / content.tags.size() > 0",
        "content.tags[1] == 't'",
        "signals.terms.matched",
        "signals.hashes.matched",
        "account.created_on < event.at",
        "content.tags.exists(t, t == content.tags[0])",
    ]
)
_RULES = st.recursive(
    _LEAVES,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["&&", "||"]), below).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        below.map(lambda each: f"!({each})"),
        st.tuples(below, below, below).map(lambda p: f"(({p[0]}) ? ({p[1]}) : ({p[2]}))"),
    ),
    max_leaves=5,
)
_TRUTH = {Result.MATCH: True, Result.NO_MATCH: False, Result.UNAVAILABLE: None}


@given(
    rules=st.lists(_RULES, min_size=1, max_size=25),
    tags=st.lists(st.sampled_from(["t", "token"]), max_size=3),
    said=st.sampled_from(list(Result)),
)
def test_together_rules_say_what_each_says_alone(
    rules: list[str], tags: list[str], said: Result
) -> None:
    known = facts(heard(said), text="token", tags=tags)
    programs = [LANGUAGE.program(each) for each in rules]
    activation = LANGUAGE.activation(known)
    alone = [value_of(one, activation=activation, unknown=known.unknown) for one in programs]
    together: dict[int, object] = {}
    for batch in LANGUAGE.batches(programs):
        values = values_of(batch, activation=activation, unknown=known.unknown)
        together |= zip(batch.places, values, strict=True)
    assert [together[place] for place in range(len(programs))] == alone


@given(rule=_RULES, said=st.sampled_from([Result.MATCH, Result.NO_MATCH]))
def test_what_is_known_without_a_detector_stays_so_whatever_it_says(
    rule: str, said: Result
) -> None:
    without = value(rule, known=facts(text="token"))
    told = value(rule, known=facts(heard(said), heard(said, detector="hashes"), text="token"))
    if isinstance(without, bool):
        assert told is without
