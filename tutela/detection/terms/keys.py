"""What texts are compared by, sign for sign: folded, without what separates."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tutela.detection.terms import ascii_signs
from tutela.detection.terms.patterns import Written, is_foreign, written
from tutela.detection.terms.stream import SAME
from tutela.detection.terms.table import table


def keys(texts: Sequence[str]) -> list[str]:
    """The signs of each text as the fold of a term reads it; empty where nothing is left of it."""
    composed = [unicodedata.normalize("NFC", text) for text in texts]
    latin = written(composed, fold=table().latin)
    foreign = is_foreign(latin, texts=composed, foreign=table().foreign)
    if not foreign.any():
        return _keys(latin)
    native = _keys(written(composed, fold=table().native))
    pairs = zip(foreign.tolist(), native, _keys(latin), strict=True)
    return [own if is_own else plain for is_own, own, plain in pairs]


def letter_words(text: str) -> list[str] | None:
    """The key of each word of a text of ASCII letters and spaces; else None.

    Words whose letters are all the same are left to `keys`.
    """
    words = text.split(" ")
    is_plain = text.isascii() and all(word.isalpha() and len(set(word)) > 1 for word in words)
    return text.encode().translate(ascii_signs.LETTERS).decode().split(" ") if is_plain else None


def _keys(found: Written) -> list[str]:
    signs, runs = found.stream.signs, found.stream.runs
    if found.stream.is_native:
        text = signs.astype(np.uint32).tobytes().decode("utf-32-le", "replace")
    else:
        text = signs.tobytes().translate(SAME).decode("latin-1")
    ends = [*(runs[found.first] - 1).tolist(), len(text) - 1]
    return [text[begin + 1 : end] for begin, end in pairwise(ends)]
