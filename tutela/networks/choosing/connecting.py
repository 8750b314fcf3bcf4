"""Whether the seeds have anything in common that random accounts of the same degrees have not.

Seeds are added one by one, and each is looked for among accounts with about as many edges before
it is told. Were the seeds random, its rank would be even whatever came before, so that the evidence
of an order multiplies and is 1 on average: an e-value (Vovk, Wang 2021). The mean over orders and
scorers is one again, whatever the graph, without drawing any random seeds. By Markov's inequality
it reaches `e` by chance at most once in `e` times; measured over random seeds in many graphs it
does so far less often, and that is what `_SLACK` says.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tutela.networks.choosing.evidence import log_evidence
from tutela.networks.choosing.hearing import Heard

#: Seeds connect where chance does as well in fewer than this share of cases.
MOST_BY_CHANCE = 0.05
#: Of random seeds, about this share over `e` reached `e`: of 220 draws in five graphs three at most
#: connected.
_SLACK = 0.2
#: Two guesses of how small the network is: a few accounts, or some in a hundred.
_FLOORS = (1e-3, 3e-2)


def by_chance(heard: Sequence[Heard]) -> float:
    """How likely random seeds of the same degrees find each other as well: 0 to 1."""
    tested = [each for each in heard if each.orders and len(each.orders[0])]
    if not tested:
        return 1.0
    voices = Counter(each.family for each in tested)
    logs = [
        log - np.log(voices[each.family] * len(voices) * len(each.orders) * len(_FLOORS))
        for each in tested
        for order in each.orders
        for floor in _FLOORS
        for log in log_evidence(order[None], floor=floor)
    ]
    most = max(logs)
    total = most + np.log(np.exp(np.array(logs) - most).sum())
    return float(min(1.0, _SLACK * np.exp(-min(total, 700.0))))
