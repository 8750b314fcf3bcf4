"""A head: the signed statement that the log of a size has this root at this time."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tutela.access.keys import SigningKey
from tutela.domain import canonical
from tutela.ledger import notes
from tutela.ledger.notes import Checkpoint, Note, Verifier


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A signed head: base64 Ed25519 over the RFC 8785 form of v, log_id, size, root and at."""

    log_id: str
    size: int
    root: str
    at: str
    key_id: str
    signature: str
    v: int = 1


def sign(
    root: bytes, *, log_id: str, size: int, at: datetime, signer: Callable[[bytes], bytes]
) -> bytes:
    """The 64 signature bytes of a head."""
    return signer(_signed(log_id, size=size, root=root.hex(), at=canonical.timestamp(at)))


def signed(head: Head) -> bytes:
    """The bytes under the signature of a head; a time stamp is over them too."""
    return _signed(head.log_id, size=head.size, root=head.root, at=head.at)


def of_row(row: Sequence[Any], *, log_id: str) -> Head:
    """A head as it is told, from its stored size, root, time, key id and signature."""
    size, root, at, key_id, signature = row
    return Head(
        log_id=log_id,
        size=size,
        root=root.hex(),
        at=canonical.timestamp(at),
        key_id=key_id,
        signature=base64.b64encode(signature).decode(),
    )


def origin(log_id: str) -> str:
    """Under which name witnesses know a log; its keys have the same name."""
    return f"tutela/{log_id}"


def checkpoint(root: bytes, *, log_id: str, size: int, signing: Sequence[SigningKey]) -> Note:
    """The head as a note signed by each of these keys (C2SP tlog-checkpoint)."""
    name = origin(log_id)
    text = str(Checkpoint(name, size, root))
    lines = (
        notes.sign(text, by=Verifier(name, key.public_key), signer=key.sign) for key in signing
    )
    return Note(text, tuple(lines))


def _signed(log_id: str, *, size: int, root: str, at: str) -> bytes:
    return canonical.encode({"v": 1, "log_id": log_id, "size": size, "root": root, "at": at})
