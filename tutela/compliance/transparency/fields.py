"""The fields of a statement in the order in which the database asks, each with its rules.

The single and the batch call ask the same of a statement but for the place of `content_id`, the
alias `content_id_ean` (single call only) and what counts as "other is among them".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from tutela.compliance.transparency import vocabulary
from tutela.compliance.transparency.rules import (
    Given,
    Rule,
    RuleFor,
    array,
    at_most,
    called,
    day,
    dropped_unless,
    matches,
    not_after,
    not_before,
    one_of,
    required,
    required_where,
    required_without,
    some_of,
    text,
    url,
)

#: Lists that may be null take the word "null" for a member.
_NULL: Final = frozenset({"null"})
_LAST_DAY: Final = "2038-01-01"
_SHORT, _LONG, _FACTS = 500, 2000, 5000
_EAN_13: Final = r"[0-9]{13}"
#: The name of the member in errors; a field that is called so outright is unknown.
EAN_13: Final = "content_id.EAN-13"
_DECISIONS: Final = (
    "decision_visibility",
    "decision_monetary",
    "decision_provision",
    "decision_account",
)
_ILLEGAL: Final = "DECISION_GROUND_ILLEGAL_CONTENT"
_INCOMPATIBLE: Final = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
_SAID: Final = {_ILLEGAL: "illegal content", _INCOMPATIBLE: "incompatible content"}


class Among(Protocol):
    """Whether a word is among those of a list field."""

    def __call__(self, value: object, *, word: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Field:
    """A field, its rules in order, and whether null is as good as absent."""

    name: str
    rules: tuple[Rule, ...]
    #: The rules that are asked where the field is absent, or null and nullable.
    of_absent: tuple[Rule, ...]
    nullable: bool


def statement_fields(among: Among) -> tuple[Field, ...]:
    """Every field but `content_id`; `among` says whether a word is among those of a list field."""
    return (
        *_decisions(among),
        _field("account_type", one_of(vocabulary.ACCOUNT_TYPES | _NULL), nullable=True),
        _field(
            "category_specification", array(), some_of(vocabulary.KEYWORDS | _NULL), nullable=True
        ),
        _field("category_specification_other", at_most(_SHORT)),
        *_grounds(),
        *_content(among),
        _field("category", required(), one_of(vocabulary.CATEGORIES)),
        _field("category_addition", array(), some_of(vocabulary.CATEGORIES)),
        _field("territorial_scope", array(), some_of(vocabulary.TERRITORIES), nullable=True),
        _field("content_language", one_of(vocabulary.LANGUAGES), nullable=True),
        *_days(),
        *_origin(),
        _field(
            "puid",
            required(),
            at_most(_SHORT),
            matches(r"[a-zA-Z0-9_-]+", message="The {} format is invalid."),
        ),
    )


def content_id() -> tuple[Field, ...]:
    """`content_id` and its one member that is looked at."""
    ean_13 = tuple(rule("content id. e a n-13") for rule in (text(), matches(_EAN_13)))
    return (_field("content_id", array(), nullable=True), Field(EAN_13, ean_13, (), nullable=False))


def content_id_ean() -> tuple[Field, ...]:
    """The undocumented alias of `content_id.EAN-13`."""
    return (_field("content_id_ean", text(), matches(_EAN_13), nullable=True),)


def laid_out(given: Given) -> Given:
    """The fields of a statement, with the member of `content_id` as a field of its own."""
    held = given.get("content_id")
    flat = {name: value for name, value in given.items() if name != EAN_13}
    if isinstance(held, dict) and "EAN-13" in held:
        flat[EAN_13] = held["EAN-13"]
    return flat


def _decisions(among: Among) -> tuple[Field, ...]:
    other, monetary_other = "DECISION_VISIBILITY_OTHER", "DECISION_MONETARY_OTHER"
    return (
        _field(
            "decision_visibility",
            array(),
            some_of(vocabulary.VISIBILITIES | _NULL),
            _without_others("decision_visibility"),
            nullable=True,
        ),
        _field(
            "decision_visibility_other",
            at_most(_SHORT),
            *_only_where(lambda given: among(given.get("decision_visibility"), word=other)),
        ),
        _decision("decision_monetary", words=vocabulary.MONETARIES),
        _field(
            "decision_monetary_other",
            required_where(
                _is("decision_monetary", word=monetary_other),
                message="The {} field is required when decision monetary is other.",
            ),
            dropped_unless(_is("decision_monetary", word=monetary_other)),
            at_most(_SHORT),
        ),
        _decision("decision_provision", words=vocabulary.PROVISIONS),
        _decision("decision_account", words=vocabulary.ACCOUNTS),
    )


def _grounds() -> tuple[Field, ...]:
    return (
        _field("decision_ground", required(), one_of(vocabulary.GROUNDS)),
        _field("decision_ground_reference_url", url(), at_most(_SHORT), nullable=True),
        _of_ground("illegal_content_legal_ground", ground=_ILLEGAL, size=_SHORT),
        _of_ground("illegal_content_explanation", ground=_ILLEGAL, size=_LONG),
        _of_ground("incompatible_content_ground", ground=_INCOMPATIBLE, size=_SHORT),
        _of_ground("incompatible_content_explanation", ground=_INCOMPATIBLE, size=_LONG),
        _field(
            "incompatible_content_illegal",
            one_of(vocabulary.YES_OR_NO),
            dropped_unless(_is("decision_ground", word=_INCOMPATIBLE)),
        ),
    )


def _content(among: Among) -> tuple[Field, ...]:
    return (
        _field("content_type", array(), required(), some_of(vocabulary.CONTENT_TYPES)),
        _field(
            "content_type_other",
            at_most(_SHORT),
            *_only_where(lambda given: among(given.get("content_type"), word="CONTENT_TYPE_OTHER")),
        ),
    )


def _days() -> tuple[Field, ...]:
    return (
        _field("content_date", *_required_day("2000-01-01")),
        _field("application_date", *_required_day("2020-01-01")),
        *(
            _field(
                f"end_date_{what}_restriction",
                day(f"The end date of {what} restriction does not match the format YYYY-MM-DD."),
                not_after(_LAST_DAY),
                nullable=True,
            )
            for what in ("account", "monetary", "service", "visibility")
        ),
    )


def _origin() -> tuple[Field, ...]:
    return (
        _field("decision_facts", required(), at_most(_FACTS)),
        _field("source_type", required(), one_of(vocabulary.SOURCES)),
        _field("source_identity", at_most(_SHORT)),
        _field("automated_detection", required(), one_of(vocabulary.YES_OR_NO)),
        _field("automated_decision", required(), one_of(vocabulary.AUTOMATED_DECISIONS)),
    )


def _field(name: str, *rules: RuleFor, nullable: bool = False) -> Field:
    made = tuple(rule(called(name)) for rule in rules)
    return Field(name, made, tuple(rule for rule in made if rule.of_absent), nullable)


def _decision(name: str, *, words: frozenset[str]) -> Field:
    return _field(name, one_of(words | _NULL), _without_others(name), nullable=True)


def _without_others(name: str) -> RuleFor:
    return required_without([each for each in _DECISIONS if each != name])


def _of_ground(name: str, *, ground: str, size: int) -> Field:
    return _field(
        name,
        required_where(
            _is("decision_ground", word=ground),
            message=f"The {{}} field is required when decision ground is {_SAID[ground]}.",
        ),
        dropped_unless(_is("decision_ground", word=ground)),
        at_most(size),
    )


def _required_day(first: str) -> tuple[RuleFor, ...]:
    wrong = "The {} does not match the format YYYY-MM-DD."
    return (required(), day(wrong), not_before(first), not_after(_LAST_DAY))


def _only_where(asked: Callable[[Given], bool]) -> tuple[RuleFor, ...]:
    return (required_where(asked), dropped_unless(asked))


def _is(name: str, *, word: str) -> Callable[[Given], bool]:
    return lambda given: given.get(name) == word
