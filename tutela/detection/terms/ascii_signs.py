"""What is compared of one short text of ASCII, for `bytes.translate`."""

from collections.abc import Sequence
from typing import Final

from tutela.detection.terms.shapes import shapes

_ASCII: Final = [chr(point) for point in range(128)]
_SHAPES: Final = "".join(sign.translate(shapes().shape) for sign in _ASCII)


def _of_shapes(kinds: str) -> bytes:
    return "".join(
        sign for sign, shape in zip(_ASCII, _SHAPES, strict=True) if shape in kinds
    ).encode()


def _mapped(signs: Sequence[str]) -> bytes:
    """A table of these signs, one for each of ASCII."""
    return "".join(signs).encode() + bytes(range(128, 256))


#: What separates words.
SEPARATORS: Final = _of_shapes("s")
#: Letters as they are compared; digits and signs stay.
LETTERS: Final = _mapped(
    [sign.translate(shapes().first) if sign.isalpha() else sign for sign in _ASCII]
)
#: Letters and digits as they are listed, spaces between.
WORDS: Final = _mapped(
    [sign.translate(shapes().words) if sign.isalnum() else " " for sign in _ASCII]
)
