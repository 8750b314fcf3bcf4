"""The text of one policy, as people hand it in: read, checked, and its own tests run."""

from collections.abc import Iterator
from typing import Final

import msgspec

from tutela.detection.rules.checking import check
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.policies import Policies
from tutela.detection.rules.policy import Mode, Policy
from tutela.detection.rules.reading import Read, Written, read_files
from tutela.detection.rules.variables import Vocabulary
from tutela.detection.rules.yaml_file import YamlFile, parse_yaml

NAME: Final = "rule.yaml"
#: What the pipeline asks policies about.
ASKED_EVENTS: Final = frozenset({"content"})


def read_one(text: str, *, vocabulary: Vocabulary, name: str = NAME) -> Written:
    """The one policy of a text; RulesUnfit with the place of all that is wrong in its form."""
    file = parse_yaml(text, name=name)
    written = read_files([file], vocabulary=vocabulary).written
    findings = list(_not_here(file, written=written))
    if findings:
        raise RulesUnfit(findings)
    return written[0]


def check_one(written: Written, *, vocabulary: Vocabulary) -> Policies:
    """The policy ready to be asked; RulesUnfit where it doesn't type or its own tests fail."""
    return check(Read(written=(written,), vocabulary=vocabulary))


def in_mode(written: Written, *, mode: Mode) -> Written:
    """The same policy, live or in shadow as its state says."""
    policy: Policy = msgspec.structs.replace(written.policy, mode=mode)
    return Written(policy=policy, file=written.file, pointer=written.pointer)


def _not_here(file: YamlFile, *, written: tuple[Written, ...]) -> Iterator[Finding]:
    """What files may say and a text that two people agree to may not."""
    if len(written) > 1:
        yield file.finding("one policy at a time", pointer="/policies/1")
    if isinstance(file.value, dict) and file.value.get("actions"):
        yield file.finding("actions of the platform are declared in files", pointer="/actions")
    for each in written:
        if each.policy.mode is Mode.LIVE:
            yield each.finding("begins in shadow: leave it out", at="/mode")
        for index, event in enumerate(each.policy.events):
            if event not in ASKED_EVENTS:
                yield each.finding("nobody asks about it here: only content", at=f"/events/{index}")
