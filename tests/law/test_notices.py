"""What the law says about notices."""

from datetime import date

import pytest

from tutela.domain.harm import CHILD_KEYWORDS
from tutela.domain.vocabulary import Keyword
from tutela.law.notices import anonymous_keywords
from tutela.law.parameters import NotInForce


def test_notices_of_child_sexual_abuse_may_be_anonymous() -> None:
    assert anonymous_keywords(date(2026, 11, 21)) == {
        Keyword.CHILD_SEXUAL_ABUSE_MATERIAL,
        Keyword.CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE,
        Keyword.GROOMING_SEXUAL_ENTICEMENT_MINORS,
    }


def test_another_day_has_that_days_keywords() -> None:
    before, after = anonymous_keywords(date(2025, 6, 30)), anonymous_keywords(date(2025, 7, 1))
    assert after - before == {Keyword.CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE}
    assert before < after


def test_before_the_law_applied_there_is_no_answer() -> None:
    with pytest.raises(NotInForce):
        anonymous_keywords(date(2023, 8, 24))


def test_only_keywords_about_children_are_waived() -> None:
    assert anonymous_keywords(date(2026, 11, 21)) <= CHILD_KEYWORDS
