"""A receipt: the signed promise that a leaf will be in the ledger by a named time."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from tutela.domain import canonical

#: The promise of the receipt: how long until its inclusion can be proved.
INCLUSION_SECONDS = 60

_CODE_BYTES = 20
_CODE_GROUP = 4
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_PAIRS = [first + second for first in _CODE_LETTERS for second in _CODE_LETTERS]
_PAIR_BITS = 10
_PAIR_MASK = (1 << _PAIR_BITS) - 1
#: How many bits of a code follow each of its groups.
_CODE_GROUP_ENDS = range(140, -1, -20)
_CODE_MISREADINGS = str.maketrans("OIL", "011", "- \t\r\n")


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt signs, without the code."""

    log_id: str
    leaf_hash: str
    received_at: str
    include_by: str
    v: int = 1


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the notifier keeps; `signature` is base64 Ed25519 over the promise in JCS."""

    code: str
    log_id: str
    leaf_hash: str
    received_at: str
    include_by: str
    key_id: str
    signature: str


def promise(leaf_hash: bytes, *, log_id: str, received_at: datetime) -> Promise:
    """The promise for a leaf that was received at an instant."""
    return Promise(
        log_id=log_id,
        leaf_hash=leaf_hash.hex(),
        received_at=canonical.timestamp(received_at),
        include_by=canonical.timestamp(include_by(received_at)),
    )


def include_by(received_at: datetime) -> datetime:
    """By when a fact received at an instant is provably in the ledger."""
    return received_at + timedelta(seconds=INCLUSION_SECONDS)


def sign(promised: Promise, *, signer: Callable[[bytes], bytes]) -> bytes:
    """The 64 signature bytes of a promise."""
    return signer(canonical.encode(promised))


def receipt(promised: Promise, *, code: str, key_id: str, signature: bytes) -> Receipt:
    """The receipt as the notifier gets it."""
    return Receipt(
        code=code,
        log_id=promised.log_id,
        leaf_hash=promised.leaf_hash,
        received_at=promised.received_at,
        include_by=promised.include_by,
        key_id=key_id,
        signature=base64.b64encode(signature).decode(),
    )


def write_code(digest: bytes) -> str:
    """160 bits as eight groups of four in Crockford's base 32: no letter is taken for another."""
    bits = int.from_bytes(digest[:_CODE_BYTES], "big")
    return "-".join(
        _CODE_PAIRS[bits >> end + _PAIR_BITS & _PAIR_MASK] + _CODE_PAIRS[bits >> end & _PAIR_MASK]
        for end in _CODE_GROUP_ENDS
    )


def read_code(text: str) -> str:
    """The code as it was given out, whatever case, spaces or look-alike letters a person typed."""
    letters = text.upper().translate(_CODE_MISREADINGS)
    return "-".join(
        letters[start : start + _CODE_GROUP] for start in range(0, len(letters), _CODE_GROUP)
    )


def hash_code(code: str) -> bytes:
    """What is stored of a code: its SHA-256; with 160 random bits there is nothing to guess."""
    return hashlib.sha256(code.encode()).digest()
