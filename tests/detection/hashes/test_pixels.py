"""PDQ of geometric pictures: near for what looks alike, and refused for what shows nothing."""

import numpy as np
import pytest

from tests.detection.hashes.planting import Bytes
from tests.fixtures.oracles import oracle
from tutela.detection.hashes import PdqIndex
from tutela.detection.hashes.kinds import HashesUnfit
from tutela.detection.hashes.pixels import QUALITY_LEAST, PictureTooPoor, pdq_of_pixels

pdqhash = oracle("pdqhash")
SIDE = 256


def discs(seed: int) -> Bytes:
    """A grey picture of discs at random places."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    picture = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(40):
        row, column = chance.integers(0, SIDE, 2)
        radius = chance.integers(8, 40)
        picture[(rows - row) ** 2 + (columns - column) ** 2 < radius**2] = chance.integers(256)
    return picture


def test_what_looks_alike_is_near_and_what_does_not_is_far() -> None:
    index = PdqIndex.build(np.stack([pdq_of_pixels(discs(seed)).hash for seed in range(8)]))
    noise = np.random.default_rng(9).integers(-3, 4, (SIDE, SIDE))
    brighter = np.clip(discs(5) * 0.9 + 20 + noise, 0, 255).astype(np.uint8)
    assert index.search(pdq_of_pixels(brighter).hash[None]).row.tolist() == [5]
    assert len(index.search(pdq_of_pixels(discs(50)).hash[None])) == 0


def test_the_hash_is_that_of_the_library_for_grey_and_colour() -> None:
    colour = np.stack([discs(seed) for seed in range(3)], axis=2)
    bits, quality = pdqhash.compute(colour)
    found = pdq_of_pixels(colour)
    assert found.hash.tobytes().hex() == f"{int(''.join(map(str, bits)), 2):064x}"
    assert found.quality == quality
    grey = np.repeat(discs(1)[:, :, None], 3, axis=2)
    assert pdq_of_pixels(discs(1)).hash.tolist() == pdq_of_pixels(grey).hash.tolist()


@pytest.mark.parametrize(
    "picture",
    [
        np.full((SIDE, SIDE), 128, np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.broadcast_to(np.linspace(0, 255, SIDE).astype(np.uint8)[:, None], (SIDE, SIDE)),
    ],
    ids=["flat", "tiny", "a gradient"],
)
def test_a_picture_that_is_too_poor_is_said_so(picture: Bytes) -> None:
    with pytest.raises(PictureTooPoor, match=rf"The quality is \d+ of 100, and {QUALITY_LEAST}"):
        pdq_of_pixels(picture)


@pytest.mark.parametrize(
    "picture",
    [np.zeros((0, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9), np.float64)],
)
def test_what_is_no_picture_is_refused(picture: Bytes) -> None:
    with pytest.raises(HashesUnfit):
        pdq_of_pixels(picture)
