import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.rules.policies import facts, language
from tutela.detection.rules.cel import Failure, Mistyped, value_of
from tutela.detection.rules.facts import Why
from tutela.detection.rules.patterns import places_of
from tutela.detection.rules.syntax import SyntaxUnread, read_tree

LANGUAGE = language()
_LISTS = st.recursive(
    st.sampled_from(["content.tags", "['a', 'b', 'c']"]),
    lambda below: st.one_of(
        below.map(lambda each: f"{each}.map(x, x + 'y')"),
        below.map(lambda each: f"{each}.filter(x, x != 'q')"),
        st.tuples(below, below).map(lambda two: f"({two[0]} + {two[1]})"),
        st.tuples(below, below).map(lambda two: f"{two[0]}.filter(x, x in {two[1]})"),
    ),
    max_leaves=5,
)


@given(over=_LISTS)
def test_a_rule_that_was_let_in_never_runs_into_the_budget_of_cel(over: str) -> None:
    try:
        rule = LANGUAGE.program(f"{over}.all(z, content.tags.exists(y, y == z) || z != '')")
    except Mistyped:
        return
    largest = facts(tags=["t" * 200] * 96)
    activation = LANGUAGE.activation(largest)
    came_to = value_of(rule, activation=activation, unknown=largest.unknown)
    assert came_to != Failure(Why.OVER_BUDGET)


@pytest.mark.parametrize(
    ("rule", "rounds"),
    [
        ("content.text == 'a'", 0),
        ("content.tags.all(t, t == 'a')", 96),
        ("content.tags.map(t, t + 'a').exists(t, t == 'a')", 192),
        ("['a', 'b'].all(x, ['a', 'b', 'c'].all(y, x == y)) || content.text == ''", 8),
    ],
)
def test_loop_rounds_are_counted_at_their_most(rule: str, rounds: int) -> None:
    assert LANGUAGE.program(rule).cost.rounds == rounds


def test_a_longer_text_or_list_costs_more() -> None:
    def steps(rule: str) -> int:
        return LANGUAGE.program(rule).cost.steps

    assert steps("content.kind.contains('a')") < steps("content.text.contains('a')")
    assert steps("content.text.contains('a')") < steps("content.text.matches('a.*b')")
    assert steps("'a' in content.tags") < steps("content.tags.exists(t, t.contains('a'))")


@pytest.mark.parametrize(
    ("cheaper", "dearer"),
    [
        ("abc|bcd", "a.c"),
        ("[a-z]", "[a-z]{5}"),
        ("[a-z]{5}", "([a-z]{5}){5}"),
        ("(ab){3}", "(ab){300}"),
        (r"\d", r"\d{3,90}"),
        (r"[\]a]b", "[]a][b]"),
        (r"\.", r"\w"),
    ],
)
def test_a_pattern_costs_by_its_places_that_fit_many_characters(cheaper: str, dearer: str) -> None:
    less, more = places_of(cheaper), places_of(dearer)
    assert less.steps_a_character < more.steps_a_character
    assert less.steps < more.steps


@pytest.mark.parametrize(
    ("pattern", "unicode"),
    [
        (r"\pL", 1),
        (r"\pL{4}", 4),
        (r"\p{Greek}{3}", 3),
        (r"[\pL\pN_]{20}", 40),
        (r"(\p{Han}a){3}\PL", 4),
        (r"\\pL", 0),
        ("pL", 0),
    ],
)
def test_classes_of_unicode_are_counted_because_each_call_compiles_them(
    pattern: str, unicode: int
) -> None:
    assert places_of(pattern).unicode == unicode


def test_a_pattern_in_a_loop_is_compiled_in_each_round() -> None:
    with pytest.raises(Mistyped):
        LANGUAGE.program(r"content.tags.exists(t, t.matches('\\pL{4}'))")
    assert LANGUAGE.program("content.tags.exists(t, t.matches('[a-z]{4}'))").cost.within_budget


@given(pattern=st.text(alphabet="ab(){}[]\\.*+?|,019^$:p", max_size=20))
def test_every_pattern_has_a_cost(pattern: str) -> None:
    assert places_of(pattern).steps > 0


@given(raw=st.binary(max_size=60))
def test_bytes_that_are_no_expression_are_refused(raw: bytes) -> None:
    with pytest.raises(SyntaxUnread):
        read_tree(raw)
