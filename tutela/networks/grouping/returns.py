"""Accounts that look like somebody removed who came back: by tokens, neighbours and timing.

A token in common counts by how few use it, a neighbour in common by how few ties it has (Adamic,
Adar 2003), each as a logarithm; and only who was created soon after the removal is looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.facts import Facts, Tokens
from tutela.networks.grouping.ties import Floats, Ties, Wholes

#: Who was created so many days after a removal, or fewer.
WITHIN_DAYS: Final = 45
#: A token that more accounts use says nothing.
_MOST_USERS: Final = 20
#: From this score on an account is told; one rare token or some quiet neighbours.
ENOUGH: Final = 5.5
#: What it counts to come back at once, and after how many days a point less.
_AT_ONCE, _DAYS_A_POINT = 2.0, 8.0
_DAY_MS: Final = 86_400_000
#: A neighbour with so many ties counts nothing.
_MOST_TIES: Final = 400


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


def returned(
    ties: Ties, *, facts: Facts, tokens: Tokens | None, removed: Places
) -> Sequence[Returned]:
    """For each removed account whom it looks like to have come back as, the likeliest one."""
    quiet = np.log(_MOST_TIES / np.maximum(ties.degrees.sum(axis=1), 1)).clip(0) / 3
    users = _Users(tokens) if tokens else None
    found = (_of_one(int(old), ties=ties, facts=facts, users=users, quiet=quiet) for old in removed)
    best: dict[int, Returned] = {}
    for each in found:
        if each and (each.new not in best or best[each.new].score < each.score):
            best[each.new] = each
    return sorted(best.values(), key=lambda each: (-each.score, each.new))


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
            if 1 < users <= _MOST_USERS:
                end = int(self._ends[token])
                yield self._accounts[end - users : end], float(np.log(1_000 / users))


def _soon(waited_ms: Wholes) -> Floats:
    """What the time since the removal counts: the sooner, the more."""
    return np.asarray(_AT_ONCE - waited_ms / (_DAYS_A_POINT * _DAY_MS), np.float64)


def _of_one(
    old: int, *, ties: Ties, facts: Facts, users: _Users | None, quiet: Floats
) -> Returned | None:
    gone = facts.removed_ms[old]
    near = ties.around(np.array([old])).other
    through = ties.around(near)
    others, weights = [through.other], [quiet[near][through.row]]
    shared = [np.ones(len(through.other))]
    for found, weight in users.of(old) if users else ():
        others.append(found)
        weights.append(np.full(len(found), weight))
        shared.append(np.zeros(len(found)))
    candidates, at = np.unique(np.concatenate(others), return_inverse=True)
    waited = facts.created_ms[candidates] - gone
    fits = (waited > 0) & (waited <= WITHIN_DAYS * _DAY_MS) & (gone >= 0) & (candidates != old)
    if not fits.any():
        return None
    by_ties = np.concatenate(shared)
    score = np.bincount(at, weights=np.concatenate(weights)) + _soon(waited)
    score = np.where(fits, score, -np.inf)
    best = int(np.argmax(score))
    if score[best] < ENOUGH:
        return None
    ours = at == best
    return Returned(
        old=old,
        new=int(candidates[best]),
        score=float(score[best]),
        days=float(waited[best] / _DAY_MS),
        tokens=int((by_ties[ours] == 0).sum()),
        neighbours=int((by_ties[ours] == 1).sum()),
    )
