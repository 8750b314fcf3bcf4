"""PDQ hashes of pictures, by PDQ's own code: the extra `pixels` of this package."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.kinds import HashesUnfit
from tutela.errors import TutelaError

#: Below this quality (0 to 100) PDQ's authors advise not to match.
QUALITY_LEAST: Final = 50
_CHANNELS: Final = 3
_GREY_AXES, _COLOUR_AXES = 2, 3


class PixelHash(NamedTuple):
    """A PDQ hash, as 32 bytes, and how much of the picture it tells, from 0 to 100."""

    hash: NDArray[np.uint8]
    quality: int


class PictureTooPoor(TutelaError):
    """The picture has too little in it to be told from others: flat, blurred or tiny."""

    code = "picture_too_poor"
    title = "The picture is too poor to hash"
    status = 422


class PixelsUnavailable(TutelaError):
    """The library that hashes pictures is not installed."""

    code = "pixels_unavailable"
    title = "Hashing pictures is not installed"
    status = 503


def pdq_of_pixels(pixels: NDArray[np.uint8], *, quality_least: int = QUALITY_LEAST) -> PixelHash:
    """The PDQ hash of a picture: (rows, columns) of grey or (rows, columns, 3) of RGB, uint8.

    Raises PictureTooPoor rather than give a hash that matches at random, HashesUnfit for another
    shape, PixelsUnavailable without the extra.
    """
    try:
        import pdqhash  # noqa: PLC0415 - an extra, which few have
    except ImportError as error:
        message = "Hashing pictures needs the extra: pip install 'tutela[pixels]'."
        raise PixelsUnavailable(message) from error
    bits, quality = pdqhash.compute(_as_rgb(pixels))
    if quality < quality_least:
        message = f"The quality is {quality} of 100, and {quality_least} are needed."
        raise PictureTooPoor(message, evidence={"quality": int(quality)})
    return PixelHash(np.packbits(np.asarray(bits, np.uint8)), int(quality))


def _as_rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8 and pixels.ndim == _GREY_AXES and pixels.size:
        return np.repeat(pixels[:, :, None], _CHANNELS, axis=2)
    is_colour = pixels.ndim == _COLOUR_AXES and pixels.shape[-1] == _CHANNELS
    if pixels.dtype != np.uint8 or not is_colour or not pixels.size:
        raise HashesUnfit("A picture is (rows, columns) or (rows, columns, 3) of uint8.")
    return np.ascontiguousarray(pixels)
