"""The closed lists: complete, and named after what they stand for."""

from enum import StrEnum

import pytest

from tutela.domain import vocabulary
from tutela.domain.decision import Division
from tutela.domain.vocabulary import (
    Category,
    Channel,
    Keyword,
    MeasureKind,
    Role,
    SubjectKind,
)

LISTS = [
    member
    for member in vars(vocabulary).values()
    if isinstance(member, type) and issubclass(member, StrEnum) and member is not StrEnum
]


@pytest.mark.parametrize(
    ("members", "prefix"), [(Category, "STATEMENT_CATEGORY_"), (Keyword, "KEYWORD_")]
)
def test_a_name_is_its_value_without_the_prefix(members: type[StrEnum], prefix: str) -> None:
    assert all(member.value == prefix + member.name for member in members)


def test_the_lists_have_as_many_members_as_version_2_of_the_schema() -> None:
    assert len(Category) == 16
    assert len(Keyword) == 69


def test_what_version_2_of_the_schema_removed_is_not_there() -> None:
    removed = {
        "DISINFORMATION",
        "REGULATED_GOODS_SERVICES",
        "IMAGE_BASED_SEXUAL_ABUSE",
        "PORNOGRAPHY",
    }
    assert not removed & {*Keyword.__members__, *Category.__members__}


@pytest.mark.parametrize("members", LISTS, ids=lambda members: members.__name__)
def test_every_value_says_what_its_name_says(members: type[StrEnum]) -> None:
    assert all(member.value.upper().endswith(member.name) for member in members)


def test_every_measure_belongs_to_one_of_the_four_divisions() -> None:
    divisions = {kind: Division(kind.value.partition("_")[0]) for kind in MeasureKind}
    counts = {division: list(divisions.values()).count(division) for division in Division}
    assert counts == {
        Division.VISIBILITY: 7,
        Division.MONETARY: 3,
        Division.SERVICE: 4,
        Division.ACCOUNT: 2,
    }


def test_channels_kinds_and_roles_are_those_of_the_contract() -> None:
    assert set(Channel) == {
        "user", "trusted_flagger", "hotline", "authority", "researcher", "internal", "automated",
    }  # fmt: skip
    assert set(SubjectKind) == {"content", "account", "tag", "query", "url"}
    assert set(Role) == {
        "service", "reviewer", "specialist", "lead", "investigator", "compliance", "auditor",
        "inspector", "admin",
        "guard",  # ours: a program that holds the guard's snapshot
    }  # fmt: skip
