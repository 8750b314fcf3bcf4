"""Files of policies into policies, each with its place: all that is wrong is told at once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from tutela.detection.rules.facts import name_of
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.policy import FORMAT, Act, Mode, Policy, PolicyFile
from tutela.detection.rules.variables import TYPES, Kind, Variable, Vocabulary
from tutela.detection.rules.yaml_file import YamlFile, read_yaml
from tutela.domain.signals import Result

ENDINGS: Final = (".yaml", ".yml")
_AT: Final = re.compile(r" - at `(?:key in )?\$([^`]*)`\Z")
_UNKNOWN: Final = re.compile(r"\AObject contains unknown field `([^`]*)`\Z")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A policy and where it stands."""

    policy: Policy
    file: YamlFile
    pointer: str

    def finding(self, message: str, *, at: str = "") -> Finding:
        """A finding about the policy, at one of its fields."""
        return self.file.finding(message, pointer=self.pointer + at, policy=self.policy.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What stands in some files of policies."""

    written: tuple[Written, ...]
    vocabulary: Vocabulary


def files_in(path: Path) -> tuple[Path, ...]:
    """The file itself, or the files of policies right in a folder, by name.

    Raises RulesUnfit where there is none.
    """
    if not path.is_dir():
        return (path,)
    try:
        found = sorted(each for each in path.iterdir() if each.suffix in ENDINGS and each.is_file())
    except OSError as error:
        what = error.strerror or "can't be read"
        raise RulesUnfit([Finding(file=str(path), message=what)]) from error
    if not found:
        raise RulesUnfit([Finding(file=str(path), message=f"holds no file {' or '.join(ENDINGS)}")])
    return tuple(found)


def read_policies(paths: Sequence[Path], *, vocabulary: Vocabulary) -> Read:
    """The policies in the files; RulesUnfit with all that is wrong in their form."""
    findings: list[Finding] = []
    files: list[YamlFile] = []
    for path in paths:
        try:
            files.append(read_yaml(path))
        except RulesUnfit as error:
            findings += error.findings
    return read_files(files, vocabulary=vocabulary, unreadable=findings)


def read_files(
    files: Sequence[YamlFile], *, vocabulary: Vocabulary, unreadable: Sequence[Finding] = ()
) -> Read:
    """As `read_policies`, of files that were read; `unreadable` is what was wrong with others."""
    findings: list[Finding] = [*unreadable]
    written: list[Written] = []
    actions: dict[str, tuple[Variable, ...]] = dict(vocabulary.actions)
    for file in files:
        try:
            head = _head(file)
        except RulesUnfit as error:
            findings += error.findings
            continue
        findings += _declare(head, file=file, actions=actions)
        for index, raw in enumerate(head.policies):
            try:
                written.append(_policy(raw, file=file, pointer=f"/policies/{index}"))
            except RulesUnfit as error:
                findings += error.findings
    known = replace(vocabulary, actions=actions)
    findings += [each for one in written for each in _wrong(one, vocabulary=known)]
    findings += _named_twice(written)
    if findings:
        raise RulesUnfit(findings)
    return Read(written=tuple(written), vocabulary=known)


def _head(file: YamlFile) -> PolicyFile:
    head = _convert(file.value, kind=PolicyFile, file=file, pointer="")
    if head.tutela_rules != FORMAT:
        what = f"a format that this version does not read; it reads {FORMAT}"
        raise RulesUnfit([file.finding(what, pointer="/tutela_rules")])
    return head


def _policy(raw: object, *, file: YamlFile, pointer: str) -> Written:
    policy = _convert(raw, kind=Policy, file=file, pointer=pointer)
    return Written(policy=policy, file=file, pointer=pointer)


_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def _convert(value: object, *, kind: type[_Struct], file: YamlFile, pointer: str) -> _Struct:
    """The value as a struct; RulesUnfit with the first field that does not fit."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        said = str(error)
        at = _AT.search(said)
        under = pointer + _pointer(at[1] if at else "")
        message = _AT.sub("", said)
        unknown = _UNKNOWN.search(message)
        if unknown is not None:
            under += f"/{unknown[1]}"
            message = "no such field"
        raise RulesUnfit([file.finding(_plainly(message), pointer=under)]) from error


def _pointer(path: str) -> str:
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path) if name or index)


def _plainly(message: str) -> str:
    """The same in small letters and without the word object, as it is no word of YAML."""
    said = message.replace("Object missing required field", "lacks the field")
    return said[0].lower() + said[1:]


def _declare(
    head: PolicyFile, *, file: YamlFile, actions: dict[str, tuple[Variable, ...]]
) -> Iterator[Finding]:
    """Adds the actions of a file to those declared; finds what is declared elsewhere, otherwise."""
    for name, fields in head.actions.items():
        declared = tuple(_variable(field, kind=kind) for field, kind in sorted(fields.items()))
        at = f"/actions/{name}"
        if name in TYPES:
            yield file.finding("the name of a type of events", pointer=at)
        elif actions.setdefault(name, declared) != declared:
            yield file.finding("declared otherwise in another file", pointer=at)


def _variable(name: str, *, kind: Kind) -> Variable:
    return Variable(name=name, kind=kind, path=tuple(name.split(".")), optional=True)


def _wrong(written: Written, *, vocabulary: Vocabulary) -> Iterator[Finding]:
    """What the words of a policy can't mean, each taken alone."""
    policy = written.policy
    unheard_of = [event for event in policy.events if event not in vocabulary.events]
    for event in unheard_of:
        one_of = ", ".join(sorted(vocabulary.events))
        at = f"/events/{policy.events.index(event)}"
        yield written.finding(f"no such event; there are {one_of}", at=at)
    for index, basis in enumerate(policy.legal_basis):
        if basis not in vocabulary.bases:
            one_of = ", ".join(sorted(vocabulary.bases))
            yield written.finding(f"no such basis; there are {one_of}", at=f"/legal_basis/{index}")
    if policy.action.do is Act.LABEL and not policy.action.labels:
        yield written.finding("lacks the field `labels`", at="/action")
    if policy.action.do is Act.OPEN_CASE and policy.action.category is None:
        yield written.finding("lacks the field `category`", at="/action")
    if not unheard_of:
        yield from _wrong_tests(written, vocabulary=vocabulary)


def _wrong_tests(written: Written, *, vocabulary: Vocabulary) -> Iterator[Finding]:
    tests = written.policy.tests
    for wanted in (Result.MATCH, Result.NO_MATCH):
        if all(test.expect is not wanted for test in tests):
            yield written.finding(f"has no test that expects {wanted}", at="/tests")
    for index, test in enumerate(tests):
        at = f"/tests/{index}"
        if name_of(test.event) not in written.policy.events:
            one_of = ", ".join(written.policy.events)
            what = f"the event is none that the policy is on; its `type` is one of {one_of}"
            yield written.finding(what, at=f"{at}/event")
        for name in test.signals:
            if name not in vocabulary.detectors:
                one_of = ", ".join(vocabulary.detectors)
                what = f"no such detector; there are {one_of}"
                yield written.finding(what, at=f"{at}/signals/{name}")


def _named_twice(written: Sequence[Written]) -> Iterator[Finding]:
    """Ids that stand twice in one mode, and shadows that are not newer than what is live."""
    found: dict[tuple[str, Mode], Written] = {}
    for each in written:
        key = (each.policy.id, each.policy.mode)
        if key in found:
            first = found[key].finding("")
            what = f"stands twice as {each.policy.mode}; first in {first.file}, line {first.line}"
            yield each.finding(what, at="/id")
        found.setdefault(key, each)
    for (name, mode), each in found.items():
        live = found.get((name, Mode.LIVE))
        if mode is Mode.SHADOW and live and each.policy.version <= live.policy.version:
            what = f"not newer than the live version, {live.policy.version}"
            yield each.finding(what, at="/version")
