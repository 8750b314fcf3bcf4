"""Hashes as a platform sends them: hex of the right length, or refused by their place."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tutela.detection.detectors import Hashes
from tutela.errors import FieldError

#: Hexadecimal digits of each kind of hash.
DIGITS: Final[Mapping[str, int]] = MappingProxyType(
    {"pdq": 64, "md5": 32, "sha1": 40, "sha256": 64}
)
_HEX: Final = frozenset("0123456789abcdefABCDEF")


def faults(hashes: Hashes | None, *, at: str) -> Iterator[FieldError]:
    """What is wrong with hashes that stand at a place of a body; never the hash itself."""
    if hashes is None:
        return
    for kind, digits in DIGITS.items():
        said = getattr(hashes, kind)
        if said is not None and (len(said) != digits or not _HEX.issuperset(said)):
            yield FieldError(f"{at}/{kind}", f"must be {digits} hexadecimal digits")
