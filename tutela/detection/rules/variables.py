"""What a rule may read of an event, declared by name, type and size: nothing else compiles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tutela.detection.rules.cost import Extent
from tutela.domain.events import Visibility
from tutela.law import detection

#: Code points of the text of a content. A longer one is unknown to rules, which says so.
TEXT_MAX_CODE_POINTS: Final = 100_000
WORD_MAX_CODE_POINTS: Final = 1_024
#: A rule may compare each with each: 96 x 97 loop rounds are within CEL's 10,000.
WORDS_MAX: Final = 96
WORDS_EACH_MAX_CODE_POINTS: Final = 256


class Kind(StrEnum):
    """The type of a variable, in the words of a policy file."""

    #: A text: CEL's string.
    TEXT = "text"
    #: Texts: CEL's list(string).
    WORDS = "words"
    #: True or false: CEL's bool.
    FLAG = "flag"
    #: A whole number: CEL's int, written 3.
    COUNT = "count"
    #: A number with a fraction: CEL's double, written 3.0.
    NUMBER = "number"
    #: A point in time: CEL's timestamp.
    TIME = "time"
    #: A day: CEL's timestamp of its beginning in UTC.
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable: where it stands in an event, and what it is where the event does not say."""

    name: str
    kind: Kind
    path: tuple[str, ...] = ()
    #: None: unknown, and so is what reads it.
    absent: object = None
    #: All that it can be; anything where empty.
    members: tuple[str, ...] = ()
    length_max: int = WORD_MAX_CODE_POINTS
    #: Whether it may be missing with nothing that stands for it; `.._known` says so.
    optional: bool = False

    @property
    def flag(self) -> str:
        """The name of the flag that says whether it is there, where it is optional."""
        return f"{self.name}_known"

    @property
    def extent(self) -> Extent:
        """The largest that it can be."""
        if self.kind is Kind.TEXT:
            return Extent(self.length_max)
        if self.kind is Kind.WORDS:
            return Extent(WORDS_MAX, Extent(WORDS_EACH_MAX_CODE_POINTS))
        return Extent()


class OfDetector(StrEnum):
    """What a rule may read of another detector's signal, after `signals.NAME.`."""

    #: Whether it could look.
    KNOWN = "known"
    #: Whether it found something; unknown where it could not look.
    MATCHED = "matched"
    #: The lists of what it found.
    LISTS = "lists"
    #: The tags of what it found.
    TAGS = "tags"
    #: The smallest distance of what it found; unknown where none has a distance.
    DISTANCE_BITS = "distance_bits"


_OF_DETECTOR: Final = {
    OfDetector.KNOWN: Kind.FLAG,
    OfDetector.MATCHED: Kind.FLAG,
    OfDetector.LISTS: Kind.WORDS,
    OfDetector.TAGS: Kind.WORDS,
    OfDetector.DISTANCE_BITS: Kind.COUNT,
}


def _word(name: str, *, at: str, members: tuple[str, ...] = (), absent: object = None) -> Variable:
    path = tuple(at.split("."))
    return Variable(name=name, kind=Kind.TEXT, path=path, members=members, absent=absent)


_MINORITIES: Final = ("yes", "no", "unknown")
_OF_ITSELF: Final = (
    _word("account.id", at="account_id"),
    _word("account.minor", at="minor", members=_MINORITIES, absent="unknown"),
    _word("account.country", at="country", absent=""),
    Variable(name="account.created_on", kind=Kind.DAY, path=("created_at",), optional=True),
    Variable(name="account.labels", kind=Kind.WORDS, path=("labels",), optional=True),
)
#: Of the account behind something else: all that is not told of it is unknown.
_BEHIND: Final = (
    Variable(
        name="account.minor",
        kind=Kind.TEXT,
        path=("account", "minor"),
        members=_MINORITIES,
        optional=True,
    ),
    *(
        Variable(name=f"account.{name}", kind=kind, path=("account", told), optional=True)
        for name, kind, told in (
            ("country", Kind.TEXT, "country"),
            ("created_on", Kind.DAY, "created_at"),
            ("labels", Kind.WORDS, "labels"),
        )
    ),
)


VISIBILITIES: Final = tuple(str(each) for each in Visibility)
_EVENT: Final = (
    _word("event.type", at="type"),
    _word(
        "event.visibility",
        at="visibility",
        members=VISIBILITIES,
        absent=str(Visibility.INTERPERSONAL),
    ),
    _word("event.surface", at="surface", absent=""),
    _word("event.country", at="country", absent=""),
    Variable(name="event.at", kind=Kind.TIME, path=("at",)),
)
_ACTION: Final = (
    _word("event.name", at="action_name"),
    _word(
        "event.visibility",
        at="visibility",
        members=VISIBILITIES,
        absent=str(Visibility.INTERPERSONAL),
    ),
    _word("event.surface", at="data.surface", absent=""),
    Variable(name="event.at", kind=Kind.TIME, path=("timestamp",), optional=True),
)
#: By type of event, as the contract names its fields.
TYPES: Final[Mapping[str, tuple[Variable, ...]]] = {
    "account": (*_EVENT, *_OF_ITSELF),
    "content": (
        *_EVENT,
        _word("content.id", at="content_id"),
        _word("content.account_id", at="account_id", absent=""),
        _word("content.kind", at="kind", absent=""),
        Variable(
            name="content.text",
            kind=Kind.TEXT,
            path=("text",),
            absent="",
            length_max=TEXT_MAX_CODE_POINTS,
        ),
        _word("content.language", at="language", absent=""),
        Variable(name="content.tags", kind=Kind.WORDS, path=("tags",), absent=()),
        *_BEHIND,
    ),
    "edge": (
        *_EVENT,
        _word("edge.src", at="src"),
        _word("edge.dst", at="dst"),
        _word("edge.kind", at="kind"),
        Variable(name="edge.weight", kind=Kind.NUMBER, path=("weight",), optional=True),
    ),
    "exposure": (
        *_EVENT,
        _word("exposure.viewer", at="viewer"),
        _word("exposure.item", at="item"),
        Variable(name="exposure.rank", kind=Kind.COUNT, path=("rank",)),
        _word("exposure.arm", at="arm", absent=""),
        Variable(name="exposure.score", kind=Kind.NUMBER, path=("score",), optional=True),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What policies may name: detectors, legal bases, and actions with their fields."""

    detectors: tuple[str, ...] = ("hashes", "terms")
    bases: frozenset[str] = field(
        default_factory=lambda: frozenset(basis.code for basis in detection.REGISTER.built_in())
    )
    #: Names of actions, such as `create_post`, and what is declared of their data.
    actions: Mapping[str, tuple[Variable, ...]] = field(default_factory=dict)

    @property
    def events(self) -> frozenset[str]:
        """All types of events and names of actions that a policy may be on."""
        return frozenset(TYPES) | frozenset(self.actions)

    def of_event(self, name: str) -> tuple[Variable, ...]:
        """What an event of that type, or an action of that name, has; nothing if there is none."""
        if name in TYPES:
            return TYPES[name]
        return (*_ACTION, *self.actions[name]) if name in self.actions else ()

    def readable(self, name: str) -> Iterator[Variable]:
        """All that a rule on such an event may read, with flags and the results of detectors."""
        for variable in self.of_event(name):
            yield variable
            if variable.optional:
                yield Variable(name=variable.flag, kind=Kind.FLAG)
        for detector in self.detectors:
            for part, kind in _OF_DETECTOR.items():
                name = of_detector(detector, part=part)
                yield Variable(name=name, kind=kind, optional=part is not OfDetector.KNOWN)


def of_detector(detector: str, *, part: OfDetector) -> str:
    """The name of a variable about another detector's signal."""
    return f"signals.{detector}.{part}"
