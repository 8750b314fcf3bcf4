"""Checkpoints and cosignatures for exports, with no code of the server."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from tests.verify.exporting import LOG_ID, START, Export, Line, Signer, written

ORIGIN = f"tutela/{LOG_ID}"


def key_hash(name: str, *, signer: Signer, algorithm: int) -> bytes:
    raw = base64.b64decode(signer.public)
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + raw).digest()[:4]


def verifier_key(name: str, *, signer: Signer, algorithm: int = 4) -> str:
    raw = bytes([algorithm]) + base64.b64decode(signer.public)
    named = key_hash(name, signer=signer, algorithm=algorithm).hex()
    return f"{name}+{named}+{base64.b64encode(raw).decode()}"


def text_of(head: Mapping[str, Any], *, origin: str = ORIGIN) -> str:
    root = base64.b64encode(bytes.fromhex(head["root"])).decode()
    return f"{origin}\n{head['size']}\n{root}\n"


def signature(name: str, *, key_hash: bytes, signed: bytes) -> str:
    return f"\u2014 {name} {base64.b64encode(key_hash + signed).decode()}"


def note_of(head: Mapping[str, Any], *, signer: Signer, origin: str = ORIGIN) -> str:
    text = text_of(head, origin=origin)
    named = key_hash(origin, signer=signer, algorithm=1)
    line = signature(origin, key_hash=named, signed=signer.private.sign(text.encode()))
    return f"{text}\n{line}\n"


def cosigned(head: Mapping[str, Any], *, name: str, signer: Signer, at: float) -> str:
    seconds = int(START.timestamp() + at)
    message = f"cosignature/v1\ntime {seconds}\n{text_of(head)}".encode()
    named = key_hash(name, signer=signer, algorithm=4)
    signed = seconds.to_bytes(8, "big") + signer.private.sign(message)
    return signature(name, key_hash=named, signed=signed)


def with_lines(export: Export, *, behind: Mapping[int, Sequence[Line]], **counts: int) -> bytes:
    """The export with more lines behind the head of each size; the end line counts them."""
    lines: list[Line] = []
    added = [kind for each in behind.values() for kind, _ in each]
    for kind, part in export.lines():
        if kind == "end" and isinstance(part, dict):
            counted = {
                "checkpoints": added.count("checkpoint"),
                "cosignatures": added.count("cosignature"),
            }
            part = part | counted | counts  # noqa: PLW2901 - the line as it is written
        lines.append((kind, part))
        if kind == "head" and isinstance(part, dict):
            lines += behind.get(part["size"], [])
    return written(lines)
