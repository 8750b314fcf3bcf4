"""Texts in which several signs stand for one letter, spelled out.

Character references, percent encoding, letters drawn with strokes and brackets, tags of HTML within
words; and Hangul that is taken apart into its jamo.
"""

import html
import re
import urllib.parse
from collections.abc import Iterator
from typing import Final

import numpy as np

from tutela.detection.terms import codes
from tutela.detection.terms.reading import Folded, Part, Posts
from tutela.detection.terms.table import Places, table

#: Letters that are drawn, each before what it begins with.
_DRAWN: Final = {
    "\\/\\/": "w",
    "/\\/\\": "m",
    "|\\/|": "m",
    "|\\|": "n",
    "|-|": "h",
    "|_|": "u",
    "/-\\": "a",
    "/\\/": "n",
    "/\\": "a",
    "\\/": "v",
    "|3": "b",
    "|)": "d",
    "|=": "f",
    "|<": "k",
    "|_": "l",
    "|>": "p",
    "|2": "r",
    "><": "x",
    "()": "o",
    "[]": "o",
    "{}": "o",
    "<>": "o",
}
SPELLING: Final = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});"
    r"|(?:%[0-9a-fA-F]{2})+"
    r"|\\u[0-9a-fA-F]{4}"
    r"|</?[a-zA-Z][^<>]{0,64}>|" + "|".join(re.escape(each) for each in _DRAWN)
)
_OPENING: Final = np.array([ord(sign) for sign in "&%\\|<([{>/"], np.uint32)
_BACKSLASH: Final = ord("\\")

_LEADS, _VOWELS, _TAILS = range(0x1100, 0x1113), range(0x1161, 0x1176), range(0x11A8, 0x11C3)
#: The tail that is written with each lead; 0 where there is none.
_TAIL_OF_LEAD: Final = (1, 2, 4, 7, 0, 8, 16, 17, 0, 19, 20, 21, 22, 0, 23, 24, 25, 26, 27)
_SYLLABLES, _OF_LEAD, _OF_VOWEL = 0xAC00, 588, 28


def spelled_out(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Texts with spellings, by the letters that these stand for."""
    at = np.flatnonzero((found.codes == codes.INSIDE) | (found.codes == codes.BESIDE))
    is_joined, at = found.codes[at + 1] != codes.BREAK, found.places(at)
    signs = posts.code_points[at]
    at = at[np.isin(signs, _OPENING) & (is_joined | (signs == _BACKSLASH))]
    for number in np.unique(posts.text_of(at)).tolist():
        begin = int(posts.starts[number])
        text = posts.text(number)
        spellings = list(SPELLING.finditer(text))
        if spellings:
            yield _replaced(text, begin=begin, spellings=spellings)


def _replaced(text: str, *, begin: int, spellings: list[re.Match[str]]) -> Part:
    """The text between two boundaries; each spelling stands where it begins and where it ends."""
    pieces, first, last, done = ["\n"], [begin - 1], [begin - 1], 0
    for found in spellings:
        letters = _letters(found[0])
        pieces += [text[done : found.start()], letters]
        for places, place in ((first, found.start()), (last, found.end() - 1)):
            places += [*range(begin + done, begin + found.start()), *[begin + place] * len(letters)]
        done = found.end()
    end = begin + len(text)
    first += range(begin + done, end + 1)
    last += range(begin + done, end + 1)
    replaced = "".join([*pieces, text[done:], "\n"])
    code_points = np.frombuffer(replaced.encode("utf-32-le", "surrogatepass"), np.uint32)
    read, origin = table().latin.folded(code_points)
    read[[0, -1]] = codes.BOUNDARY
    of_code = slice(None) if origin is None else origin
    return Part(read, np.array(first, np.int64)[of_code], np.array(last, np.int64)[of_code])


def _letters(spelling: str) -> str:
    if spelling in _DRAWN:
        return _DRAWN[spelling]
    if spelling.startswith("&"):
        return html.unescape(spelling)
    if spelling.startswith("%"):
        return urllib.parse.unquote(spelling, errors="replace")
    is_escape = spelling.startswith("\\")
    return bytes.fromhex(spelling[2:]).decode("utf-16-be", "replace") if is_escape else ""


def composed(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Texts with jamo, by the syllables that these make."""
    at = np.flatnonzero((found.codes >= _LEADS.start) & (found.codes < _TAILS.stop))
    for number in np.unique(posts.text_of(found.places(at))):
        taken = found.taken(np.array([number]))
        taken = taken[found.codes[taken] >= codes.SEEN]
        yield _syllables(found, taken=taken)


def _syllables(found: Folded, *, taken: Places) -> Part:
    signs, places = found.codes[taken].tolist(), found.places(taken)
    read, first, last = [], [], []
    at = 0
    while at < len(signs):
        length, sign = _syllable(signs[at : at + 4])
        read.append(sign)
        first.append(at)
        last.append(at + length - 1)
        at += length
    return Part(np.array(read, found.codes.dtype), places[first], places[last])


def _syllable(signs: list[int]) -> tuple[int, int]:
    """How many signs the syllable takes that begins here, and what it is (Unicode 3.12)."""
    lead, vowel, tail, after = [*signs, 0, 0, 0][:4]
    if lead not in _LEADS or vowel not in _VOWELS:
        return 1, lead
    index = (lead - _LEADS.start) * _OF_LEAD + (vowel - _VOWELS.start) * _OF_VOWEL
    number = tail - _TAILS.start + 1 if tail in _TAILS else 0
    if tail in _LEADS and after not in _VOWELS:
        number = _TAIL_OF_LEAD[tail - _LEADS.start]
    return (3 if number else 2), _SYLLABLES + index + number
