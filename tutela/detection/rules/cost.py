"""What an expression can cost at most on the largest event, before anything runs.

CEL's own evaluator counts loop rounds, not what a round does: ten doublings of a text inside a loop
fit its budget and run for minutes, and nothing can interrupt it meanwhile. So each expression is
bounded from its tree and the declared sizes of its variables, as Kubernetes bounds CEL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tutela.detection.rules.patterns import places_of
from tutela.detection.rules.syntax import (
    Call,
    Constant,
    Listed,
    Loop,
    Mapped,
    Name,
    Node,
    Select,
)

#: A step is about 0.1 microseconds: one node of the tree, or some characters of a text.
STEPS_MAX: Final = 1_000_000
#: CEL's evaluator stops an expression after so many rounds of its loops.
ROUNDS_MAX: Final = 10_000
#: What a round takes beside what it does.
_ROUND_STEPS: Final = 40
_CHARACTERS_A_STEP: Final = 32
#: A new text is written, and its characters may take four bytes each.
_COPYING: Final = 3
#: Looking for a longer part compares more characters at each place, at worst.
_PART_CHARACTERS: Final = 128
#: The longest text of a number, a point in time or a duration.
_SHORT: Final = 64


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a value can be: code points or elements, and how large each element."""

    length: int = 0
    element: "Extent | None" = None

    @property
    def steps(self) -> int:
        """What it costs to walk through all of it once."""
        if self.element is None:
            return self.length // _CHARACTERS_A_STEP
        return self.length * (1 + self.element.steps)


@dataclass(frozen=True, slots=True)
class Cost:
    """At most so many steps and loop rounds."""

    steps: int
    rounds: int

    @property
    def within_budget(self) -> bool:
        """Whether it holds both budgets."""
        return self.steps <= STEPS_MAX and self.rounds <= ROUNDS_MAX


class Unbounded(Exception):
    """A call of which nothing is known here."""

    def __init__(self, node: Call, *, why: str) -> None:
        super().__init__(f"{node.function} {why}")
        self.node = node


def cost_of(node: Node, *, extents: Mapping[str, Extent]) -> Cost:
    """The most that the expression can cost; `extents` by variable.

    Raises Unbounded for a function that is not allowed, and for a pattern that is not written out.
    """
    found = _bound(node, scope=dict(extents))
    return Cost(found.steps, found.rounds)


@dataclass(frozen=True, slots=True)
class _Bound:
    steps: int
    rounds: int
    extent: Extent = Extent()


def _bound(node: Node, *, scope: dict[str, Extent]) -> _Bound:
    match node:
        case Constant():
            value = node.value
            return _Bound(1, 0, Extent(len(value) if isinstance(value, str | bytes) else 0))
        case Name():
            return _Bound(1, 0, scope.get(node.name, Extent()))
        case Select():
            under = _bound(node.operand, scope=scope)
            return _Bound(under.steps + 1, under.rounds, under.extent.element or Extent())
        case Listed() | Mapped():
            return _written_out(node, scope=scope)
        case Loop():
            return _loop(node, scope=scope)
        case Call():
            return _call(node, scope=scope)


def _written_out(node: Listed | Mapped, *, scope: dict[str, Extent]) -> _Bound:
    children = node.elements if isinstance(node, Listed) else node.parts
    parts = [_bound(each, scope=scope) for each in children]
    extent = Extent(len(parts), _largest([each.extent for each in parts]))
    return _summed(parts, steps=1 + len(parts), extent=extent)


def _loop(node: Loop, *, scope: dict[str, Extent]) -> _Bound:
    """Each round adds to what is gathered what the first one adds: true of CEL's own macros."""
    over = _bound(node.over, scope=scope)
    start = _bound(node.start, scope=scope)
    element = over.extent.element or Extent()
    inside = scope | dict.fromkeys(node.names, element) | {node.gathered_as: start.extent}
    condition, step = _bound(node.condition, scope=inside), _bound(node.step, scope=inside)
    times = over.extent.length
    grown = max(0, step.extent.length - start.extent.length)
    gathered = Extent(start.extent.length + times * grown, step.extent.element)
    result = _bound(node.result, scope=inside | {node.gathered_as: gathered})
    outside = _summed([over, start, result], steps=1, extent=result.extent)
    return _Bound(
        outside.steps + times * (_ROUND_STEPS + condition.steps + step.steps),
        outside.rounds + times * (1 + condition.rounds + step.rounds),
        outside.extent,
    )


def _call(node: Call, *, scope: dict[str, Extent]) -> _Bound:
    if node.function == "matches":
        return _matched(node, scope=scope)
    rule = _FUNCTIONS.get(node.function)
    if rule is None:
        raise Unbounded(node, why="is not allowed in rules")
    parts = [_bound(each, scope=scope) for each in node.arguments]
    steps, extent = rule([each.extent for each in parts])
    return _summed(parts, steps=1 + steps, extent=extent)


def _matched(node: Call, *, scope: dict[str, Extent]) -> _Bound:
    text, pattern = node.arguments
    if not isinstance(pattern, Constant) or not isinstance(pattern.value, str):
        raise Unbounded(node, why="takes a pattern that is written out as a text")
    searched = _bound(text, scope=scope)
    places = places_of(pattern.value)
    steps = 1 + places.steps + round(searched.extent.length * places.steps_a_character)
    return _Bound(searched.steps + steps, searched.rounds)


def _summed(parts: Sequence[_Bound], *, steps: int, extent: Extent) -> _Bound:
    return _Bound(
        steps + sum(each.steps for each in parts), sum(each.rounds for each in parts), extent
    )


def _largest(extents: Sequence[Extent]) -> Extent:
    if not extents:
        return Extent()
    below = [each.element for each in extents if each.element is not None]
    return Extent(max(each.length for each in extents), _largest(below) if below else None)


_Rule = Callable[[Sequence[Extent]], tuple[int, Extent]]


def _plain(extents: Sequence[Extent]) -> tuple[int, Extent]:
    """Numbers, flags and times: reads its arguments, gives something short."""
    return sum(each.steps for each in extents), Extent()


def _as_text(extents: Sequence[Extent]) -> tuple[int, Extent]:
    return _COPYING * _plain(extents)[0], Extent(
        max(_SHORT, *(4 * each.length for each in extents))
    )


def _same_size(extents: Sequence[Extent]) -> tuple[int, Extent]:
    return _COPYING * extents[0].steps, extents[0]


def _compared(extents: Sequence[Extent]) -> tuple[int, Extent]:
    return min(each.steps for each in extents), Extent()


def _searched(extents: Sequence[Extent]) -> tuple[int, Extent]:
    text, part = extents
    return (1 + text.steps) * (1 + part.length // _PART_CHARACTERS), Extent()


def _among(extents: Sequence[Extent]) -> tuple[int, Extent]:
    return extents[1].steps, Extent()


def _joined(extents: Sequence[Extent]) -> tuple[int, Extent]:
    steps = _COPYING * sum(each.steps for each in extents)
    below = [each.element for each in extents if each.element is not None]
    element = _largest(below) if below else None
    return steps, Extent(sum(each.length for each in extents), element)


def _chosen(extents: Sequence[Extent]) -> tuple[int, Extent]:
    return 0, _largest(extents[1:])


def _element(extents: Sequence[Extent]) -> tuple[int, Extent]:
    return 0, extents[0].element or Extent()


def _free(_extents: Sequence[Extent]) -> tuple[int, Extent]:
    return 0, Extent()


#: What may be called, by CEL's own names, and what it costs.
_FUNCTIONS: Final[Mapping[str, _Rule]] = {
    **dict.fromkeys(("_&&_", "_||_", "!_", "@not_strictly_false"), _free),
    **dict.fromkeys(("_-_", "_*_", "_/_", "_%_", "-_"), _free),
    "size": _plain,
    **dict.fromkeys(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"), _compared),
    **dict.fromkeys(("startsWith", "endsWith"), _compared),
    **dict.fromkeys(("int", "uint", "double", "bool", "timestamp", "duration"), _plain),
    **dict.fromkeys(("lowerAscii", "upperAscii", "trim"), _same_size),
    **dict.fromkeys(
        (
            "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear",
            "getHours", "getMilliseconds", "getMinutes", "getMonth", "getSeconds",
        ),
        _plain,
    ),
    "_+_": _joined,
    "_?_:_": _chosen,
    "_[_]": _element,
    "@in": _among,
    "contains": _searched,
    "string": _as_text,
}  # fmt: skip
