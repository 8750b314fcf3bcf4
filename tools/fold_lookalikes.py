"""What `fold_lookalikes.toml` says: signs, and the letters that they are used for."""

import string
import tomllib
from pathlib import Path
from typing import Any, Final

_TOLD: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)


def pairs(name: str) -> dict[str, str]:
    """Sign to what it stands for, of the pairs of this name."""
    compact = "".join(_TOLD[name].split())
    return dict(zip(compact[::2], compact[1::2].lower(), strict=True))


def breaks() -> frozenset[str]:
    """The signs that separate words and sentences."""
    return frozenset("".join(_TOLD["breaks"].split()))


def alphabets() -> dict[str, str]:
    """Sign to letter of all alphabets; an earlier one wins. A to Z themselves are left out."""
    found: dict[str, str] = {}
    for alphabet in _TOLD["alphabets"]:
        for sign, letter in zip(alphabet, string.ascii_lowercase, strict=True):
            if not sign.isascii():
                found.setdefault(sign, letter)
    return found
