"""A hundred scorers as a handful of words."""

import numpy as np
import pytest

from tests.networks.page.rings import platform
from tutela.networks.choosing.rank import Asked, rank
from tutela.networks.engines.local import LocalEngine
from tutela.networks.page.scorers import TOLD_MAX, said, words


def test_every_scorer_of_a_ranking_has_words_and_none_counts_twice() -> None:
    ranking = rank(LocalEngine(platform()), asked=Asked(seeds=np.array([2, 4, 9])))
    assert [name for name in ranking.scorers if words(name) == name] == []
    told = said(ranking.scorers)
    assert len(told) <= TOLD_MAX + 1
    assert sum(share for _, share in told) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("even_walk_4_reach", "Short walks from the seeds"),
        ("walk_32", "Long walks from the seeds"),
        ("shared_device_2", "Walks over shared devices alone"),
        ("something", "something"),
    ],
)
def test_scorers_are_told_by_what_they_go_by(name: str, text: str) -> None:
    assert words(name) == text
