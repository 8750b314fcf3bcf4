"""Our small interface over CEL: a text becomes a program, a program gives true, false or why not.

In cel-cpp a run-time error is a value whose bool() is True, and a spent budget is an exception.
Both are Failures here: nothing but CEL's own `true` ever counts as true.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from tutela.detection.rules.cost import (
    ROUNDS_MAX,
    STEPS_MAX,
    Cost,
    Unbounded,
    cost_of,
)
from tutela.detection.rules.facts import Facts, Why
from tutela.detection.rules.meaning import Doubt, doubts
from tutela.detection.rules.syntax import Name, Tree, nodes, read_tree
from tutela.detection.rules.variables import Kind, Variable

EXPRESSION_MAX_CODE_POINTS: Final = 4_000
#: Programs that are evaluated in one call. More save little, and one error costs them all twice.
TOGETHER_MAX: Final = 20

_TYPES: Final = {
    Kind.TEXT: cel.Type.STRING,
    Kind.WORDS: cel.Type.List(cel.Type.STRING),
    Kind.FLAG: cel.Type.BOOL,
    Kind.COUNT: cel.Type.INT,
    Kind.NUMBER: cel.Type.DOUBLE,
    Kind.TIME: cel.Type.TIMESTAMP,
    Kind.DAY: cel.Type.TIMESTAMP,
}
_ERROR: Final = re.compile(
    r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?=\n \| |\nERROR: <input>| \[[A-Z_]+\]\Z|\Z)", re.DOTALL
)
_STATUS: Final = re.compile(r"\A[A-Z_]+: | \[[A-Z_]+\]\Z")
_CONTAINER: Final = " (in container '')"
_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']+)'")
_UNBOUND: Final = re.compile(r'No value with name "([^"]+)" found')
_NO_FIT: Final = re.compile(r"applied to '\((.*)\)'")
#: Parts of what cel-cpp says at run time, and what they mean.
_REASONS: Final = (
    ("divide by zero", Why.DIVIDED_BY_ZERO),
    ("modulus by zero", Why.DIVIDED_BY_ZERO),
    ("overflow", Why.OVERFLOWED),
    ("out of range", Why.OVERFLOWED),
    ("Key not found", Why.NO_SUCH_ELEMENT),
    ("Index error", Why.NO_SUCH_ELEMENT),
    ("budget exceeded", Why.OVER_BUDGET),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with an expression, and where: both counted from 1, in code points."""

    line: int
    column: int
    message: str


class Mistyped(Exception):
    """The expression can't become a program."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Failure:
    """A program came to neither true nor false; `about` is the variable, where it is about one."""

    why: Why
    about: str | None = None


Value = bool | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An expression that was checked."""

    text: str
    #: The variables that it reads.
    reads: frozenset[str]
    #: The most that it can cost.
    cost: Cost
    expression: cel.Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Programs that are evaluated in one call."""

    programs: tuple[Program, ...]
    #: Where each of them stands among all.
    places: tuple[int, ...]
    #: The variables that they read.
    reads: frozenset[str]
    #: All of them as one list; None where they can't be.
    expression: cel.Expression | None


class Language:
    """CEL with exactly these variables, each a dotted name of its own."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self._variables = {each.name: each for each in variables}
        self._optional = frozenset(each.name for each in variables if each.optional)
        self._extents = {each.name: each.extent for each in variables}
        types = {each.name: _TYPES[each.kind] for each in variables}
        self._env = cel.NewEnv(variables=types, extensions=[ext_strings.ExtStrings()])

    def program(self, text: str) -> Program:
        """The expression as a program; Mistyped with each fault that was found."""
        if len(text) > EXPRESSION_MAX_CODE_POINTS:
            most = f"longer than {EXPRESSION_MAX_CODE_POINTS} characters"
            raise Mistyped([Fault(line=1, column=1, message=most)])
        try:
            text.encode()
            expression = self._env.compile(text)
        except UnicodeEncodeError:
            raise Mistyped([Fault(line=1, column=1, message="not Unicode")]) from None
        except RuntimeError as error:
            raise Mistyped(list(self._faults(str(error)))) from error
        given = expression.return_type()
        if given != cel.Type.BOOL:
            what = f"gives {given.name().lower()}, where true or false is expected"
            raise Mistyped([Fault(line=1, column=1, message=what)])
        tree = read_tree(expression.serialize())
        cost = self._cost(tree, text=text)
        wrong = list(doubts(tree, variables=self._variables, fits=self._is_pattern))
        if wrong:
            raise Mistyped([_placed(each, tree=tree, text=text) for each in wrong])
        reads = {each.name for each in nodes(tree.root) if isinstance(each, Name)}
        return Program(
            text=text,
            reads=frozenset(reads & set(self._variables)),
            cost=cost,
            expression=expression,
        )

    def batches(self, programs: Sequence[Program]) -> tuple[Batch, ...]:
        """The programs in as few calls as their budgets allow.

        Those that read the same of what may be unknown go together: one error costs them all twice.
        """
        apart: dict[frozenset[str], list[int]] = {}
        for place, program in enumerate(programs):
            apart.setdefault(program.reads & self._optional, []).append(place)
        return tuple(
            self._batch(group, programs=programs)
            for places in apart.values()
            for group in _within_budget(places, programs=programs)
        )

    def activation(self, facts: Facts) -> cel.Activation:
        """What is known, as CEL takes it; for programs of this language only."""
        return self._env.Activation(facts.known)

    def _batch(self, places: Sequence[int], *, programs: Sequence[Program]) -> Batch:
        batched = tuple(programs[place] for place in places)
        reads = frozenset[str]().union(*(each.reads for each in batched))
        return Batch(
            programs=batched,
            places=tuple(places),
            reads=reads,
            expression=self._together(batched),
        )

    def _together(self, programs: Sequence[Program]) -> cel.Expression | None:
        listed = ",".join(f"(\n{each.text}\n)" for each in programs)
        try:
            return self._env.compile(f"[{listed}]")
        except RuntimeError:
            return None

    def _cost(self, tree: Tree, *, text: str) -> Cost:
        try:
            cost = cost_of(tree.root, extents=self._extents)
        except Unbounded as error:
            raise Mistyped(
                [_placed(Doubt(error.node.id, str(error)), tree=tree, text=text)]
            ) from error
        if not cost.within_budget:
            what = (
                f"can take {cost.steps:,} steps and {cost.rounds:,} loop rounds on the largest"
                f" event; at most {STEPS_MAX:,} and {ROUNDS_MAX:,} are allowed"
            )
            raise Mistyped([Fault(line=1, column=1, message=what)])
        return cost

    def _is_pattern(self, pattern: str) -> bool:
        """Whether RE2 takes the pattern."""
        written = "".join(f"\\U{ord(each):08x}" for each in pattern)
        value = self._env.compile(f"''.matches('{written}')").eval(data={}).value()
        return value is True or value is False

    def _faults(self, said: str) -> Iterator[Fault]:
        found = list(_ERROR.finditer(said))
        for each in found:
            line, column, message = int(each[1]), int(each[2]), each[3].replace(_CONTAINER, "")
            message += self._hint(message)
            yield Fault(line=max(line, 1), column=max(column, 1), message=message)
        if not found:
            yield Fault(line=1, column=1, message=_STATUS.sub("", said))

    def _hint(self, message: str) -> str:
        undeclared = _UNDECLARED.search(message)
        if undeclared is not None:
            near = get_close_matches(undeclared[1], list(self._variables), n=1)
            return f"; did you mean {near[0]}?" if near else ""
        applied = _NO_FIT.search(message)
        if applied is not None and {"int", "double"} <= set(applied[1].split(", ")):
            return "; write 3 for a whole number, 3.0 for one with a fraction"
        return ""


def values_of(
    batch: Batch, *, activation: cel.Activation, unknown: Mapping[str, Why]
) -> list[Value]:
    """The value of each program, in order; an error in one leaves the others as they are."""
    if batch.expression is not None and batch.reads.isdisjoint(unknown):
        values = _values(batch.expression, activation=activation)
        if values is not None and len(values) == len(batch.programs):
            return values
    return [value_of(program, activation=activation, unknown=unknown) for program in batch.programs]


def _within_budget(
    places: Sequence[int], *, programs: Sequence[Program]
) -> Iterator[Sequence[int]]:
    """The places in runs that are short enough, and whose loops fit the budget of one call."""
    start = rounds = 0
    for end, place in enumerate(places):
        rounds += programs[place].cost.rounds
        if end > start and (rounds > ROUNDS_MAX or end - start == TOGETHER_MAX):
            yield places[start:end]
            start, rounds = end, programs[place].cost.rounds
    yield places[start:]


def value_of(program: Program, *, activation: cel.Activation, unknown: Mapping[str, Why]) -> Value:
    """True or false, or why it came to neither."""
    try:
        value = program.expression.eval(activation).value()
    except RuntimeError as error:
        value = str(error)
    if value is True or value is False:
        return bool(value)
    return _failure(str(value), unknown=unknown)


def _values(expression: cel.Expression, *, activation: cel.Activation) -> list[Value] | None:
    """None where any of them failed: CEL then gives one error in place of the list."""
    try:
        values = expression.eval(activation).plain_value()
    except RuntimeError:
        return None
    if not isinstance(values, list) or any(type(each) is not bool for each in values):
        return None
    return values


def _failure(said: str, *, unknown: Mapping[str, Why]) -> Failure:
    """What it means in our words: what cel-cpp says may quote the event."""
    unbound = _UNBOUND.search(said)
    if unbound is not None and unbound[1] in unknown:
        return Failure(unknown[unbound[1]], unbound[1])
    why = next((why for part, why in _REASONS if part in said), Why.RULE_FAILED)
    return Failure(why)


def _placed(doubt: Doubt, *, tree: Tree, text: str) -> Fault:
    before = text[: tree.offsets.get(doubt.node_id, 0)]
    line = before.count("\n") + 1
    return Fault(line=line, column=len(before) - before.rfind("\n"), message=doubt.message)
