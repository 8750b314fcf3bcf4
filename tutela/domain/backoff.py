"""Pauses that grow while something keeps failing."""

from typing import Final

#: Beyond it every pause has met its ceiling; a float ends at 2**1024.
_DOUBLINGS_MAX: Final = 64


def doubled_seconds(first_seconds: float, *, times: int, most_seconds: float) -> float:
    """`first_seconds` doubled `times` times, and never more than `most_seconds`.

    Any number of times is answered: what has failed for a year still gets its pause.
    """
    return float(min(first_seconds * 2 ** min(times, _DOUBLINGS_MAX), most_seconds))
