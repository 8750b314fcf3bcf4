"""Decides which known hashes an item carries: exact PDQ search and exact digests; usable alone."""

from tutela.detection.hashes.hits import Hits
from tutela.detection.hashes.index import (
    INDEXES,
    RADIUS_BITS,
    HashIndex,
    Md5Set,
    PdqIndex,
    Sha1Set,
    Sha256Set,
)
from tutela.detection.hashes.kinds import HashesUnfit, HashKind

__all__ = [
    "INDEXES",
    "RADIUS_BITS",
    "HashIndex",
    "HashKind",
    "HashesUnfit",
    "Hits",
    "Md5Set",
    "PdqIndex",
    "Sha1Set",
    "Sha256Set",
]
