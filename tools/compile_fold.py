"""Compiles the table of the fold: `python -m tools.compile_fold FOLDER [--out FILE]`.

FOLDER holds the files that `tools.unicode_files` names, of one version of Unicode: those of the
Unicode Character Database and confusables.txt of UTS #39. The table is committed, so that a fold
depends neither on these files nor on the Unicode version of the Python that runs it.
"""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from tools import fold_lookalikes as looks
from tools import unicode_files
from tools.compile_native import Native
from tools.unicode_files import Unicode
from tutela.detection.terms import codes

CODE_POINTS: Final = 0x110000
TABLE: Final = Path(__file__).resolve().parents[1] / "tutela/detection/terms/fold.npz"

_LATIN: Final = re.compile(
    r"\bLATIN\b.*\bLETTER\b(?: [A-Z-]+)*? ([A-Z])(?: (?:WITH|BAR|HOOK|TAIL|DIGRAPH).*)?(?: [IV]+)?$"
)
_MODIFIER: Final = re.compile(r"^MODIFIER LETTER (?:SMALL|CAPITAL)(?: [A-Z-]+)*? ([A-Z])$")
_TWO: Final = re.compile(
    r"\bLATIN (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) (?:[A-Z-]+ )*?"
    r"(AA|AE|AO|AU|AV|AY|DB|DZ|HV|IJ|LJ|LL|LS|LZ|NJ|OE|OI|OO|OU|QP|TC|TS|TZ|VY)"
    r"(?: WITH .+| DIGRAPH.*)?$"
)
_SQUARED_WORD: Final = re.compile(r"^(?:NEGATIVE )?SQUARED ([A-Z]{2,4})$")
_FLAG: Final = "REGIONAL INDICATOR SYMBOL LETTER "
_REGIONAL: Final = re.compile(_FLAG + "([A-Z])$")
_TAG: Final = range(0xE0020, 0xE007F)
#: A loop of prototypes ends here.
_DEPTH_MAX: Final = 8
_BRAILLE_BLANK: Final = 0x2800
_ASCII: Final = 128
#: Right-to-left override.
_TURNING: Final = frozenset({0x202E})
_SELECTORS: Final = frozenset(
    {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x180E)}
)


class Latin:
    """The Latin fold of each code point, as codes."""

    def __init__(self, unicode: Unicode) -> None:
        self.unicode = unicode
        self.looks = looks.alphabets() | looks.pairs("looks")
        self.inside = looks.pairs("inside")
        self.beside = looks.pairs("beside")
        self.alternatives = looks.pairs("alternatives")
        self.turned = {sign for sign in looks.pairs("turned") if not sign.isascii()}
        self.breaks = looks.breaks()

    def codes(self, code_point: int) -> tuple[int, ...]:
        """One code for most, several where the character stands for several letters."""
        kind = self._unseen(code_point)
        if kind is None:
            kind = self._of_two_meanings(chr(code_point))
        if kind is not None:
            return (kind,)
        text = self.letters(code_point)
        if not text:
            return (self._kind(code_point),)
        if len(text) > 1 or not text.isalpha() or code_point < _ASCII:
            return tuple(_coded(each) for each in text)
        return (codes.coded(text, start=self._start(code_point)),)

    def _of_two_meanings(self, sign: str) -> int | None:
        if sign in self.inside:
            return codes.INSIDE
        return codes.BESIDE if sign in self.beside else None

    def _start(self, code_point: int) -> int:
        """Where the codes of such letters begin."""
        name = self.unicode.names.get(code_point, "")
        if name.startswith(_FLAG):
            return codes.FLAGS
        if "TURNED" in name or chr(code_point) in self.turned:
            return codes.UPSIDE_DOWN
        return codes.PLAIN if self.alternative(code_point) is None else codes.AMBIGUOUS

    def letters(self, code_point: int, *, depth: int = 0) -> str:
        """The letters a to z and digits that the character stands for; empty where none."""
        sign = chr(code_point)
        if sign in self.looks:
            return self.looks[sign]
        if sign.isascii():
            return sign.lower() if sign.isalnum() else ""
        name = self.unicode.names.get(code_point, "")
        if "SHARP S" in name:
            return "ss"
        for pattern in (_LATIN, _MODIFIER, _TWO, _SQUARED_WORD, _REGIONAL):
            if found := pattern.search(name):
                return found[1].lower()
        if depth > _DEPTH_MAX:
            return ""
        parts = self.unicode.canonical.get(code_point) or self.unicode.compatible.get(code_point)
        return (
            self._of(parts or (), depth=depth)
            or self._of(self._prototype(code_point), depth=depth)
            or str(self.unicode.decimals.get(code_point, ""))
            or self._of(self.unicode.case_folds.get(code_point, ()), depth=depth)
        )

    def _prototype(self, code_point: int) -> tuple[int, ...]:
        found = self.unicode.prototypes.get(code_point, ())
        is_rn = [chr(each) for each in found[:2]] == ["r", "n"]
        return (ord("m"), *found[2:]) if is_rn else found

    def _of(self, parts: tuple[int, ...], *, depth: int) -> str:
        """The letters of all parts; empty where one is neither letter nor mark nor bracket."""
        found = ""
        for part in parts:
            letters = self.letters(part, depth=depth + 1)
            if not letters and self.unicode.categories.get(part, "Cn")[0] in "LN":
                return ""
            found += letters
        return found

    def _unseen(self, code_point: int) -> int | None:
        category = self.unicode.categories.get(code_point, "Cn")
        if code_point in _TURNING:
            return codes.TURNING
        if code_point in _TAG or "COMBINING LATIN" in self.unicode.names.get(code_point, ""):
            return codes.HIDDEN
        if category in {"Mn", "Me"} or code_point in _SELECTORS:
            return codes.MARK
        if chr(code_point) in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85":
            return codes.BREAK
        is_unseen = code_point in self.unicode.ignorable or category in {"Cc", "Cf", "Cs"}
        return codes.DROP if is_unseen else None

    def _kind(self, code_point: int) -> int:
        category = self.unicode.categories.get(code_point, "Cn")
        if category[0] == "Z" or chr(code_point) in self.breaks or code_point == _BRAILLE_BLANK:
            return codes.BREAK
        return codes.OTHER if category[0] in "LNM" else codes.JOINT

    def alternative(self, code_point: int) -> int | None:
        """The code in the second reading, where it differs."""
        sign = chr(code_point)
        if sign in self.inside or sign in self.beside:
            return _coded((self.inside | self.beside)[sign])
        if sign in self.alternatives:
            letter = self.alternatives[sign]
            start = codes.FROM_DIGIT if sign.isdigit() else codes.PLAIN
            return codes.coded(letter, start=start)
        return None if sign.isascii() else self._likeness(code_point)

    def _likeness(self, code_point: int) -> int | None:
        """The letter that UTS #39 has for it, where that is another one."""
        like, own = self._of(self._prototype(code_point), depth=0), self.letters(code_point)
        is_another = own.isalpha() and own != like and {own, like} != {"i", "l"}
        return codes.coded(like) if is_another and len(like) == 1 and like.isalpha() else None

    def hidden(self, code_point: int) -> int | None:
        """The code where what is hidden is read."""
        if code_point in _TAG:
            return self.codes(code_point - _TAG.start + 0x20)[0]
        letters = self.letters(code_point)
        return _coded(letters) if len(letters) == 1 else codes.MARK


def _coded(sign: str) -> int:
    if sign.isdigit():
        return codes.coded(codes.DIGITS[int(sign)], start=codes.FROM_DIGIT)
    return codes.coded(sign)


def compiled(unicode: Unicode) -> dict[str, np.ndarray]:
    """The arrays of the table by name."""
    latin, native = Latin(unicode), Native(unicode)
    all_codes = [latin.codes(each) for each in range(CODE_POINTS)]
    natives = [native.folded(at, kind=each[0]) for at, each in enumerate(all_codes)]
    turned = looks.pairs("turned")
    return {
        "latin": np.array(
            [each[0] if len(each) == 1 else codes.MANY for each in all_codes], np.uint8
        ),
        **_strings(
            name="latin_many",
            found={at: each for at, each in enumerate(all_codes) if len(each) > 1},
        ),
        **_singles(
            name="alternative", found={at: latin.alternative(at) for at in range(CODE_POINTS)}
        ),
        **_singles(
            name="hidden",
            found={
                at: latin.hidden(at) for at, each in enumerate(all_codes) if each == (codes.HIDDEN,)
            },
        ),
        **_singles(
            name="turned", found={ord(sign): _coded(letter) for sign, letter in turned.items()}
        ),
        "native": np.array(
            [each[0] if len(each) == 1 else codes.MANY for each in natives], np.uint32
        ),
        **_strings(
            name="native_many", found={at: each for at, each in enumerate(natives) if len(each) > 1}
        ),
        "foreign": _ranges(native.is_foreign),
        "unspaced": _ranges(native.is_unspaced),
        **_strings(name="decomposed", found=_decomposed(unicode)),
        **_strings(name="prototype", found=_prototypes(unicode)),
        **_singles(name="combining", found=dict(unicode.classes)),
        "about": np.array(json.dumps({"unicode": unicode.version, "sha256": unicode.sources})),
    }


def _decomposed(unicode: Unicode) -> dict[int, tuple[int, ...]]:
    """NFD where it differs; Hangul is left to arithmetic."""
    return {each: unicode.decomposed(each) for each in unicode.canonical}


def _prototypes(unicode: Unicode) -> dict[int, tuple[int, ...]]:
    return {
        source: tuple(leaf for each in target for leaf in unicode.decomposed(each))
        for source, target in unicode.prototypes.items()
    }


def _strings(*, name: str, found: dict[int, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Three arrays: keys, where each one's values end, and the values of all."""
    keys = sorted(found)
    return {
        f"{name}_keys": np.array(keys, np.uint32),
        f"{name}_ends": np.cumsum([len(found[key]) for key in keys]).astype(np.uint32),
        f"{name}_values": np.array([value for key in keys for value in found[key]], np.uint32),
    }


def _singles(*, name: str, found: dict[int, int | None]) -> dict[str, np.ndarray]:
    keys = [key for key in sorted(found) if found[key] is not None]
    return {
        f"{name}_keys": np.array(keys, np.uint32),
        f"{name}_values": np.array([found[key] for key in keys], np.uint32),
    }


def _ranges(holds: Callable[[int], bool]) -> np.ndarray:
    """Where it begins and ceases to hold, in turns."""
    flags = np.array([False, *(holds(each) for each in range(CODE_POINTS)), False])
    return np.flatnonzero(flags[1:] != flags[:-1]).astype(np.uint32)


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description="compile the table of the fold")
    parser.add_argument("folder", type=Path, help="with the files of one version of Unicode")
    parser.add_argument("--out", type=Path, default=TABLE)
    given = parser.parse_args()
    unicode = unicode_files.read(given.folder)
    np.savez_compressed(given.out, allow_pickle=False, **compiled(unicode))
    print(f"{given.out}: Unicode {unicode.version}, {given.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
