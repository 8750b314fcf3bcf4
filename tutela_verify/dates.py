"""Whether the times that leaves claim agree with the heads that cover them."""

from collections.abc import Sequence

from tutela_verify.formats import Head
from tutela_verify.lines import Note
from tutela_verify.trust import CLOCK_TOLERANCE, LONGEST_DELAY, shifted


def head_name(head: Head) -> str:
    """How a head is called."""
    return f"the head of size {head.size}"


class Dates:
    """The times between which a leaf may lie that a head is the first to cover."""

    def __init__(self, head: Head, *, last: Head | None) -> None:
        self._head, self._last = head, last
        self._latest = shifted(head.at, by=CLOCK_TOLERANCE)
        self._earliest_promise = shifted(head.at, by=-CLOCK_TOLERANCE)
        self._earliest = shifted(last.at, by=-LONGEST_DELAY) if last else ""

    def agree(self, ats: Sequence[bytes], *, include_bys: Sequence[bytes]) -> bool:
        """Whether nothing contradicts the times of these leaves."""
        if not ats or max(ats) > self._latest.encode():
            return not ats
        promised = [each for each in include_bys if each[0]]
        if promised and min(promised) < self._earliest_promise.encode():
            return False
        if len(promised) == len(ats) or self._last is None:
            return True
        bare = (at for at, promise in zip(ats, include_bys, strict=True) if not promise[0])
        return min(bare) >= self._earliest.encode()

    def contradicted(self, note: Note) -> str:
        """What contradicts the time that the leaf claims, or nothing."""
        at, include_by = note.at, note.include_by
        if at > self._latest:
            return f"a head signed at {self._head.at} already covers it"
        if include_by:
            if include_by >= self._earliest_promise:
                return ""
            return (
                f"was first covered by a head at {self._head.at}, after its include_by "
                f"{include_by}: it is late or back-dated"
            )
        if self._last is None or at >= self._earliest:
            return ""
        return (
            f"the head of size {self._last.size} signed at {self._last.at} does not have it: "
            "it is late or back-dated"
        )
