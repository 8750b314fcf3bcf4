"""Further readings of the few texts that hold signs of more than one meaning.

A sign that may be a letter is read as one; what is no plain letter is read as a separator; hidden
letters are shown; text that is turned, by a control character or upside down, is turned back.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.reading import Folded, Part, Posts, Reading
from tutela.detection.terms.respelling import composed, spelled_out
from tutela.detection.terms.table import Codes, Places, table

Reader = Callable[..., Iterator[Part]]

_DIGITS_OF_TWO: Final = (
    codes.coded("g", start=codes.FROM_DIGIT),
    codes.coded("t", start=codes.FROM_DIGIT),
)
_FILLERS: Final = 2
_OVERRIDE: Final = 0x202E
_ENDS_OF_OVERRIDE: Final = (0x202C, 0x2029, 0x0A)
#: Signs of two meanings in one text, all of whose combinations are read.
COMBINED_MAX: Final = 4
_STAR: Final = ord("*")
_VOWELS: Final = b"aeiou"
#: Stars of one word: so many of them, so near to one another.
_STARS_MAX, _NEAR = 3, 8
#: So many words with stars are read in one text.
_MASKED_MAX: Final = 16
#: So many code points around them are read with them.
_AROUND: Final = 32
#: And so many more where no separator stands.
_TOKEN_MAX: Final = 512


def guessed(posts: Posts, *, found: Folded, readers: Sequence[Reader]) -> Reading | None:
    """The further readings of all texts that need one, in one; None where none does."""
    parts = [part for reader in readers for part in reader(posts, found=found)]
    if not parts:
        return None
    read = np.concatenate([part.codes for part in parts])
    places = np.concatenate([part.places for part in parts])
    ends = np.concatenate([part.ends for part in parts])
    is_seen = read >= codes.SEEN
    return Reading(read[is_seen], places[is_seen], is_guess=True, ends=ends[is_seen])


def _part(read: Codes, *, places: Places) -> Part:
    return Part(read, places, places)


def _otherwise(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Signs and letters of two meanings by their second one, and by some of each."""
    at = np.flatnonzero(_of_two_meanings(found.codes))
    if not at.size:
        return
    code_points = posts.code_points[found.places(at)]
    read = found.codes.copy()
    read[at] = table().alternative.instead(found.codes[at], code_points=code_points)
    texts, counts = np.unique(posts.text_of(found.places(at)), return_counts=True)
    taken = found.taken(texts)
    yield _part(read[taken], places=found.places(taken))
    yield from _at_ends(posts, found=found, read=read, taken=taken)
    begins = np.cumsum(counts) - counts
    for begin, count in zip(begins[counts > 1], counts[counts > 1], strict=True):
        part = slice(begin, begin + count)
        yield from _combined(found, read=read, at=at[part], signs=code_points[part])


def _at_ends(posts: Posts, *, found: Folded, read: Codes, taken: Places) -> Iterator[Part]:
    """The same with signs that are letters elsewhere than between letters, where there are such."""
    some = read[taken]
    is_sign = (some == codes.INSIDE) | (some == codes.BESIDE)
    is_letter = np.concatenate(([False], is_sign | (some >= codes.ANY_LETTER), [False]))
    is_taken = is_sign & (is_letter[:-2] | is_letter[2:])
    if is_taken.any():
        places = found.places(taken)
        code_points = posts.code_points[places[is_taken]]
        some[is_taken] = table().alternative.instead(some[is_taken], code_points=code_points)
        yield _part(some, places=places)


def _combined(
    found: Folded, *, read: Codes, at: Places, signs: NDArray[np.uint32]
) -> Iterator[Part]:
    """Every choice of the signs of a text that are read otherwise, but all and none."""
    distinct, which = np.unique(signs, return_inverse=True)
    if not 1 < len(distinct) <= COMBINED_MAX:
        return
    choices = np.arange(1, 2 ** len(distinct) - 1)[:, None]
    yield _chosen(found, at=at, choices=np.where((choices >> which) & 1, read[at], found.codes[at]))


def _around(found: Folded, *, first: int, last: int) -> Places:
    """The places from a separator some way before the first to one behind the last, in one text."""
    read, text = found.codes, np.searchsorted(found.ends, first) - 1
    lowest, highest = int(found.ends[text]), int(found.ends[text + 1])
    begin, end = max(first - _AROUND, lowest), min(last + _AROUND, highest)
    far = max(begin - _TOKEN_MAX, lowest)
    before = _separators(read[far : begin + 1])
    after = _separators(read[end : min(end + _TOKEN_MAX, highest) + 1])
    begin = far + int(before[-1]) if before.size else far
    end = end + int(after[0]) if after.size else min(end + _TOKEN_MAX, highest)
    return np.arange(begin, end + 1)


def _separators(read: Codes) -> Places:
    return np.flatnonzero((read >= codes.BREAK) & (read <= codes.BOUNDARY))


def _masked(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Words with a star for a letter, by every letter, or by vowels where there are several."""
    read = found.codes
    is_letter = read >= codes.ANY_LETTER
    at = np.flatnonzero(is_letter[:-2] & (read[1:-1] == codes.INSIDE) & is_letter[2:]) + 1
    at = at[posts.code_points[found.places(at)] == _STAR] if at.size else at
    if not at.size:
        return
    words = Counter[int]()
    texts = posts.text_of(found.places(at))
    is_far = (np.diff(at) > _NEAR) | (np.diff(texts) > 0)
    for stars in np.split(at, np.flatnonzero(is_far) + 1):
        text = int(posts.text_of(found.places(stars[:1]))[0])
        words[text] += 1
        if len(stars) <= _STARS_MAX and words[text] <= _MASKED_MAX:
            letters = codes.LETTERS if len(stars) == 1 else _VOWELS
            choices = np.array(list(product(letters, repeat=len(stars))), read.dtype)
            yield _chosen(found, at=stars, choices=choices)


def _chosen(found: Folded, *, at: Places, choices: Codes) -> Part:
    """What stands around these places, once for each row of choices, which are the codes there."""
    around = _around(found, first=int(at[0]), last=int(at[-1]))
    mixed = np.tile(found.codes[around], (len(choices), 1))
    mixed[:, at - around[0]] = choices
    mixed[:, [0, -1]] = codes.BOUNDARY
    return _part(mixed.ravel(), places=np.tile(found.places(around), len(choices)))


def _of_two_meanings(read: Codes) -> NDArray[np.bool_]:
    is_letter = (read >= codes.ANY_LETTER) | (read == codes.BESIDE)
    is_letter = np.concatenate(([False], is_letter, [False]))
    before, after = is_letter[:-2], is_letter[2:]
    holds: NDArray[np.bool_] = (read == codes.BESIDE) & (before | after)
    holds |= (read == codes.INSIDE) & before & after
    holds |= (read >= codes.AMBIGUOUS) & (read < codes.FLAGS)
    for digit in _DIGITS_OF_TWO:
        holds |= (read == digit) & (before | after)
    return holds


def _without_fillers(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Texts in which other signs stand between single plain letters, as separators."""
    read = found.codes
    is_plain = (read >= codes.PLAIN) & (read < codes.AMBIGUOUS)
    is_filler = (read >= codes.OTHER) & ~is_plain
    at = np.flatnonzero(is_plain[:-2] & is_filler[1:-1] & is_plain[2:]) + 1
    if len(at) < _FILLERS:
        return
    texts, counts = np.unique(posts.text_of(found.places(at)), return_counts=True)
    if counts.max() < _FILLERS:
        return
    taken = found.taken(texts[counts >= _FILLERS])
    without = read[taken]
    without[is_filler[taken]] = codes.JOINT
    yield _part(without, places=found.places(taken))


def _shown(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Texts with tags or combining letters, by the letters that those carry."""
    for taken in _texts_with(posts, found=found, holds=found.codes == codes.HIDDEN):
        places = found.places(taken)
        code_points = posts.code_points[places]
        shown = table().hidden.instead(found.codes[taken], code_points=code_points)
        yield _part(shown, places=places)


def _turned_back(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Texts with right-to-left overrides, in the order that is seen."""
    for taken in _texts_with(posts, found=found, holds=found.codes == codes.TURNING):
        code_points = posts.code_points[found.places(taken)]
        order = np.arange(len(taken))
        ends = np.flatnonzero(np.isin(code_points, _ENDS_OF_OVERRIDE))
        done = 0
        for begin in np.flatnonzero(code_points == _OVERRIDE):
            if begin < done:
                continue
            later = ends[ends > begin]
            done = int(later[0]) if later.size else len(taken) - 1
            order[begin + 1 : done] = order[begin + 1 : done][::-1].copy()
        yield _part(found.codes[taken][order], places=found.places(taken[order]))


def _upside_down(posts: Posts, *, found: Folded) -> Iterator[Part]:
    """Texts with letters that are turned, from the other side."""
    is_turned = (found.codes >= codes.UPSIDE_DOWN) & (found.codes < codes.FLAGS)
    for taken in _texts_with(posts, found=found, holds=is_turned):
        backwards = taken[::-1]
        places = found.places(backwards)
        code_points = posts.code_points[places]
        turned = table().turned.instead(found.codes[backwards], code_points=code_points)
        yield _part(turned, places=places)


def _texts_with(posts: Posts, *, found: Folded, holds: NDArray[np.bool_]) -> Iterator[Places]:
    at = np.flatnonzero(holds)
    if at.size:
        for text in np.unique(posts.text_of(found.places(at))):
            yield found.taken(np.array([text]))


#: How Latin letters are read otherwise, and those of other scripts.
LATIN_READERS: Final[tuple[Reader, ...]] = (
    _otherwise,
    _masked,
    _without_fillers,
    _shown,
    _turned_back,
    _upside_down,
    spelled_out,
)
NATIVE_READERS: Final[tuple[Reader, ...]] = (composed,)
