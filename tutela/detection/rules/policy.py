"""A policy, as its file says it: on which events, when it matches, what follows, its own tests."""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from tutela.detection.rules.variables import Kind
from tutela.domain.signals import DISTANCE_MAX_BITS, Match, Result, Signal
from tutela.domain.vocabulary import Category, Keyword

FORMAT: Final = 1

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
PolicyId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
#: As Osprey names the kinds of things that carry labels: User, Message.
EntityName = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z0-9]{0,62}$")]
LabelName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,126}$")]
FieldName = Annotated[str, msgspec.Meta(pattern=r"^data(\.[A-Za-z_][A-Za-z0-9_]*)+$")]
ActionName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,126}$")]


class Mode(StrEnum):
    """Whether anything follows from a policy."""

    #: What it says is acted upon.
    LIVE = "live"
    #: It is evaluated and counted, and nothing follows.
    SHADOW = "shadow"


class Act(StrEnum):
    """What follows from a match of a live policy. A person decides; none of it is a measure."""

    #: A case is opened, or the open one is joined.
    OPEN_CASE = "open_case"
    #: Labels alone.
    LABEL = "label"


class LabelStatus(StrEnum):
    """What happens to a label, in Osprey's words."""

    #: The entity gets it.
    ADDED = "ADDED"
    #: The entity loses it.
    REMOVED = "REMOVED"


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label that a match puts on an entity or takes from it, named as in Osprey."""

    entity: EntityName
    label: LabelName
    status: LabelStatus = LabelStatus.ADDED

    def __str__(self) -> str:
        return f"{self.entity}/{self.label}/{self.status}"


class Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What follows from a match."""

    do: Act
    category: Category | None = None
    keyword: Keyword | None = None
    labels: tuple[Label, ...] = ()


class SignalGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another detector says in a test."""

    result: Result
    lists: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    distance_bits: Annotated[int, msgspec.Meta(ge=0, le=DISTANCE_MAX_BITS)] | None = None


class PolicyTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event, what other detectors said of it, and what the policy must come to."""

    name: Text
    event: dict[str, Any]
    expect: Result
    signals: dict[str, Result | SignalGiven] = {}

    def heard(self) -> tuple[Signal, ...]:
        """The signals of the other detectors."""
        return tuple(_signal(name, given=given) for name, given in self.signals.items())


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule with who answers for it, on which law, and its own tests."""

    id: PolicyId
    #: Goes up with every change of what the policy means.
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    title: Text
    #: Who answers for it: a team, never a person.
    owner: Text
    #: Codes of the bases on which it may look, in `tutela/law`.
    legal_basis: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1)]
    #: Types of events, or names of actions.
    events: Annotated[tuple[ActionName, ...], msgspec.Meta(min_length=1)]
    when: Annotated[str, msgspec.Meta(min_length=1)]
    action: Action
    tests: Annotated[tuple[PolicyTest, ...], msgspec.Meta(min_length=2)]
    mode: Mode = Mode.SHADOW


class PolicyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of policies, before each of them is read."""

    tutela_rules: int
    policies: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=10_000)]
    #: Actions of the platform beyond the contract, and the fields of their data.
    actions: dict[ActionName, dict[FieldName, Kind]] = {}


def _signal(name: str, *, given: Result | SignalGiven) -> Signal:
    said = SignalGiven(result=given) if isinstance(given, Result) else given
    matches = tuple(
        Match(list=each, entry="", version=0, tags=said.tags, distance=said.distance_bits)
        for each in (said.lists or ("test",))
    )
    found = matches if said.result is Result.MATCH else ()
    return Signal(detector=name, result=said.result, matches=found)
