"""What types and can't be meant: a value that a variable never has, a pattern that is none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tutela.detection.rules.syntax import Call, Constant, Listed, Name, Node, Tree, nodes
from tutela.detection.rules.variables import Variable

_EQUALS: Final = frozenset({"_==_", "_!=_"})
_DIVIDES: Final = frozenset({"_/_", "_%_"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """What can't be meant, and at which node."""

    node_id: int
    message: str


def doubts(
    tree: Tree, *, variables: Mapping[str, Variable], fits: Callable[[str], bool]
) -> Iterator[Doubt]:
    """All that can't be meant in the expression; `fits` says whether a pattern is one."""
    found = list(nodes(tree.root))
    if not any(isinstance(each, Name) and each.name in variables for each in found):
        yield Doubt(tree.root.id, "reads nothing of the event, so it is the same for every one")
    for node in found:
        if not isinstance(node, Call):
            continue
        if node.function in _EQUALS or node.function == "@in":
            yield from _never(node, variables=variables)
        elif node.function in _DIVIDES and _is_zero(node.arguments[1]):
            yield Doubt(node.id, "divides by zero")
        elif node.function == "matches":
            yield from _pattern(node, fits=fits)


def _never(node: Call, *, variables: Mapping[str, Variable]) -> Iterator[Doubt]:
    """Words beside a variable with a closed list of values that are not on it."""
    for name, other in (node.arguments, node.arguments[::-1]):
        variable = variables.get(name.name) if isinstance(name, Name) else None
        if variable is None or not variable.members:
            continue
        for constant in _constants(other):
            if constant.value not in variable.members:
                one_of = ", ".join(variable.members)
                message = f"{variable.name} is never {constant.value!r}, but one of {one_of}"
                yield Doubt(constant.id, message)


def _pattern(node: Call, *, fits: Callable[[str], bool]) -> Iterator[Doubt]:
    pattern = node.arguments[1]
    if isinstance(pattern, Constant) and isinstance(pattern.value, str) and not fits(pattern.value):
        yield Doubt(pattern.id, "not a pattern that RE2 takes")


def _constants(node: Node) -> tuple[Constant, ...]:
    within = node.elements if isinstance(node, Listed) else (node,)
    return tuple(each for each in within if isinstance(each, Constant))


def _is_zero(node: Node) -> bool:
    return isinstance(node, Constant) and type(node.value) is int and node.value == 0
