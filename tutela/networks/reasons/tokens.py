"""Which rare tokens a lead has in common with the seeds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.files.tokens import Tokens

#: A token that more accounts than this share of all use says little.
RARE_SHARE = 0.01
#: So many tokens of a lead are told.
TOLD_MAX = 3


@dataclass(frozen=True, slots=True)
class Shared:
    """A token that a lead and seeds used."""

    kind: str
    token: str
    seeds: tuple[int, ...]
    #: How many accounts used it, seeds and the lead among them.
    accounts: int


def shared(tokens: Tokens, *, seeds: Places, leads: Places) -> list[tuple[Shared, ...]]:
    """By lead the tokens that it shares with seeds, the rarest first; common ones are left out."""
    users = np.asarray(tokens.used.sum(axis=0)).ravel()
    most = max(RARE_SHARE * tokens.used.shape[0], 2 + len(seeds))
    of_seeds: dict[int, list[int]] = {}
    for seed in seeds.tolist():
        for token in _row(tokens, account=seed):
            if users[token] <= most:
                of_seeds.setdefault(token, []).append(seed)
    return [
        tuple(
            Shared(tokens.kinds[t], tokens.names[t], tuple(of_seeds[t]), int(users[t]))
            for t in sorted(_row(tokens, account=lead), key=lambda t: (users[t], t))
            if t in of_seeds
        )
        for lead in leads.tolist()
    ]


def told(
    found: tuple[Shared, ...], *, naming: Callable[[int], str], showing: Callable[[str], str]
) -> list[str]:
    """A sentence on the tokens, none where there are none; `showing` may hide what one is."""
    if not found:
        return []
    each_told = [_told(each, naming=naming, showing=showing) for each in found[:TOLD_MAX]]
    more = f" and {len(found) - TOLD_MAX} more" if len(found) > TOLD_MAX else ""
    return [f"Shares with seeds: {'; '.join(each_told)}{more}."]


def masked(token: str) -> str:
    """The first signs of a token, enough to tell it from the others of a page."""
    return f"{token[:4]}…"


def _told(each: Shared, *, naming: Callable[[int], str], showing: Callable[[str], str]) -> str:
    seeds = ", ".join(naming(seed) for seed in each.seeds[:TOLD_MAX])
    more = f" and {len(each.seeds) - TOLD_MAX} more" if len(each.seeds) > TOLD_MAX else ""
    return f"{each.kind} {showing(each.token)} of {seeds}{more} ({each.accounts} accounts use it)"


def _row(tokens: Tokens, *, account: int) -> list[int]:
    used = tokens.used
    row: list[int] = used.indices[used.indptr[account] : used.indptr[account + 1]].tolist()
    return row
