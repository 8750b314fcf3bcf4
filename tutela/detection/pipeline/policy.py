"""What follows from a match: whether a case is opened, and about which harm."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from tutela.detection.rules.policies import DETECTOR
from tutela.detection.rules.policy import Act, Action
from tutela.domain.signals import DISTANCE_MAX_BITS, Match, Signal
from tutela.domain.vocabulary import Category, Keyword
from tutela.errors import TutelaError


class PolicyUnreadable(TutelaError):
    """A file of policies for matches is malformed."""

    code = "policy_unreadable"
    title = "The policy for matches cannot be read"


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a match with a list, or of a detector, says; by default: look, somebody, at a child."""

    category: Category = Category.PROTECTION_OF_MINORS
    keyword: Keyword | None = None
    #: Whether a case is opened, or raised where there is one.
    opens: bool = True
    #: Beyond it a match is kept and opens nothing.
    max_distance_bits: Annotated[int, msgspec.Meta(ge=0, le=DISTANCE_MAX_BITS)] = DISTANCE_MAX_BITS


class _Named(Policy, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    list: tuple[_Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of lists by their names; every other list has the usual one."""

    of_lists: Mapping[str, Policy] = field(default_factory=dict)

    def of(self, match: Match) -> Policy:
        """What the match says."""
        return self.of_lists.get(match.list, _USUAL)

    def harms(
        self, signals: Sequence[Signal], *, actions: Mapping[str, Action]
    ) -> dict[Policy, list[tuple[str, Match]]]:
        """What opens cases, by what they are about: each match with its detector.

        `actions` say of each rule that matched, by its id, what follows.
        """
        found: dict[Policy, list[tuple[str, Match]]] = {}
        for signal in signals:
            for each in signal.matches:
                of_rule = actions.get(each.entry) if signal.detector == DETECTOR else None
                policy = self.of(each) if of_rule is None else _of_rule(of_rule)
                if policy.opens and (each.distance or 0) <= policy.max_distance_bits:
                    about = Policy(category=policy.category, keyword=policy.keyword)
                    found.setdefault(about, []).append((signal.detector, each))
        return found


_USUAL = Policy()


def _of_rule(action: Action) -> Policy:
    """A rule opens what it says; it raises a case and labels by its signal alone."""
    return Policy(
        category=action.category or _USUAL.category,
        keyword=action.keyword,
        opens=action.do is Act.OPEN_CASE,
    )


def read_policies(file: Path | None) -> Policies:
    """The policies of the operator's file; the usual ones where there is none.

    Raises PolicyUnreadable, naming the file and what is wrong in it.
    """
    if file is None:
        return Policies()
    try:
        found = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File).list
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PolicyUnreadable(f"{file}: {error}", evidence={"file": str(file)}) from error
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise PolicyUnreadable(f"{file}: {twice} stands there twice", evidence={"file": str(file)})
    return Policies({each.name: each for each in found})
