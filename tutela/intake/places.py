"""Where a body is wrong: every place of it as a JSON pointer; asked only of what is refused."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import msgspec

from tutela.domain.canonical import LARGEST_INTEGER
from tutela.errors import FieldError

#: Places of one body that are named one by one.
PLACES_MAX = 100
#: How much of a key is told; a longer one is no key of ours.
KEY_MAX_CODE_POINTS = 128
#: How much of a pointer is told.
POINTER_MAX_CODE_POINTS = 1_024

_LAST_OF_BMP = "\uffff"
_WHERE = re.compile(r" - at `(?P<path>\$[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
_ENUM = "Invalid enum value"


class _Members(list[tuple[str, object]]):
    """An object with every member as it was written, also those that share a name."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A value and the way to it; the way is written out only where it is asked for."""

    parent: "_Place | None"
    name: str | int
    value: object

    def members(self) -> Iterator["_Place"]:
        """What the value holds, the last first."""
        value = self.value
        if isinstance(value, _Members):
            yield from (_Place(self, name, member) for name, member in reversed(value))
        elif isinstance(value, dict):
            yield from (_Place(self, name, member) for name, member in reversed(value.items()))
        elif isinstance(value, list):
            last = len(value) - 1
            yield from (_Place(self, last - back, each) for back, each in enumerate(value[::-1]))

    def pointer(self) -> str:
        """The JSON pointer, cut where it is longer than anybody reads."""
        steps: list[str] = []
        place = self
        while place.parent is not None:
            steps.append(step(str(place.name)))
            place = place.parent
        pointer = "".join(reversed(steps))
        return (
            pointer
            if len(pointer) <= POINTER_MAX_CODE_POINTS
            else (f"{pointer[:POINTER_MAX_CODE_POINTS]}...")
        )


def misfits(value: object, *, kind: type[msgspec.Struct]) -> tuple[FieldError, ...]:
    """What keeps a value from being a `kind`, item by item; at most PLACES_MAX."""
    return tuple(islice(_misfits(value, kind=kind, at=""), PLACES_MAX))


def duplicate_keys(raw: bytes) -> tuple[FieldError, ...]:
    """Keys that an object of a JSON text says more than once; at most PLACES_MAX.

    Raises RecursionError for a text that is nested too deeply.
    """
    tree = json.loads(raw, object_pairs_hook=_Members, parse_int=str, parse_float=str)
    return tuple(islice(_duplicates(tree), PLACES_MAX))


def unstorable(value: object) -> tuple[FieldError, ...]:
    """Texts and keys with U+0000, which PostgreSQL can't hold; at most PLACES_MAX."""
    return tuple(
        FieldError(at, "U+0000 can't be stored")
        for at in islice(_found(value, wrong=_holds_nul, wrong_key=_holds_nul), PLACES_MAX)
    )


def disputed(value: object) -> tuple[FieldError, ...]:
    """What has no RFC 8785 form that every reader would reproduce; at most PLACES_MAX."""
    return tuple(
        FieldError(at, "no fraction, no integer beyond 2^53 - 1, no key beyond U+FFFF")
        for at in islice(_found(value, wrong=_is_disputed, wrong_key=_beyond_bmp), PLACES_MAX)
    )


def step(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    shown = name if len(name) <= KEY_MAX_CODE_POINTS else f"{name[:KEY_MAX_CODE_POINTS]}..."
    return "/" + shown.replace("~", "~0").replace("/", "~1")


def _misfits(value: object, *, kind: object, at: str) -> Iterator[FieldError]:
    plain = _plain(kind)
    if isinstance(value, dict) and isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        yield from _misfits_of_struct(value, kind=plain, at=at)
        return
    if isinstance(value, list) and get_origin(plain) is tuple:
        (item, _) = get_args(plain)
        found = False
        for index, member in enumerate(value):
            for error in _misfits(member, kind=item, at=f"{at}/{index}"):
                found = True
                yield error
        if found:
            return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as cause:
        yield _field_error(cause, within=at)


def _misfits_of_struct(
    value: dict[str, object], *, kind: type[msgspec.Struct], at: str
) -> Iterator[FieldError]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        yield from (
            FieldError(at + step(name), "unknown field") for name in value if name not in fields
        )
    for name, field in fields.items():
        if name in value:
            yield from _misfits(value[name], kind=hints[field.name], at=at + step(name))
        elif field.required:
            yield FieldError(at + step(name), "required")


def _plain(kind: object) -> object:
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return _plain(get_args(kind)[0])
    return kind


def _field_error(cause: Exception, *, within: str) -> FieldError:
    text = str(cause)
    found = _WHERE.search(text)
    message = text[: found.start()] if found else text
    steps = _STEP.findall(found["path"]) if found else []
    return FieldError(
        within + "".join(step(name or index or "*") for name, index in steps),
        "not a known value" if message.startswith(_ENUM) else message,
    )


def _duplicates(tree: object) -> Iterator[FieldError]:
    pending = [_Place(None, "", tree)]
    while pending:
        place = pending.pop()
        if isinstance(place.value, _Members):
            names = Counter(name for name, _ in place.value)
            yield from (
                FieldError(place.pointer() + step(name), "said more than once")
                for name, times in names.items()
                if times > 1
            )
        pending.extend(place.members())


def _found(
    value: object, *, wrong: Callable[[object], bool], wrong_key: Callable[[str], bool]
) -> Iterator[str]:
    pending = [_Place(None, "", value)]
    while pending:
        place = pending.pop()
        if isinstance(place.value, dict):
            yield from (place.pointer() + step(key) for key in place.value if wrong_key(key))
        elif wrong(place.value):
            yield place.pointer()
        pending.extend(place.members())


def _holds_nul(value: object) -> bool:
    return isinstance(value, str) and "\x00" in value


def _beyond_bmp(key: str) -> bool:
    return any(char > _LAST_OF_BMP for char in key)


def _is_disputed(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) > LARGEST_INTEGER
    return isinstance(value, float)
