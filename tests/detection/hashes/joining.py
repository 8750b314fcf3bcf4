"""A process that builds in common with others, says what it has, and can be killed."""

import itertools
import sys
from pathlib import Path

import numpy as np

from tests.detection.hashes.building import listed
from tutela.detection.hashes import HashKind
from tutela.detection.hashes.commons import Commons


def main() -> None:
    """`python -m tests.detection.hashes.joining FOLDER SEED`; a line adds a row."""
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    commons = Commons(folder, least=1)
    index = commons.build(listed(seed), kind=HashKind.PDQ)
    for line in itertools.chain(["ready"], sys.stdin):
        if line != "ready":
            index.add(listed(int(line))[:1])
            index.remove([0])
        sys.stdout.write(f"{np.unique(index.search(listed(seed)[:2]).row).tolist()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
