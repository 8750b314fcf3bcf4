"""The syntax tree of a checked CEL expression, read from the form in which CEL serialises it."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

_EIGHT_BYTES: Final = 1
_SIGN_BIT: Final = 1 << 63
_NULL: Final = 1


class SyntaxUnread(ValueError):
    """The serialised form is not the one that this module knows."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is written out; of a duration or a point in time only that it is one."""

    id: int
    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, by its whole dotted name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """A field of what `operand` gives, or whether it is there."""

    id: int
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator; what it is called on is its first argument."""

    id: int
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that is written out."""

    id: int
    elements: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A map or a message that is written out: its keys (none in a message) and values."""

    id: int
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What the macros all, exists, exists_one, map and filter become."""

    id: int
    names: tuple[str, ...]
    over: "Node"
    gathered_as: str
    start: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"


Node = Constant | Name | Select | Call | Listed | Mapped | Loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """An expression, and where each node stands in its text: offsets in code points by node id."""

    root: Node
    offsets: Mapping[int, int]


def read_tree(serialised: bytes) -> Tree:
    """The tree of an `Any` of `cel.expr.CheckedExpr` (cel-spec, checked.proto and syntax.proto).

    Raises SyntaxUnread where the bytes are something else.
    """
    try:
        checked = _message(_one(_message(serialised), number=2))
        source = _message(_one(checked, number=5))
        pairs = [_message(_bytes(each)) for each in source.get(4, ())]
        offsets = {_number(pair, number=1): _number(pair, number=2) for pair in pairs}
        return Tree(root=_node(_one(checked, number=4)), offsets=offsets)
    except (IndexError, KeyError, UnicodeDecodeError, struct.error) as error:
        raise SyntaxUnread(f"not a checked expression: {type(error).__name__}") from error


def nodes(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from nodes(child)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Select():
            return (node.operand,)
        case Call():
            return node.arguments
        case Listed():
            return node.elements
        case Mapped():
            return node.parts
        case Loop():
            return (node.over, node.start, node.condition, node.step, node.result)
        case _:
            return ()


_Fields = dict[int, list[int | bytes]]


class _ReadNode(Protocol):
    def __call__(self, fields: _Fields, *, at: int) -> Node: ...


def _node(raw: bytes) -> Node:
    fields = _message(raw)
    at = _number(fields, number=2)
    for number, read in _KINDS.items():
        if number in fields:
            return read(_message(_one(fields, number=number)), at=at)
    raise SyntaxUnread("an expression of an unknown kind")


def _constant(fields: _Fields, *, at: int) -> Constant:
    number, (value, *_more) = next(iter(fields.items()), (_NULL, [0]))
    read = _CONSTANTS.get(number)
    return Constant(at, None if read is None else read(value))


def _name(fields: _Fields, *, at: int) -> Name:
    return Name(at, _text(fields, number=1))


def _select(fields: _Fields, *, at: int) -> Select:
    return Select(at, _node(_one(fields, number=1)))


def _listed(fields: _Fields, *, at: int) -> Listed:
    return Listed(at, _nodes(fields, number=1))


def _call(fields: _Fields, *, at: int) -> Call:
    target = _nodes(fields, number=1)
    return Call(at, _text(fields, number=2), target + _nodes(fields, number=3))


def _mapped(fields: _Fields, *, at: int) -> Mapped:
    entries = [_message(_bytes(each)) for each in fields.get(2, ())]
    return Mapped(
        at,
        tuple(part for each in entries for part in _nodes(each, number=3) + _nodes(each, number=4)),
    )


def _loop(fields: _Fields, *, at: int) -> Loop:
    names = (_text(fields, number=1), _text(fields, number=8))
    return Loop(
        id=at,
        names=tuple(name for name in names if name),
        over=_node(_one(fields, number=2)),
        gathered_as=_text(fields, number=3),
        start=_node(_one(fields, number=4)),
        condition=_node(_one(fields, number=5)),
        step=_node(_one(fields, number=6)),
        result=_node(_one(fields, number=7)),
    )


def _integer(value: int | bytes) -> int:
    number = _whole(value)
    return number - 2 * _SIGN_BIT if number & _SIGN_BIT else number


def _double(value: int | bytes) -> float:
    number: float = struct.unpack("<d", _bytes(value))[0]
    return number


def _nodes(fields: _Fields, *, number: int) -> tuple[Node, ...]:
    return tuple(_node(_bytes(each)) for each in fields.get(number, ()))


def _one(fields: _Fields, *, number: int) -> bytes:
    return _bytes(fields[number][0])


def _text(fields: _Fields, *, number: int) -> str:
    return _one(fields, number=number).decode() if number in fields else ""


def _number(fields: _Fields, *, number: int) -> int:
    return _whole(fields.get(number, [0])[0])


def _whole(value: int | bytes) -> int:
    if not isinstance(value, int):
        raise SyntaxUnread("bytes where a number is expected")
    return value


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise SyntaxUnread("a number where bytes are expected")
    return value


def _message(raw: bytes) -> _Fields:
    """The fields of a protobuf message by their numbers, each as often as it stands there."""
    fields: _Fields = {}
    place = 0
    while place < len(raw):
        key, place = _varint(raw, at=place)
        value: int | bytes
        match key & 7:
            case 0:
                value, place = _varint(raw, at=place)
            case 2:
                length, place = _varint(raw, at=place)
                value, place = raw[place : place + length], place + length
            case 1 | 5 as wire:
                length = 8 if wire == _EIGHT_BYTES else 4
                value, place = raw[place : place + length], place + length
            case wire:
                raise SyntaxUnread(f"wire type {wire}")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(raw: bytes, *, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, at


#: How each kind of constant is read, by its number in `cel.expr.Constant`.
_CONSTANTS: Final[Mapping[int, Callable[[int | bytes], bool | int | float | str | bytes]]] = {
    2: lambda value: bool(_whole(value)),
    3: _integer,
    4: _whole,
    5: _double,
    6: lambda value: _bytes(value).decode(),
    7: _bytes,
}
#: How each kind of node is read, by its number in `cel.expr.Expr`.
_KINDS: Final[Mapping[int, _ReadNode]] = {
    3: _constant,
    4: _name,
    5: _select,
    6: _call,
    7: _listed,
    8: _mapped,
    9: _loop,
}
