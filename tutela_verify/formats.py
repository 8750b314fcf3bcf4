"""The forms of the record, read strictly: whatever is not exactly as written down is Malformed."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tutela_verify.merkle import leaf_hash, node_hash

#: The largest integer that every reader of JSON holds exactly (RFC 7493).
LARGEST_INTEGER: Final = 2**53 - 1
#: More steps than any batch path can need.
LONGEST_BATCH_PATH: Final = 64

_PUBLIC_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_LONGEST_INTEGER_TEXT: Final = 17

_time = re.compile(r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII).fullmatch
_hash = re.compile(r"[0-9a-f]{64}").fullmatch
_key_id = re.compile(r"[0-9a-f]{16}").fullmatch
#: From the first character outside the BMP of a text to its end; group 1 is there if it was a key.
_text_outside_bmp: Final = re.compile(r'[\U00010000-\U0010ffff](?:[^"\\]++|\\.)*+"(:?)')


class Malformed(ValueError):
    """It does not have the form that the record requires; the words say what of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of the log and when it was in use."""

    key_id: str
    public: Ed25519PublicKey
    valid_from: str = ""
    valid_to: str = ""
    introduced_by: str = ""
    introduced_at: str = ""
    introduction: bytes = b""

    def introduced(self, *, old_valid_to: str) -> dict[str, object]:
        """What the key before it signed of it."""
        return {
            "v": 1,
            "purpose": "key.introduced",
            "key_id": self.key_id,
            "public_key": base64.b64encode(self.public.public_bytes_raw()).decode(),
            "valid_from": self.valid_from,
            "introduced_by": self.introduced_by,
            "introduced_at": self.introduced_at,
            "old_valid_to": old_valid_to,
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise that a leaf will be in the log by ``include_by``."""

    log_id: str
    leaf_hash: str
    received_at: str
    include_by: str
    key_id: str
    signature: bytes
    batch_path: tuple[tuple[bool, bytes], ...] | None = None

    def signed(self) -> bytes:
        """The bytes under the signature: the promise itself, or the root of its batch."""
        promise = {
            "v": 1,
            "log_id": self.log_id,
            "leaf_hash": self.leaf_hash,
            "received_at": self.received_at,
            "include_by": self.include_by,
        }
        if self.batch_path is None:
            return canonical(promise)
        computed = leaf_hash(canonical(promise))
        for is_left, sibling in self.batch_path:
            computed = (
                node_hash(sibling, right=computed)
                if is_left
                else node_hash(computed, right=sibling)
            )
        return canonical({"v": 1, "log_id": self.log_id, "batch_root": computed.hex()})


@dataclass(frozen=True, slots=True)
class Head:
    """The log's signed word that its first ``size`` leaves have this root."""

    log_id: str
    size: int
    root: str
    at: str
    key_id: str
    signature: bytes

    def signed(self) -> bytes:
        """The bytes under the signature."""
        return canonical(
            {"v": 1, "log_id": self.log_id, "size": self.size, "root": self.root, "at": self.at}
        )


def canonical(value: Mapping[str, object]) -> bytes:
    """The RFC 8785 bytes of an object of texts and integers with ASCII keys."""
    return _write(value).encode()


def read_canonical(line: bytes) -> dict[str, Any]:
    """The JSON object of a line that is its own RFC 8785 form."""
    try:
        text = line.decode()
        value, end = _scan(text, 0)
        rewritten = _write(value)
    except Malformed:
        raise
    except UnicodeDecodeError as error:
        raise Malformed("is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("is not JSON that the record allows") from error
    if end != len(text) or rewritten != text:
        raise Malformed("is not canonical JSON: a space, a key twice, or keys out of order")
    if not text.isascii() and any(each[1] for each in _text_outside_bmp.finditer(text)):
        raise Malformed("has a key outside the Basic Multilingual Plane")
    if type(value) is not dict:
        raise Malformed("is not a JSON object")
    return value


def read_key(value: Mapping[str, Any]) -> Key:
    """A ``key`` line."""
    require_fields(value, required=_KEY_FIELDS, optional=_INTRODUCED_FIELDS | _KEY_END)
    if value["purpose"] != "ledger":
        raise Malformed("is for a purpose other than the ledger")
    key = key_of(read_text(value, name="public_key"))
    if value["key_id"] != key.key_id:
        raise Malformed("has an id that is not that of its public key")
    valid_to = read_time(value, name="valid_to") if "valid_to" in value else ""
    read = replace(key, valid_from=read_time(value, name="valid_from"), valid_to=valid_to)
    if _INTRODUCED_FIELDS.isdisjoint(value):
        return read
    require_fields(value, required=_KEY_FIELDS | _INTRODUCED_FIELDS, optional=_KEY_END)
    return replace(
        read,
        introduced_by=read_key_id({"key_id": value["introduced_by"]}),
        introduced_at=read_time(value, name="introduced_at"),
        introduction=read_base64(
            value["introduction"], length=_SIGNATURE_BYTES, name="introduction"
        ),
    )


def key_of(public_key: str | bytes) -> Key:
    """The key of 32 raw bytes or their base64."""
    raw = public_key
    if isinstance(raw, str):
        raw = read_base64(raw, length=_PUBLIC_KEY_BYTES, name="public_key")
    if len(raw) != _PUBLIC_KEY_BYTES:
        raise Malformed("has a public_key that is not 32 bytes long")
    return Key(sha256(raw).hexdigest()[:16], Ed25519PublicKey.from_public_bytes(raw))


def read_receipt(value: Mapping[str, Any]) -> Receipt:
    """A ``receipt`` line, or a notifier's receipt without its code."""
    require_fields(value, required=_RECEIPT_FIELDS, optional=frozenset({"batch_path"}))
    return Receipt(
        log_id=read_text(value, name="log_id"),
        leaf_hash=read_hash(value, name="leaf_hash"),
        received_at=read_time(value, name="received_at"),
        include_by=read_time(value, name="include_by"),
        key_id=read_key_id(value),
        signature=read_base64(value["signature"], length=_SIGNATURE_BYTES, name="signature"),
        batch_path=_read_batch_path(value["batch_path"]) if "batch_path" in value else None,
    )


def read_head(value: Mapping[str, Any]) -> Head:
    """A ``head`` line, or a head held elsewhere."""
    if not isinstance(value, Mapping):
        raise Malformed("is not a JSON object")
    require_fields(value, required=_HEAD_FIELDS)
    require_version(value)
    return Head(
        log_id=read_text(value, name="log_id"),
        size=read_count(value, name="size"),
        root=read_hash(value, name="root"),
        at=read_time(value, name="at"),
        key_id=read_key_id(value),
        signature=read_base64(value["signature"], length=_SIGNATURE_BYTES, name="signature"),
    )


def read_held_head(value: Mapping[str, Any]) -> Head:
    """A head that somebody else keeps, with its checkpoint or without."""
    if not isinstance(value, Mapping):
        raise Malformed("is not a JSON object")
    return read_head({name: part for name, part in value.items() if name != "checkpoint"})


def check_leaf(value: Mapping[str, Any]) -> None:
    """Malformed unless the object has exactly the fields of a leaf, each of its type."""
    require_fields(value, required=_LEAF_FIELDS)
    require_version(value)
    for name in ("type", "id", "service"):
        read_text(value, name=name)
    read_time(value, name="at")
    read_hash(value, name="body_commitment")
    if type(value["projection"]) is not dict:
        raise Malformed("has a projection that is not an object")


def is_signed(signed: bytes, *, signature: bytes, key: Key) -> bool:
    """Whether the key signed these bytes."""
    try:
        key.public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def require_version(value: Mapping[str, Any]) -> None:
    """Malformed unless ``v`` is 1."""
    if type(value["v"]) is not int or value["v"] != 1:
        raise Malformed("has a version other than 1")


def read_text(value: Mapping[str, Any], *, name: str) -> str:
    """A text that is not empty."""
    text = value[name]
    if type(text) is not str or not text:
        raise Malformed(f"has a {name} that is not a text")
    return text


def read_time(value: Mapping[str, Any], *, name: str) -> str:
    """An instant in UTC with microseconds; such texts sort as the instants do."""
    text = value[name]
    try:
        is_time = type(text) is str and _time(text) and datetime.fromisoformat(text) is not None
    except ValueError:
        is_time = False
    if not is_time:
        raise Malformed(f"has a {name} that is not a UTC time with microseconds")
    return str(text)


def read_hash(value: Mapping[str, Any], *, name: str) -> str:
    """A SHA-256 in lower-case hex."""
    text = value[name]
    if type(text) is not str or not _hash(text):
        raise Malformed(f"has a {name} that is not a SHA-256 in lower-case hex")
    return text


def read_count(value: Mapping[str, Any], *, name: str) -> int:
    """An integer of 0 or more."""
    count = value[name]
    if type(count) is not int or count < 0:
        raise Malformed(f"has a {name} that is not a count")
    return count


def read_key_id(value: Mapping[str, Any]) -> str:
    """The first 16 hex digits of the SHA-256 of a public key."""
    text = value["key_id"]
    if type(text) is not str or not _key_id(text):
        raise Malformed("has a key_id that is not 16 hex digits")
    return text


def read_base64(text: object, *, length: int, name: str) -> bytes:
    """The bytes of padded standard base64, of one spelling only."""
    try:
        raw = base64.b64decode(text, validate=True) if type(text) is str else b""
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != length or base64.b64encode(raw).decode() != text:
        raise Malformed(f"has a {name} that is not {length} bytes in base64")
    return raw


def require_fields(
    value: Mapping[str, Any], *, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> None:
    """Malformed unless the object has the required fields, and no others but optional ones."""
    if value.keys() == required:
        return
    if lacking := required - value.keys():
        raise Malformed(f"lacks {min(lacking)}")
    if unknown := value.keys() - required - optional:
        raise Malformed(f"has the unknown field {min(unknown)[:40]!r}")


def _read_batch_path(steps: object) -> tuple[tuple[bool, bytes], ...]:
    if type(steps) is not list or len(steps) > LONGEST_BATCH_PATH:
        raise Malformed("has a batch_path that is not a short list")
    return tuple(_read_batch_step(step) for step in steps)


def _read_batch_step(step: object) -> tuple[bool, bytes]:
    if type(step) is not dict or step.keys() != {"side", "hash"}:
        raise Malformed("has a batch_path with a step that is not {side, hash}")
    if step["side"] not in ("left", "right"):
        raise Malformed("has a batch_path with a side that is neither left nor right")
    return step["side"] == "left", bytes.fromhex(read_hash(step, name="hash"))


def _refuse_number(text: str) -> NoReturn:
    raise Malformed(f"has the number {text[:40]}, which is not an integer")


def _read_integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER_TEXT or abs(number := int(text)) > LARGEST_INTEGER:
        raise Malformed(f"has the integer {text[:40]}, beyond 2^53 - 1")
    return number


_LEAF_FIELDS: Final = frozenset(
    {"v", "type", "id", "at", "service", "projection", "body_commitment"}
)
_KEY_END: Final = frozenset({"valid_to"})
_INTRODUCED_FIELDS: Final = frozenset({"introduced_by", "introduced_at", "introduction"})
_KEY_FIELDS: Final = frozenset({"key_id", "public_key", "purpose", "valid_from"})
_HEAD_FIELDS: Final = frozenset({"v", "log_id", "size", "root", "at", "key_id", "signature"})
_RECEIPT_FIELDS: Final = frozenset(
    {"log_id", "leaf_hash", "received_at", "include_by", "key_id", "signature"}
)

_scan: Final = json.JSONDecoder(
    parse_float=_refuse_number, parse_int=_read_integer, parse_constant=_refuse_number
).raw_decode
_write: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode
