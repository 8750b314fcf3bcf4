"""A draft of a decision about many: its lines, without the one that says what is decided.

Nothing sends it. A person strikes out who does not belong, writes what each account did in place of
how it stands in the case, and puts the first line before it.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from tutela.networks.grouping.cases import Case
from tutela.networks.grouping.documents import Names
from tutela.networks.grouping.facts import Ages

#: Who is less sure is left out of the draft.
SURE_ENOUGH = 0.9


def draft(
    case: Case, *, names: Names, ages: Ages | None, joined_to: NDArray[np.int64]
) -> Iterator[bytes]:
    """A line a member that is no seed, the surest first; `joined_to`: how many others, by member.

    A member known to be a minor says so: the decision leaves it to a person.
    """
    for row in np.lexsort((case.places, -case.sure)):
        place = int(case.places[row])
        if names.is_seed[place] or case.sure[row] < SURE_ENOUGH:
            continue
        (account,) = names.ids(np.array([place]))
        line: dict[str, object] = {
            "subject": {"kind": "account", "id": str(account)},
            "facts": (
                f"To be written by a person. The account is joined to {joined_to[row]} of the "
                f"{len(case.places)} accounts of a network, and belongs there with "
                f"{case.sure[row]:.0%}."
            ),
        }
        if ages is not None and ages.minor[place]:
            line["possible_minor"] = True
        yield msgspec.json.encode(line) + b"\n"
