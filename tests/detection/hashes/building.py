"""A process that shares an index, obeys lines of its standard input, and can be killed."""

import sys
from pathlib import Path

import numpy as np

from tests.detection.hashes.planting import Bytes, random_hashes
from tutela.detection.hashes import PdqIndex
from tutela.detection.hashes.sharing import Shelf, shared

ROWS = 9_000
NAME = "list"


def listed(seed: int) -> Bytes:
    """What a builder that was given the seed shares."""
    return random_hashes(np.random.default_rng(seed), rows=ROWS)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """`python -m tests.detection.hashes.building SOCKET SEED`."""
    place, seed = Path(sys.argv[1]), int(sys.argv[2])
    hashes = listed(seed)
    index = PdqIndex.build(hashes, allocate=shared)
    with Shelf(place) as shelf:
        shelf.put(NAME, index=index)
        say("ready")
        for line in sys.stdin:
            match line.split():
                case ["add", other]:
                    index.add(listed(int(other))[:1])
                case ["remove", row]:
                    index.remove([int(row)])
                case ["merge"]:
                    index.merge()
                case ["put", other]:
                    index = PdqIndex.build(listed(int(other)), allocate=shared)
                    shelf.put(NAME, index=index)
            say("done")


if __name__ == "__main__":
    main()
