"""Whether policies can go live: each expression types, each bound holds, each own test passes."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from tutela.detection.rules.cel import Fault, Language, Mistyped
from tutela.detection.rules.facts import facts_of, name_of
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.policies import (
    Checked,
    OnEvent,
    Policies,
    RuleOutcome,
    outcome_of,
    prepared,
)
from tutela.detection.rules.policy import Policy, PolicyTest
from tutela.detection.rules.reading import Read, Written, files_in, read_policies
from tutela.detection.rules.variables import Vocabulary


def load(path: Path, *, vocabulary: Vocabulary) -> Policies:
    """The policies of a file, or of all files in a folder; RulesUnfit with all that is wrong."""
    return check(read_policies(files_in(path), vocabulary=vocabulary))


def check(read: Read) -> Policies:
    """The policies, ready to be asked; RulesUnfit with each expression or own test that fails."""
    findings: list[Finding] = []
    by_event: dict[str, OnEvent] = {}
    for event in sorted({event for each in read.written for event in each.policy.events}):
        language = Language(list(read.vocabulary.readable(event)))
        on_event = [each for each in read.written if event in each.policy.events]
        by_event[event] = _on_event(on_event, language=language, findings=findings)
    if findings:
        raise RulesUnfit(list(dict.fromkeys(findings)))
    policies = Policies(
        policies=tuple(each.policy for each in read.written),
        vocabulary=read.vocabulary,
        by_event=by_event,
        digest=digest_of([each.policy for each in read.written]),
    )
    failed = [each for one in read.written for each in _failed(one, policies=policies)]
    if failed:
        raise RulesUnfit(failed)
    return policies


def digest_of(policies: Sequence[Policy]) -> str:
    """SHA-256 of all that they say, in hex."""
    return sha256(msgspec.json.encode(policies, order="sorted")).hexdigest()


def prove(policies: Policies) -> Iterator[tuple[Policy, PolicyTest, RuleOutcome]]:
    """The policies whose own tests do not hold now, with what they came to: a canary of each."""
    for policy in policies.policies:
        for test in policy.tests:
            came_to = come_to(policy, test=test, policies=policies)
            if came_to.result is not test.expect:
                yield policy, test, came_to


def come_to(policy: Policy, *, test: PolicyTest, policies: Policies) -> RuleOutcome:
    """What a policy comes to in one of its own tests."""
    on_event = policies.by_event[name_of(test.event)]
    facts = facts_of(test.event, signals=test.heard(), vocabulary=policies.vocabulary)
    one = on_event.by_id[policy.id, policy.mode]
    return outcome_of(one, facts=facts, language=on_event.language)


def _on_event(
    on_event: Sequence[Written], *, language: Language, findings: list[Finding]
) -> OnEvent:
    """The policies on one type of events; what does not type goes to the findings."""
    checked: list[Checked] = []
    for each in on_event:
        try:
            checked.append(prepared(each.policy, program=language.program(each.policy.when)))
        except Mistyped as error:
            findings += [_finding(fault, written=each) for fault in error.faults]
    batches = language.batches([each.program for each in checked])
    by_id = {(each.policy.id, each.policy.mode): each for each in checked}
    return OnEvent(language=language, checked=tuple(checked), batches=batches, by_id=by_id)


def _finding(fault: Fault, *, written: Written) -> Finding:
    """The fault with its place in the file, the line it is in, and a caret under it."""
    found = written.finding(fault.message, at="/when")
    starts = written.file.text_starts(found.pointer)
    lines = written.policy.when.split("\n")
    text = lines[fault.line - 1] if fault.line <= len(lines) else ""
    shown = (text, "." * (fault.column - 1) + "^")
    if starts is None:
        return msgspec.structs.replace(found, shown=shown)
    first_line, indent = starts
    is_block = first_line != found.line
    column = fault.column + indent - 1 if is_block or fault.line == 1 else fault.column
    return msgspec.structs.replace(
        found, line=first_line + fault.line - 1, column=column, shown=shown
    )


def _failed(written: Written, *, policies: Policies) -> Iterator[Finding]:
    for index, test in enumerate(written.policy.tests):
        came_to = come_to(written.policy, test=test, policies=policies)
        if came_to.result is test.expect:
            continue
        parts = (each for each in (came_to.why, came_to.about) if each)
        why = ": ".join(parts)
        what = f"test '{test.name}' expects {test.expect}, and it is {came_to.result}"
        yield written.finding(f"{what} ({why})" if why else what, at=f"/tests/{index}/expect")
