"""The picture as SVG: a shape and a colour for each group, a star for each seed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tutela.networks.page.picture import WIDE, Picture

#: The height of the drawing in its own units.
HIGH = 1000
#: So many kinds of edges have a line of their own.
LINES = 5
#: Outlines about the origin, as paths: a star for seeds, then one a group.
STAR = "M0-15 4.4-4.6 14.3-4.6 6.3 2 9.4 12 0 5.8-9.4 12-6.3 2-14.3-4.6-4.4-4.6Z"
SHAPES = (
    "M-8 0A8 8 0 1 1 8 0 8 8 0 1 1-8 0Z",
    "M-7-7H7V7H-7Z",
    "M0-9.5 9 7H-9Z",
    "M0-10 10 0 0 10-10 0Z",
    "M-3-9H3V-3H9V3H3V9H-3V3H-9V-3H-3Z",
    "M-9-6H9L0 10Z",
)


def points(shown: Picture) -> NDArray[np.int64]:
    """Whole numbers of the drawing's units, (accounts, 2)."""
    return np.rint(shown.spots * HIGH).astype(np.int64)


def box() -> str:
    """The frame that shows all of the picture."""
    return f"0 0 {round(WIDE * HIGH)} {HIGH}"


def lines(shown: Picture) -> list[str]:
    """A path a style; an edge of several kinds is drawn as the rarest of them."""
    at = points(shown)
    parts = np.hstack([at[shown.ends[:, 0]], at[shown.ends[:, 1]]])
    style = np.array([style_of(bits) for bits in shown.kinds.tolist()], dtype=np.int64)
    return [
        "".join(f"M{x} {y}L{u} {v}" for x, y, u, v in parts[style == number].tolist())
        for number in range(min(LINES, len(shown.names_of_kinds)))
    ]


def style_of(bits: int) -> int:
    """How an edge of these kinds is drawn; kinds beyond the fifth share the last style."""
    return min(LINES - 1, max(0, bits.bit_length() - 1))


def flat(shown: Picture) -> Sequence[int]:
    """Drawn edges as numbers in a row: account, account, kinds."""
    return [n for row in np.column_stack([shown.ends, shown.kinds]).tolist() for n in row]
