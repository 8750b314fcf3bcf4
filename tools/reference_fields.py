"""The fields of bodies and answers; what each means is written by hand in the last column."""

import importlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from tools.reference_tables import code, table
from tutela.decisions.bulk.reading import BulkFirstLine
from tutela.detection.lists.mapped import ListMapping
from tutela.detection.rules.policy import Policy, PolicyFile
from tutela.intake.mapping.mapping import NoticeMapping
from tutela.web.operations import OPERATIONS

_ROW = re.compile(r"^\| `(?P<field>[^`]+)` \|.*\| (?P<means>[^|]*) \|$", re.MULTILINE)
_PLAIN = {str: "text", bool: "true or false", int: "whole number", datetime: "time", date: "day"}
_PLAIN |= {float: "number", object: "any", Any: "any", UUID: "id"}


def fields_table(name: str, *, before: str) -> str:
    """The fields of the struct `module.Class` under `tutela`; meanings are taken from `before`."""
    kind = struct(name)
    meanings = {found["field"]: found["means"] for found in _ROW.finditer(before)}
    hints = get_type_hints(kind, include_extras=True)
    rows = [
        [
            code(field.encode_name),
            _type(hints[field.name]),
            _presence(kind, field=field),
            meanings.get(field.encode_name, "").strip(),
        ]
        for field in _in_order(kind)
    ]
    if not rows:
        return "No fields."
    last = "Required" if _is_input(kind) else "There"
    return table(["Field", "Type", last, "Means"], rows=rows)


def struct(name: str) -> type[msgspec.Struct]:
    """The struct of a dotted name under `tutela`."""
    module, _, kind = name.rpartition(".")
    found: type[msgspec.Struct] = getattr(importlib.import_module(f"tutela.{module}"), kind)
    return found


def _in_order(kind: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    return list(msgspec.structs.fields(kind))


def _is_input(kind: type[msgspec.Struct]) -> bool:
    taken = [operation.takes for operation in OPERATIONS.values()]
    return kind in reachable(
        [*taken, NoticeMapping, ListMapping, PolicyFile, Policy, BulkFirstLine]
    )


def reachable(kinds: Iterable[Any]) -> set[type[msgspec.Struct]]:
    """All structs among the types, and all that those hold."""
    found: set[type[msgspec.Struct]] = set()
    pending = list(kinds)
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if kind not in found:
                found.add(kind)
                pending.extend(get_type_hints(kind).values())
        else:
            pending.extend(get_args(kind))
    return found


def _presence(kind: type[msgspec.Struct], *, field: msgspec.structs.FieldInfo) -> str:
    if _is_input(kind):
        return "yes" if field.required else "no"
    omitted = kind.__struct_config__.omit_defaults and not field.required
    return "where said" if omitted else "always"


def _type(hint: Any) -> str:  # noqa: ANN401 - a type hint is any value
    limits: Mapping[str, int | None] = {}
    if get_origin(hint) is Annotated:
        hint, meta = get_args(hint)[0], get_args(hint)[1]
        limits = {"least": meta.min_length, "most": meta.max_length}
    if get_origin(hint) in {Union, UnionType}:
        inner = [_type(each) for each in get_args(hint) if each is not NoneType]
        return " or ".join([*inner, *(["null"] if NoneType in get_args(hint) else [])])
    return _named(hint) + _within(limits)


def _named(hint: Any) -> str:  # noqa: ANN401 - a type hint is any value
    if get_origin(hint) is dict:
        return f"table of {_type(get_args(hint)[1])}"
    if get_origin(hint) in {list, tuple}:
        return f"list of {_type(get_args(hint)[0])}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return f"[{hint.__name__}](vocabulary.md#{hint.__name__.lower()})"
    return _PLAIN[hint]


def _within(limits: Mapping[str, int | None]) -> str:
    least, most = limits.get("least"), limits.get("most")
    if most is None:
        return ""
    return f", {least} to {most:,}" if least else f", at most {most:,}"
