"""The database's rules for a statement, data schema v2, of the single call and of the batch call.

From the Commission's public description and the observed behaviour of its API (Article 24(5) DSA).
What looks odd is the database's own: the word "null" is a member of some lists, a limit of length
counts for a field that is dropped afterwards, an end before the beginning passes.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from tutela.drills.transparency_database import vocabulary as words
from tutela.drills.transparency_database.formats import day_number, is_day, is_url, size, text
from tutela.drills.transparency_database.validation import MISSING, Field, Given, Kind, Rule

_PUID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_EAN_13: Final = re.compile(r"[0-9]{13}")
_ILLEGAL: Final = "DECISION_GROUND_ILLEGAL_CONTENT"
_INCOMPATIBLE: Final = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
_VOLUNTARY: Final = "SOURCE_VOLUNTARY"
_DECISIONS: Final = (
    "decision_visibility",
    "decision_monetary",
    "decision_provision",
    "decision_account",
)
_END_DATES: Final = ("account", "monetary", "service", "visibility")
_LATEST: Final = "2038-01-01"

#: Whether a condition holds for a statement.
When = Callable[[Given], bool]


def _shown(name: str) -> str:
    return name.replace("_", " ")


def _is_filled(value: object) -> bool:
    if value is None or value is MISSING:
        return False
    return bool(value) if isinstance(value, str | list | dict) else True


def _array(name: str) -> Rule:
    return Rule(
        broken=lambda _, value: not isinstance(value, list | dict),
        message=f"The {_shown(name)} field must be an array.",
    )


def _one_of(name: str, *, allowed: frozenset[str]) -> Rule:
    return Rule(
        broken=lambda _, value: isinstance(value, list | dict) or text(value) not in allowed,
        message=f"The selected {_shown(name)} is invalid.",
    )


def _all_of(name: str, *, allowed: frozenset[str]) -> Rule:
    return Rule(
        broken=lambda _, value: not _within(value, allowed=allowed),
        message=f"The selected {_shown(name)} is invalid.",
    )


def _within(value: object, *, allowed: frozenset[str]) -> bool:
    members = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(members, list):
        return text(members) in allowed
    return all(not isinstance(m, list | dict) and text(m) in allowed for m in members)


def _at_most(name: str, *, most: int) -> Rule:
    return Rule(
        broken=lambda _, value: size(value) > most,
        message=f"The {_shown(name)} field must not be greater than {most} characters.",
    )


def _required(name: str, *, when: When = lambda _: True, reason: str = "") -> Rule:
    return Rule(
        broken=lambda given, value: not _is_filled(value) and when(given),
        message=f"The {_shown(name)} field is required{reason}.",
        kind=Kind.IMPLICIT,
    )


def _dropped(unless: When) -> Rule:
    return Rule(broken=lambda given, _: not unless(given), kind=Kind.EXCLUDING)


def _text(name: str) -> Rule:
    return Rule(
        broken=lambda _, value: not isinstance(value, str),
        message=f"The {name} field must be a string.",
    )


def _shaped(pattern: re.Pattern[str], *, message: str) -> Rule:
    return Rule(broken=lambda _, value: not _fits(value, pattern=pattern), message=message)


def _fits(value: object, *, pattern: re.Pattern[str]) -> bool:
    readable = isinstance(value, str | int | float) and not isinstance(value, bool)
    return readable and pattern.fullmatch(text(value)) is not None


def _is(name: str, *, word: str) -> When:
    return lambda given: given.get(name) == word


def _names(name: str, *, word: str) -> When:
    """Whether the field holds the word, alone or in a list: the single call's reading."""

    def holds(given: Given) -> bool:
        value = given.get(name)
        return value == word or _members_hold(value, word=word)

    return holds


def _lists(name: str, *, word: str) -> When:
    """Whether the field is a list that holds the word: the batch call's reading."""
    return lambda given: _members_hold(given.get(name), word=word)


def _members_hold(value: object, *, word: str) -> bool:
    if isinstance(value, dict):
        return word in value.values()
    return isinstance(value, list) and word in value


def _one_decision_at_least(name: str) -> Rule:
    others = [other for other in _DECISIONS if other != name]
    return _required(
        name,
        when=lambda given: not any(_is_filled(given.get(other)) for other in others),
        reason=f" when none of {' / '.join(_shown(other) for other in others)} are present",
    )


def _decision(name: str, *, allowed: frozenset[str]) -> Field:
    return Field(
        name,
        rules=(_one_of(name, allowed=allowed | {"null"}), _one_decision_at_least(name)),
        nullable=True,
    )


def _choice(name: str, *, allowed: frozenset[str]) -> Field:
    return Field(name, rules=(_required(name), _one_of(name, allowed=allowed)))


def _reasoned(name: str, *, ground: str, most: int) -> Field:
    """A text that one ground asks for and the other drops."""
    holds = _is("decision_ground", word=ground)
    in_words = "illegal content" if ground == _ILLEGAL else "incompatible content"
    reason = f" when decision ground is {in_words}"
    rules = (_required(name, when=holds, reason=reason), _dropped(holds), _at_most(name, most=most))
    return Field(name, rules=rules)


def _other(name: str, *, holds: When) -> Field:
    """The words that OTHER asks for and that are dropped without it; their length always counts."""
    return Field(
        name, rules=(_at_most(name, most=500), _required(name, when=holds), _dropped(holds))
    )


def _day(name: str, *, earliest: str = "", shown: str = "") -> tuple[Rule, ...]:
    """A day of the calendar within limits."""
    rules = [
        Rule(
            broken=lambda _, value: not is_day(value),
            message=f"The {shown or _shown(name)} does not match the format YYYY-MM-DD.",
        )
    ]
    first, last = day_number(earliest), day_number(_LATEST)
    said = f"The {_shown(name)} field must be a date"
    if first is not None:
        rules.append(
            Rule(
                broken=lambda _, value: (day_number(value) or 0) < first,
                message=f"{said} after or equal to {earliest}.",
            )
        )
    rules.append(
        Rule(
            broken=lambda _, value: (number := day_number(value)) is None or number > (last or 0),
            message=f"{said} before or equal to {_LATEST}.",
        )
    )
    return tuple(rules)


def _content_id() -> list[Field]:
    shown = "content id. e a n-13"
    shape = _shaped(_EAN_13, message=f"The {shown} field format is invalid.")
    return [
        Field("content_id", rules=(_array("content_id"),), nullable=True),
        Field("content_id.EAN-13", rules=(_text(shown), shape)),
    ]


def _content_id_ean() -> Field:
    """An alias that only the single call knows."""
    shape = _shaped(_EAN_13, message="The content id ean field format is invalid.")
    return Field("content_id_ean", rules=(_text("content id ean"), shape), nullable=True)


def _decisions(holds_other: When) -> list[Field]:
    visibility, monetary = "decision_visibility", "decision_monetary"
    allowed = words.DECISION_VISIBILITY | {"null"}
    members = (
        _array(visibility),
        _all_of(visibility, allowed=allowed),
        _one_decision_at_least(visibility),
    )
    other = "decision_monetary_other"
    is_other = _is(monetary, word="DECISION_MONETARY_OTHER")
    asked = _required(other, when=is_other, reason=" when decision monetary is other")
    accounts, known = words.ACCOUNT_TYPE | {"null"}, words.KEYWORD | {"null"}
    keywords = "category_specification"
    return [
        Field(visibility, rules=members, nullable=True),
        _other("decision_visibility_other", holds=holds_other),
        _decision(monetary, allowed=words.DECISION_MONETARY),
        Field(other, rules=(asked, _dropped(is_other), _at_most(other, most=500))),
        _decision("decision_provision", allowed=words.DECISION_PROVISION),
        _decision("decision_account", allowed=words.DECISION_ACCOUNT),
        Field("account_type", rules=(_one_of("account_type", allowed=accounts),), nullable=True),
        Field(keywords, rules=(_array(keywords), _all_of(keywords, allowed=known)), nullable=True),
        Field(f"{keywords}_other", rules=(_at_most(f"{keywords}_other", most=500),)),
    ]


def _ground() -> list[Field]:
    name = "decision_ground_reference_url"
    url = Rule(
        broken=lambda _, value: not is_url(value),
        message=f"The {_shown(name)} field must be a valid URL.",
    )
    also = "incompatible_content_illegal"
    only_then = _dropped(_is("decision_ground", word=_INCOMPATIBLE))
    return [
        _choice("decision_ground", allowed=words.DECISION_GROUND),
        Field(name, rules=(url, _at_most(name, most=500)), nullable=True),
        _reasoned("illegal_content_legal_ground", ground=_ILLEGAL, most=500),
        _reasoned("illegal_content_explanation", ground=_ILLEGAL, most=2000),
        _reasoned("incompatible_content_ground", ground=_INCOMPATIBLE, most=500),
        _reasoned("incompatible_content_explanation", ground=_INCOMPATIBLE, most=2000),
        Field(also, rules=(_one_of(also, allowed=words.YES_NO), only_then)),
    ]


def _content(holds_other: When) -> list[Field]:
    kind, more, where, tongue = (
        "content_type",
        "category_addition",
        "territorial_scope",
        "content_language",
    )
    kinds = (_array(kind), _required(kind), _all_of(kind, allowed=words.CONTENT_TYPE))
    return [
        Field(kind, rules=kinds),
        _other("content_type_other", holds=holds_other),
        _choice("category", allowed=words.CATEGORY),
        Field(more, rules=(_array(more), _all_of(more, allowed=words.CATEGORY))),
        Field(where, rules=(_array(where), _all_of(where, allowed=words.COUNTRY)), nullable=True),
        Field(tongue, rules=(_one_of(tongue, allowed=words.LANGUAGE),), nullable=True),
    ]


def _days() -> list[Field]:
    begin = {"content_date": "2000-01-01", "application_date": "2020-01-01"}
    fields = [
        Field(name, rules=(_required(name), *_day(name, earliest=earliest)))
        for name, earliest in begin.items()
    ]
    for subject in _END_DATES:
        rules = _day(f"end_date_{subject}_restriction", shown=f"end date of {subject} restriction")
        fields.append(Field(f"end_date_{subject}_restriction", rules=rules, nullable=True))
    return fields


def _circumstances(identity: Field) -> list[Field]:
    facts, puid = "decision_facts", "puid"
    shape = _shaped(_PUID, message="The puid format is invalid.")
    return [
        Field(facts, rules=(_required(facts), _at_most(facts, most=5000))),
        _choice("source_type", allowed=words.SOURCE_TYPE),
        identity,
        _choice("automated_detection", allowed=words.YES_NO),
        _choice("automated_decision", allowed=words.AUTOMATED_DECISION),
        Field(puid, rules=(_required(puid), _at_most(puid, most=500), shape)),
    ]


@cache
def single() -> Sequence[Field]:
    """The fields of `POST /statement`, in their order."""
    other = _names("decision_visibility", word="DECISION_VISIBILITY_OTHER")
    named = _names("source_type", word=_VOLUNTARY)
    identity = "source_identity"
    told = Field(
        identity, rules=(_at_most(identity, most=500), _dropped(lambda given: not named(given)))
    )
    return (
        *_content_id(),
        _content_id_ean(),
        *_decisions(other),
        *_ground(),
        *_content(_names("content_type", word="CONTENT_TYPE_OTHER")),
        *_days(),
        *_circumstances(told),
    )


@cache
def batch() -> Sequence[Field]:
    """The fields of a statement of `POST /statements`, in their order."""
    identity = "source_identity"
    return (
        *_decisions(_lists("decision_visibility", word="DECISION_VISIBILITY_OTHER")),
        *_ground(),
        *_content(_lists("content_type", word="CONTENT_TYPE_OTHER")),
        *_days(),
        *_circumstances(Field(identity, rules=(_at_most(identity, most=500),), nullable=True)),
        *_content_id(),
    )
