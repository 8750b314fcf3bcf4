"""The kinds of hashes, and how they lie in memory: rows of 64-bit words."""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.errors import TutelaError

#: Rows of words: (rows, words of a hash), of 64 bits each.
Words = NDArray[np.uint64]
#: Numbers of rows, as an index gave them.
Numbers = NDArray[np.int64]


class HashKind(StrEnum):
    """What a hash is of, and whether it tolerates differences."""

    #: PDQ: 256 bits of how a picture looks; near hashes are near pictures.
    PDQ = "pdq"
    #: MD5 (RFC 1321): 128 bits of a file's bytes.
    MD5 = "md5"
    #: SHA-1 (RFC 3174): 160 bits of a file's bytes.
    SHA1 = "sha1"
    #: SHA-256 (FIPS 180-4): 256 bits of a file's bytes.
    SHA256 = "sha256"

    @property
    def size_bytes(self) -> int:
        """How many bytes a hash of the kind has."""
        return SIZES_BYTES[self]

    @property
    def words(self) -> int:
        """How many words hold it; what is over stays zero."""
        return -(-self.size_bytes // WORD_BYTES)


WORD_BYTES: Final = 8
SIZES_BYTES: Final = {
    HashKind.PDQ: 32,
    HashKind.MD5: 16,
    HashKind.SHA1: 20,
    HashKind.SHA256: 32,
}


class HashesUnfit(TutelaError):
    """What was given is no hash of the kind, or no array of such."""

    code = "hashes_unfit"
    title = "These are no hashes of the kind"
    status = 422


def words_of(hashes: NDArray[np.uint8] | NDArray[np.uint64], *, kind: HashKind) -> Words:
    """The hashes as rows of words.

    Takes (rows, bytes) of uint8 as the bytes come, or (rows, words) of uint64 as this gave them.
    Raises HashesUnfit for another shape or type.
    """
    if hashes.ndim != 2:  # noqa: PLR2004 - rows and what is in them
        raise HashesUnfit("Hashes come as a table with a hash a row.")
    if hashes.dtype == np.uint64 and hashes.shape[1] == kind.words:
        return np.ascontiguousarray(hashes, dtype=np.uint64)
    if hashes.dtype != np.uint8 or hashes.shape[1] != kind.size_bytes:
        wanted = f"{kind.size_bytes} bytes a row, or {kind.words} words of 64 bits"
        raise HashesUnfit(f"Hashes of kind {kind} have {wanted}.")
    if kind.size_bytes == kind.words * WORD_BYTES:
        return np.ascontiguousarray(hashes).view(np.uint64)
    padded = np.zeros((len(hashes), kind.words * WORD_BYTES), np.uint8)
    padded[:, : kind.size_bytes] = hashes
    return padded.view(np.uint64)


def words_of_hex(texts: list[str], *, kind: HashKind) -> Words:
    """The hashes as rows of words; raises HashesUnfit where one is no hex of the kind's length."""
    try:
        raw = b"".join(map(bytes.fromhex, texts))
    except (ValueError, TypeError) as error:
        raise HashesUnfit(f"A hash of kind {kind} is not hexadecimal.") from error
    if any(len(text) != 2 * kind.size_bytes for text in texts) or len(raw) != kind.size_bytes * len(
        texts
    ):
        raise HashesUnfit(f"A hash of kind {kind} has {2 * kind.size_bytes} hexadecimal digits.")
    return words_of(np.frombuffer(raw, np.uint8).reshape(-1, kind.size_bytes), kind=kind)


def hex_of(words: Words, *, kind: HashKind) -> list[str]:
    """The hashes in lower-case hex, as files carry them."""
    raw = np.ascontiguousarray(words).view(np.uint8).reshape(len(words), -1)
    return [row.tobytes().hex() for row in raw[:, : kind.size_bytes]]
