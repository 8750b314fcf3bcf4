"""Many texts as one array of codes, and where each code came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.table import Codes, Fold, Places, ragged

_BETWEEN: Final = "\n"


@dataclass(frozen=True, slots=True)
class Posts:
    """Texts one after the other, with one place between them that belongs to none."""

    code_points: NDArray[np.uint32]
    #: Where each text begins; the place before it is a boundary, and one follows the last.
    starts: Places

    @property
    def boundaries(self) -> Places:
        """The places that belong to no text."""
        return np.append(self.starts - 1, len(self.code_points) - 1)

    def text(self, number: int) -> str:
        """The text of this number."""
        begin = self.starts[number]
        end = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else -1
        return self.code_points[begin:end].tobytes().decode("utf-32-le", "surrogatepass")

    def text_of(self, places: Places) -> Places:
        """The number of the text at each place."""
        return np.searchsorted(self.starts, places, side="right") - 1


@dataclass(frozen=True, slots=True)
class Folded:
    """Every code of the posts, what nobody sees still in."""

    codes: Codes
    #: The place of each code in the posts; None where each stands at its own.
    origin: Places | None
    #: Where the boundaries stand among the codes.
    ends: Places

    def places(self, at: Places) -> Places:
        """Where the codes at `at` came from."""
        return at if self.origin is None else self.origin[at]

    def taken(self, texts: Places) -> Places:
        """The places among the codes of these texts, each between its boundaries."""
        return ragged(self.ends[texts], lengths=self.ends[texts + 1] - self.ends[texts] + 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """Codes that can be seen, and the place of each in the posts."""

    codes: Codes
    #: None where each code stands at its own place.
    origin: Places | None
    #: Whether it reads signs as what they may be, so that a match needs the edges of a token.
    is_guess: bool = False
    #: Where what each code came from ends, where that is not where it begins.
    ends: Places | None = None

    def places(self, at: Places) -> Places:
        """Where the codes at `at` came from."""
        return at if self.origin is None else self.origin[at]

    def last_places(self, at: Places) -> Places:
        """Where what the codes at `at` came from ends."""
        return self.places(at) if self.ends is None else self.ends[at]


class Part(NamedTuple):
    """Codes of some texts in another reading, and where each came from: first and last place."""

    codes: Codes
    places: Places
    ends: Places


def joined(texts: Sequence[str]) -> Posts:
    """The texts as code points; lone surrogates stay what they are."""
    text = _BETWEEN.join(("", *texts, ""))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return Posts(
        code_points=np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32),
        starts=np.cumsum(lengths + 1) - lengths,
    )


def folded(posts: Posts, *, fold: Fold) -> Folded:
    """The posts by a fold, boundaries set."""
    found, origin = fold.folded(posts.code_points)
    ends = posts.boundaries
    if origin is not None:
        ends = np.searchsorted(origin, ends)
    found[ends] = codes.BOUNDARY
    return Folded(codes=found, origin=origin, ends=ends)


def seen(found: Folded) -> Reading:
    """What can be seen of it."""
    is_seen = found.codes >= codes.SEEN
    if is_seen.all():
        return Reading(codes=found.codes, origin=found.origin)
    at = np.flatnonzero(is_seen)
    return Reading(codes=found.codes[at], origin=found.places(at))
