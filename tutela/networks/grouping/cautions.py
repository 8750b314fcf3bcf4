"""What speaks for care with a case: honest groups look like rings, and members may be children."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tutela.networks.grouping.cases import Case
from tutela.networks.grouping.facts import Ages

#: A group without a seed that is smaller is not worth a word.
_GROUP_LEAST = 8
#: From this share of known minors on a case may be a school or a circle of young people.
_YOUNG_SHARE = 0.3
#: Below this a case is told to be unsure.
_UNSURE = 0.8


def cautions(case: Case, *, is_seed: NDArray[np.bool_], ages: Ages | None) -> Iterator[str]:
    """A sentence each; `is_seed` is by place, `ages` None where nobody said anything of them."""
    if case.sure.mean() < _UNSURE:
        yield "Where the case ends is not sure: look at each member, the surest first."
    for number, group in enumerate(case.groups, start=1):
        if len(group.places) >= _GROUP_LEAST and not is_seed[group.places].any():
            yield (
                f"No seed is in group {number}: it may be an honest community that some of the "
                "case belong to as well."
            )
    if ages is None:
        yield "Nobody said which members are minors: any of them may be."
        return
    if unknown := int((~ages.told[case.places]).sum()):
        yield f"Of {unknown} members nobody knows whether they are minors."
    young = int(ages.minor[case.places].sum())
    if young:
        yield f"{young} members are known to be minors: a specialist looks at them, nobody else."
    if young >= _YOUNG_SHARE * len(case.places):
        yield "So many are minors that it may be a school or a circle of young people."
