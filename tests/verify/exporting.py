"""Writes exports after the published format, with keys of its own and no code of the server."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tutela_verify import Fault, Verdict

START = datetime(2026, 11, 21, 10, tzinfo=UTC)
LOG_ID = "log-main"

Line = tuple[str, dict[str, Any] | str]


def jcs(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def stamp(seconds: float) -> str:
    instant = START + timedelta(seconds=seconds)
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def root_of(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return sha256(b"\x01" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def path_of(index: int, *, hashes: Sequence[bytes]) -> list[tuple[str, bytes]]:
    if len(hashes) == 1:
        return []
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    if index < k:
        return [*path_of(index, hashes=hashes[:k]), ("right", root_of(hashes[k:]))]
    return [*path_of(index - k, hashes=hashes[k:]), ("left", root_of(hashes[:k]))]


def hash_of(content: str) -> bytes:
    return sha256(b"\x00" + content.encode()).digest()


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key that is the same in every run."""

    seed: int = 1

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)

    @property
    def public(self) -> str:
        return base64.b64encode(self.private.public_key().public_bytes_raw()).decode()

    @property
    def key_id(self) -> str:
        return sha256(base64.b64decode(self.public)).hexdigest()[:16]

    def sign(self, signed: dict[str, Any]) -> dict[str, str]:
        signature = base64.b64encode(self.private.sign(jcs(signed).encode())).decode()
        return {"key_id": self.key_id, "signature": signature}

    def line(self, **changes: str) -> dict[str, Any]:
        written = {
            "key_id": self.key_id,
            "public_key": self.public,
            "purpose": "ledger",
            "valid_from": stamp(-3600),
        }
        return written | changes


OWNER = Signer(1)
STRANGER = Signer(2)


def leaf(number: int, *, at: float | None = None, **changes: object) -> str:
    content = {
        "v": 1,
        "type": "decision.taken" if number % 5 == 3 else "notice.received",
        "id": f"0190-{number:06}",
        "at": stamp(number if at is None else at),
        "service": "main",
        "projection": {
            "category": "STATEMENT_CATEGORY_OTHER",
            "items": number % 3,
            "language": "de",
        },
        "body_commitment": sha256(b"body %d" % number).hexdigest(),
    }
    return jcs(content | changes)


def receipt_for(
    content: str, *, received: float, signer: Signer, promise_seconds: float = 60, **changes: object
) -> dict[str, Any]:
    promise = {
        "log_id": LOG_ID,
        "leaf_hash": hash_of(content).hex(),
        "received_at": stamp(received),
        "include_by": stamp(received + promise_seconds),
    } | changes
    return promise | signer.sign({"v": 1} | promise)


def batch_receipts(
    contents: Sequence[str], *, received: float, signer: Signer
) -> list[dict[str, Any]]:
    promises = [
        {
            "log_id": LOG_ID,
            "leaf_hash": hash_of(content).hex(),
            "received_at": stamp(received),
            "include_by": stamp(received + 60),
        }
        for content in contents
    ]
    hashes = [hash_of(jcs({"v": 1} | promise)) for promise in promises]
    signed = signer.sign({"v": 1, "log_id": LOG_ID, "batch_root": root_of(hashes).hex()})
    paths = [
        [{"side": side, "hash": sibling.hex()} for side, sibling in path_of(index, hashes=hashes)]
        for index in range(len(hashes))
    ]
    return [
        promise | signed | {"batch_path": path}
        for promise, path in zip(promises, paths, strict=True)
    ]


@dataclass
class Export:
    """An export whose parts can be changed before it is written."""

    leaves: list[str] = field(default_factory=list)
    receipts: list[dict[str, Any] | None] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)

    def head(self, size: int, *, at: float, signer: Signer, **changes: object) -> dict[str, Any]:
        root = root_of([hash_of(each) for each in self.leaves[:size]]).hex()
        named = {"v": 1, "log_id": LOG_ID, "size": size, "root": root, "at": stamp(at)} | changes
        return named | signer.sign(named)

    def lines(self) -> list[Line]:
        counts = {
            "leaves": len(self.leaves),
            "heads": len(self.heads),
            "receipts": sum(each is not None for each in self.receipts),
        }
        log = {
            "v": 1,
            "log_id": LOG_ID,
            "size": len(self.leaves),
            "exported_at": stamp(86_400),
            "format": "tutela-ledger-export",
        }
        body: list[Line] = []
        for content, receipt in zip(self.leaves, self.receipts, strict=True):
            body.append(("leaf", content))
            if receipt is not None:
                body.append(("receipt", receipt))
        return [
            ("log", log),
            *(("key", each) for each in self.keys),
            *body,
            *(("head", each) for each in self.heads),
            ("end", counts),
        ]

    def written(self) -> bytes:
        return written(self.lines())


def written(lines: Sequence[Line]) -> bytes:
    texts = (f"{kind}\t{part if isinstance(part, str) else jcs(part)}\n" for kind, part in lines)
    return "".join(texts).encode()


def valid_export(size: int = 12, *, every: int = 4, signer: Signer | None = None) -> Export:
    """Leaves a second apart, receipts for all but each fourth, a head every so many leaves."""
    signer = signer or Signer()
    export = Export(keys=[signer.line()])
    for number in range(size):
        content = leaf(number)
        export.leaves.append(content)
        has_receipt = number % 4 != 3
        receipt = receipt_for(content, received=number, signer=signer) if has_receipt else None
        export.receipts.append(receipt)
    sizes = [*range(every, size, every), size]
    export.heads = [export.head(each, at=each + 1, signer=signer) for each in sizes]
    return export


def with_batches(export: Export, *, batch: int, signer: Signer) -> Export:
    """The export with receipts whose one signature covers ``batch`` leaves."""
    receipts: list[dict[str, Any] | None] = []
    for start in range(0, len(export.leaves), batch):
        part = export.leaves[start : start + batch]
        receipts += batch_receipts(part, received=start, signer=signer)
    export.receipts = receipts
    return export


def resigned(
    export: Export, *, from_index: int, signer: Signer, late: Callable[[int], float]
) -> None:
    """What an owner with the keys can do: every receipt and head from there on written anew."""
    for index in range(from_index, len(export.leaves)):
        if export.receipts[index] is not None:
            export.receipts[index] = receipt_for(
                export.leaves[index], received=late(index), signer=signer
            )
    export.heads = [
        each
        if each["size"] <= from_index
        else export.head(each["size"], at=each["size"] + 1, signer=signer)
        for each in export.heads
    ]


def fault_of(verdict: Verdict) -> Fault:
    assert not verdict.ok
    assert verdict.first_fault is not None
    return verdict.first_fault
