"""Accounts that look like somebody removed who came back: by whom they choose, tokens and timing.

Whoever comes back chooses many of the same accounts again. How much that says is the likelihood of
the choices of the two under coming back, over that under chance, in which an account is chosen by
how often it is chosen at all and by how much a circle has in common. Tokens in common count by how
few use them, other ties in common a little; and only who was created soon after the removal is
looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.choices import Choices
from tutela.networks.grouping.facts import MOST_USERS, Facts, Tokens
from tutela.networks.grouping.ties import Floats, Ties, Wholes

#: Who was created so many days after a removal, or fewer.
WITHIN_DAYS: Final = 45
#: From this score on an account is told: wrongly about once in a thousand accounts of a world.
ENOUGH: Final = 1.6
#: After how many days it counts a point less.
_DAYS_A_POINT: Final = 10.0
_DAY_MS: Final = 86_400_000
#: So likely whoever comes back chooses an account again, and so likely one of its circle does.
_AGAIN, _IN_A_CIRCLE = 0.5, 0.08
_MOST_BY_CHANCE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Returned:
    """An account that looks like a removed one under a new id, as a lead."""

    old: int
    new: int
    score: float
    days: float
    #: How many rare tokens and how many neighbours they have in common.
    tokens: int
    neighbours: int


@dataclass(frozen=True, slots=True)
class Traces:
    """What an account that comes back leaves."""

    ties: Ties
    choices: Choices
    facts: Facts
    tokens: Tokens | None


@dataclass(frozen=True, slots=True)
class _Likeness:
    """By candidate how alike it is; counts of what it has in common with the removed account."""

    candidates: Places
    score: Floats
    tokens: Wholes
    neighbours: Wholes


def returned(traces: Traces, *, removed: Places) -> Sequence[Returned]:
    """For each removed account whom it looks like to have come back as, the likeliest one."""
    likely = _Likely(traces)
    best: dict[int, Returned] = {}
    for old in removed.tolist():
        each = _of_one(old, likely=likely, facts=traces.facts)
        if each and (each.new not in best or best[each.new].score < each.score):
            best[each.new] = each
    return sorted(best.values(), key=lambda each: (-each.score, each.new))


def _of_one(old: int, *, likely: "_Likely", facts: Facts) -> Returned | None:
    like, gone = likely.of(old), facts.removed_ms[old]
    waited = facts.created_ms[like.candidates] - gone
    fits = (waited > 0) & (waited <= WITHIN_DAYS * _DAY_MS) & (gone >= 0)
    fits &= like.candidates != old
    days = waited / _DAY_MS
    score = np.where(fits, like.score - days / _DAYS_A_POINT, -np.inf)
    if not fits.any() or score.max() < ENOUGH:
        return None
    best = int(np.argmax(score))
    return Returned(
        old=old,
        new=int(like.candidates[best]),
        score=float(score[best]),
        days=float(days[best]),
        tokens=int(like.tokens[best]),
        neighbours=int(like.neighbours[best]),
    )


class _Likely:
    """How alike others are to an account, by what they have in common with it."""

    def __init__(self, traces: Traces) -> None:
        self._ties, self._choices = traces.ties, traces.choices
        self._users = _Users(traces.tokens) if traces.tokens else None
        self._made, self._met = traces.choices.made, traces.choices.met

    def of(self, old: int) -> _Likeness:
        """Everybody who has anything in common with the account."""
        chosen = self._choices.of(old)
        also = self._choices.choosers[chosen]
        around = self._ties.around(self._ties.around(np.array([old])).other)
        uses = list(self._users.of(old)) if self._users else []
        named = [also.indices.astype(np.int64), around.other, *(users for users, _ in uses)]
        candidates, at = np.unique(np.concatenate(named), return_inverse=True)
        size, ends = len(candidates), np.cumsum([len(each) for each in named])
        by_choice, by_tie, by_token = at[: ends[0]], at[ends[0] : ends[1]], at[ends[1] :]
        weights = np.repeat([weight for _, weight in uses], [len(users) for users, _ in uses])
        neighbours = np.bincount(by_tie, minlength=size)
        score = self._by_choices(candidates[by_choice], at=by_choice, size=size, chosen=chosen)
        score += neighbours / np.sqrt(1 + max(1, self._ties.degrees[old].sum()))
        score += np.bincount(by_token, weights=weights, minlength=size)
        tokens = np.bincount(by_token, minlength=size)
        return _Likeness(candidates, score, tokens, neighbours)

    def _by_choices(self, choosers: Places, *, at: Wholes, size: int, chosen: Places) -> Floats:
        """The log of the likelihood of coming back over that of chance; at least 0."""
        which = np.repeat(chosen, self._met[chosen])
        chance = self._made[choosers] * self._met[which] / max(1, int(self._made.sum()))
        again = np.log(_AGAIN / (np.minimum(chance, _MOST_BY_CHANCE) + _IN_A_CIRCLE))
        in_common = np.bincount(at, minlength=size)
        not_again = np.log((1 - _AGAIN) / (1 - _IN_A_CIRCLE)) * (len(chosen) - in_common)
        likelihood = np.bincount(at, weights=again, minlength=size) + not_again
        return np.where(in_common > 0, np.maximum(likelihood, 0.0), 0.0)


class _Users:
    """Who else uses the rare tokens of an account."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        by_token = np.argsort(tokens.token, kind="stable")
        self._accounts = tokens.account[by_token]
        self._ends = np.cumsum(tokens.users)

    def of(self, account: int) -> Iterator[tuple[Places, float]]:
        """By rare token its users, and what it counts."""
        own = np.searchsorted(self._tokens.account, (account, account + 1))
        for token in self._tokens.token[slice(*own)]:
            users = int(self._tokens.users[token])
            if 1 < users <= MOST_USERS:
                end = int(self._ends[token])
                yield self._accounts[end - users : end], float(np.log(1_000 / users))
