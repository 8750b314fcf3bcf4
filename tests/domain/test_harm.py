"""Which harm a category and a keyword speak of."""

import pytest

from tutela.domain.harm import CATEGORY_OF_KEYWORD, CHILD_KEYWORDS, HarmFamily, harm_family
from tutela.domain.vocabulary import Category, Keyword


@pytest.mark.parametrize("category", Category)
def test_every_category_has_a_family_with_every_keyword(category: Category) -> None:
    families = {harm_family(category, keyword=keyword) for keyword in (None, *Keyword)}
    assert families <= set(HarmFamily)


def test_every_family_is_reached_by_a_category_alone() -> None:
    assert {harm_family(category) for category in Category} == set(HarmFamily)


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("keyword", sorted(CHILD_KEYWORDS))
def test_a_keyword_about_children_decides_under_any_category(
    category: Category, keyword: Keyword
) -> None:
    assert harm_family(category, keyword=keyword) is HarmFamily.CHILD_SAFETY


@pytest.mark.parametrize(
    "category", [c for c in Category if c is not Category.NOT_SPECIFIED_NOTICE]
)
def test_any_other_keyword_leaves_the_family_to_the_category(category: Category) -> None:
    others = [keyword for keyword in Keyword if keyword not in CHILD_KEYWORDS]
    assert {harm_family(category, keyword=keyword) for keyword in others} == {harm_family(category)}


@pytest.mark.parametrize("keyword", [k for k in Keyword if k is not Keyword.OTHER])
def test_where_no_category_is_named_the_keyword_says_it(keyword: Keyword) -> None:
    family = harm_family(Category.NOT_SPECIFIED_NOTICE, keyword=keyword)
    assert family is harm_family(CATEGORY_OF_KEYWORD[keyword], keyword=keyword)
    assert family is not HarmFamily.UNSPECIFIED


@pytest.mark.parametrize("keyword", [None, Keyword.OTHER])
def test_a_notice_that_names_nothing_is_unspecified(keyword: Keyword | None) -> None:
    assert harm_family(Category.NOT_SPECIFIED_NOTICE, keyword=keyword) is HarmFamily.UNSPECIFIED


def test_every_keyword_but_other_stands_under_one_category() -> None:
    assert set(CATEGORY_OF_KEYWORD) == set(Keyword) - {Keyword.OTHER}
