"""YAML, read strictly and with the place of every field; the types are those of JSON.

No anchors, no tags, no key twice, and `no`, `on` and dates are texts: what is read is what is seen.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tutela.detection.rules.findings import Finding, RulesUnfit

FILE_MAX_BYTES: Final = 4 * 1024 * 1024
NESTED_MAX: Final = 100
_TAG: Final = "tag:yaml.org,2002:"
_TRUTHS: Final = {"true": True, "false": False}


class _Loader(yaml.SafeLoader):
    """SafeLoader with the scalars of JSON alone."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it


_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"(?:null|~|)\Z"), ["n", "~", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"(?:true|false)\Z"), ["t", "f"])
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"-?\d{1,18}\Z"), list("-0123456789"))
_Loader.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(r"-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)\Z"),
    list("-0123456789"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """What a file says, and where each field stands in it."""

    name: str
    value: object
    places: dict[str, yaml.Node] = field(default_factory=dict, repr=False)

    def finding(self, message: str, *, pointer: str, policy: str | None = None) -> Finding:
        """A finding at a field, or at the nearest one around it that is there."""
        at = pointer
        while at and at not in self.places:
            at = at.rpartition("/")[0]
        mark = self.places[at].start_mark if at in self.places else None
        return Finding(
            file=self.name,
            message=message,
            line=None if mark is None else mark.line + 1,
            column=None if mark is None else mark.column + 1,
            pointer=pointer,
            policy=policy,
        )

    def text_starts(self, pointer: str) -> tuple[int, int] | None:
        """Line and column of the first character of a text; None where lines are folded."""
        node = self.places.get(pointer)
        if not isinstance(node, yaml.ScalarNode):
            return None
        mark = node.start_mark
        if node.style == "|":
            return mark.line + 2, _indent(mark) + 1
        if node.end_mark.line == mark.line:
            return mark.line + 1, mark.column + (2 if node.style else 1)
        return None


def read_yaml(path: Path) -> YamlFile:
    """The file; RulesUnfit with the place of what can't be read."""
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise _unfit(name, message=error.strerror or "can't be read") from error
    if len(raw) > FILE_MAX_BYTES:
        raise _unfit(name, message=f"more than {FILE_MAX_BYTES} bytes")
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise _unfit(name, message="not UTF-8", line=raw[: error.start].count(b"\n") + 1) from error
    return parse_yaml(text, name=name)


def _refuse_too_deep(text: str, *, name: str) -> None:
    """Composing a document takes a call a level, parsing it takes none."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > NESTED_MAX:
            mark = event.start_mark
            line = None if mark is None else mark.line + 1
            raise _unfit(name, message="nested too deeply", line=line)


def parse_yaml(text: str, *, name: str) -> YamlFile:
    """The document in a text; RulesUnfit as above."""
    try:
        _refuse_too_deep(text, name=name)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (None, None) if mark is None else (mark.line + 1, mark.column + 1)
        what = f"not YAML: {error.problem or error.context}"
        raise _unfit(name, message=what, line=line, column=column) from error
    except yaml.reader.ReaderError as error:
        line = text[: int(error.position)].count("\n") + 1
        raise _unfit(
            name, message="not YAML: a character that is not allowed", line=line
        ) from error
    if node is None:
        raise _unfit(name, message="empty")
    read = _Reading(name)
    value = read.value(node, pointer="")
    if read.findings:
        raise RulesUnfit(read.findings)
    return YamlFile(name=name, value=value, places=read.places)


class _Reading:
    """Values out of nodes, with the place of each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: set[int] = set()
        self.places: dict[str, yaml.Node] = {}
        self.findings: list[Finding] = []

    def value(self, node: yaml.Node, *, pointer: str) -> object:
        """The node as JSON would say it."""
        if id(node) in self._seen:
            self._wrong(node, message="an alias (*): write it out", pointer=pointer)
            return None
        self._seen.add(id(node))
        self.places[pointer] = node
        match node:
            case yaml.MappingNode():
                return dict(self._pairs(node, pointer=pointer))
            case yaml.SequenceNode():
                return [
                    self.value(each, pointer=f"{pointer}/{index}")
                    for index, each in enumerate(node.value)
                ]
        return self._scalar(node, pointer=pointer)

    def _pairs(self, node: yaml.MappingNode, *, pointer: str) -> Iterator[tuple[str, object]]:
        said: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(key, message="a name is a text", pointer=pointer)
                continue
            name = str(key.value)
            at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in said:
                self._wrong(key, message="stands here twice", pointer=at)
            said.add(name)
            yield name, self.value(value, pointer=at)

    def _scalar(self, node: yaml.Node, *, pointer: str) -> object:
        text = str(node.value)
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool" if text in _TRUTHS:
                return _TRUTHS[text]
            case "int" if text.lstrip("-").isdigit():
                return int(text)
            case "float" if text[-1:].isdigit():
                return float(text)
        self._wrong(node, message=f"a tag ({node.tag}): write the plain value", pointer=pointer)
        return None

    def _wrong(self, node: yaml.Node, *, message: str, pointer: str) -> None:
        mark = node.start_mark
        self.findings.append(
            Finding(
                file=self._name,
                message=message,
                line=mark.line + 1,
                column=mark.column + 1,
                pointer=pointer,
            )
        )


def _indent(mark: yaml.Mark) -> int:
    """By how much the first line of a block is set in."""
    rest = (mark.buffer or "")[mark.pointer :].split("\n")[1:]
    first = next((line for line in rest if line.strip(" \0")), "")
    return len(first) - len(first.lstrip(" "))


def _unfit(
    name: str, *, message: str, line: int | None = None, column: int | None = None
) -> RulesUnfit:
    return RulesUnfit([Finding(file=name, message=message, line=line, column=column)])
