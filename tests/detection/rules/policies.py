"""Files of policies with neutral words, and events for them."""

from pathlib import Path
from typing import Any

import yaml

from tutela.detection.rules import checking
from tutela.detection.rules.cel import Language, Program
from tutela.detection.rules.facts import Facts, facts_of
from tutela.detection.rules.policies import Policies
from tutela.detection.rules.variables import Vocabulary
from tutela.domain.signals import Match, Result, Signal

VOCABULARY = Vocabulary()
AT = "2026-11-20T10:00:00Z"


def content(**fields: object) -> dict[str, Any]:
    """A public event of type content."""
    return {
        "type": "content",
        "at": AT,
        "visibility": "public",
        "content_id": "post-1",
        "account_id": "a-1",
        "kind": "text",
        **fields,
    }


def heard(
    result: Result,
    *,
    detector: str = "terms",
    distance: int | None = None,
    tags: tuple[str, ...] = (),
) -> Signal:
    """What another detector says."""
    match = Match(list="l", entry="e", version=1, distance=distance, tags=tags)
    found = (match,) if result is Result.MATCH else ()
    return Signal(detector=detector, result=result, matches=found)


def facts(*signals: Signal, basis: str | None = None, **fields: object) -> Facts:
    """What is known of an event of type content."""
    return facts_of(content(**fields), signals=signals, basis=basis, vocabulary=VOCABULARY)


def language() -> Language:
    """The language of rules on contents."""
    return Language(list(VOCABULARY.readable("content")))


def program(when: str) -> Program:
    """A rule on contents; Mistyped where it is none."""
    return language().program(when)


def policy(when: str = "content.text == 'token'", **fields: object) -> dict[str, Any]:
    """A policy as a file says it, with tests that hold for the default expression."""
    tests = [
        {"name": "it", "event": content(text="token"), "expect": "match"},
        {"name": "other", "event": content(text="other"), "expect": "no_match"},
    ]
    return {
        "id": "a-policy",
        "version": 1,
        "mode": "live",
        "title": "A neutral word",
        "owner": "a-team",
        "legal_basis": ["public_content"],
        "events": ["content"],
        "when": when,
        "action": {"do": "open_case", "category": "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"},
        "tests": tests,
        **fields,
    }


class _Dumper(yaml.SafeDumper):
    """Writes out what stands twice: an alias is refused."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write(path: Path, *policies: dict[str, Any], **head: object) -> Path:
    """A file of the policies."""
    document = {"tutela_rules": 1, **head, "policies": list(policies)}
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def load(path: Path, *policies: dict[str, Any], **head: object) -> Policies:
    """The policies of a file, written and read."""
    return checking.load(write(path, *policies, **head), vocabulary=VOCABULARY)
