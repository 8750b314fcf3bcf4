"""Rules over the fields of one statement, in the order and with the stops of the framework.

A field is looked at rule by rule. A rule sees a field that is there; one that is `implicit` also
sees a field that is missing. A null passes every other rule of a `nullable` field. What fails adds
its message; an implicit rule that fails ends the field, and an excluding rule that fails drops it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

#: A statement as it came, trimmed.
Given = Mapping[str, object]
#: Field -> its messages, in the order in which the rules found them.
Errors = dict[str, list[str]]
#: Whether the rule is broken, from the whole statement and the field's value.
Broken = Callable[[Given, object], bool]


class Kind(Enum):
    """What a rule sees and what follows when it is broken."""

    #: Sees a field that is there; adds a message.
    PLAIN = auto()
    #: Sees every field; adds a message and ends the field.
    IMPLICIT = auto()
    #: Sees a field that is there; drops it without a word.
    EXCLUDING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a field."""

    broken: Broken
    message: str = ""
    kind: Kind = Kind.PLAIN


class Field:
    """A field and its rules; a name such as `content_id.EAN-13` leads into an object."""

    __slots__ = ("asks_when_missing", "inner", "name", "nullable", "outer", "rules")

    def __init__(self, name: str, *, rules: Sequence[Rule], nullable: bool = False) -> None:
        self.name = name
        self.rules = rules
        self.nullable = nullable
        self.asks_when_missing = any(rule.kind is Kind.IMPLICIT for rule in rules)
        self.outer, _, self.inner = name.partition(".")


class Missing:
    """The value of a field that is not there."""


MISSING: Final = Missing()


def judged(given: Given, *, fields: Sequence[Field]) -> tuple[Errors, dict[str, object]]:
    """What is wrong with the statement, and the fields that are kept of it."""
    errors: Errors = {}
    kept: dict[str, object] = {}
    for field in fields:
        value = given.get(field.outer, MISSING)
        if field.inner:
            value = value.get(field.inner, MISSING) if isinstance(value, dict) else MISSING
        if value is MISSING and not field.asks_when_missing:
            continue
        messages, dropped = _examined(given, field=field, value=value)
        if messages:
            errors[field.name] = messages
        if not dropped and value is not MISSING and not field.inner:
            kept[field.name] = value
    return errors, kept


def _examined(given: Given, *, field: Field, value: object) -> tuple[list[str], bool]:
    """The messages of the field, and whether it is dropped."""
    messages: list[str] = []
    unseen = value is MISSING or (value is None and field.nullable)
    for rule in field.rules:
        if (unseen and rule.kind is not Kind.IMPLICIT) or not rule.broken(given, value):
            continue
        if rule.kind is Kind.EXCLUDING:
            return messages, True
        messages.append(rule.message)
        if rule.kind is Kind.IMPLICIT:
            break
    return messages, False


def summary(errors: Errors) -> str:
    """The first message, and how many more there are."""
    first, *more = [message for messages in errors.values() for message in messages]
    if not more:
        return first
    return f"{first} (and {len(more)} more {'error' if len(more) == 1 else 'errors'})"
