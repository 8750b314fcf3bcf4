"""The fold of terms that are not Latin: each script by its own rules, in code points.

Compatible forms and case are folded, marks that no word needs are dropped, katakana is read as
hiragana, and Hangul stays in syllables. A value below 16 is a kind of
`tutela.detection.terms.codes`.
"""

from typing import Final

from tools import fold_lookalikes as looks
from tools.unicode_files import HANGUL, Unicode
from tutela.detection.terms import codes

#: Scripts in which a mark is part of the word; in every other one marks are dropped.
_MARKED: Final = frozenset(
    {"Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada"}
    | {"Malayalam", "Sinhala", "Thai", "Lao", "Tibetan", "Myanmar", "Khmer"}
)
#: Scripts whose words stand without spaces, or grow endings.
_UNSPACED: Final = frozenset(
    {
        "Han",
        "Hiragana",
        "Katakana",
        "Hangul",
        "Thai",
        "Lao",
        "Khmer",
        "Myanmar",
        "Tibetan",
        "Yi",
        "Bopomofo",
    }
)
_NO_SCRIPT: Final = frozenset({"Latin", "Common", "Inherited"})
_VOICING: Final = range(0x3099, 0x309B)
_KATAKANA: Final = range(0x30A1, 0x30F7)
_TO_HIRAGANA: Final = -0x60
_TATWEEL: Final = 0x0640


#: What is below is of the Latin script, and has two cases.
_ASCII: Final = 128


class Native:
    """The fold of every code point by the rules of its own script."""

    def __init__(self, unicode: Unicode) -> None:
        self.unicode = unicode
        self.forms = looks.pairs("forms")

    def folded(self, code_point: int, *, kind: int) -> tuple[int, ...]:
        """Code points, or a kind; `kind` is what the Latin fold calls it."""
        if self._is_needed(code_point):
            return (code_point,)
        if kind < codes.SEEN or code_point == _TATWEEL:
            return (codes.DROP if code_point == _TATWEEL else kind,)
        category = self.unicode.categories.get(code_point, "Cn")
        if category[0] not in "LNM" and code_point not in self.unicode.compatible:
            return (codes.BREAK if kind == codes.BREAK else codes.JOINT,)
        leaves = [self._leaf(each) for each in self._compatible(code_point)]
        return tuple(each for each in leaves if each) or (codes.MARK,)

    def is_foreign(self, code_point: int) -> bool:
        """Whether it belongs to a script other than the Latin one."""
        return self.unicode.scripts.get(code_point, "Common") not in _NO_SCRIPT

    def is_unspaced(self, code_point: int) -> bool:
        """Whether words of its script stand without spaces."""
        return self.unicode.scripts.get(code_point) in _UNSPACED

    def _is_needed(self, code_point: int) -> bool:
        is_mark = self.unicode.categories.get(code_point, "Cn")[0] == "M"
        is_marked = self.unicode.scripts.get(code_point) in _MARKED
        return code_point in _VOICING or (is_mark and is_marked)

    def _compatible(self, code_point: int) -> tuple[int, ...]:
        """NFKD and case; Hangul stays in syllables."""
        if code_point in HANGUL:
            return (code_point,)
        found = self.unicode
        parts = found.canonical.get(code_point) or found.compatible.get(code_point)
        parts = parts or found.case_folds.get(code_point)
        if not parts:
            return (code_point,)
        return tuple(leaf for each in parts for leaf in self._compatible(each))

    def _leaf(self, code_point: int) -> int:
        """One folded code point; 0 where it is dropped."""
        category = self.unicode.categories.get(code_point, "Cn")
        if category[0] == "M" and not self._is_needed(code_point):
            return 0
        if code_point in _KATAKANA:
            code_point += _TO_HIRAGANA
        if category[0] not in "LNM":
            return codes.JOINT
        same = ord(self.forms.get(chr(code_point), chr(code_point)))
        like = self.unicode.prototypes.get(same, ())
        is_alike = self.unicode.scripts.get(same) in {"Cyrillic", "Greek"} and len(like) == 1
        alike = like[0] if is_alike else same
        return ord(chr(alike).lower()) if alike < _ASCII else alike
