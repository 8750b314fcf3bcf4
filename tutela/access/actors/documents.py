"""Actor documents and key documents of ActivityPub, read for the keys that stand in them.

Sources: Security Vocabulary (`publicKey`, `owner`), FEP-521a (`assertionMethod`, `Multikey`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tutela.access.actors.errors import ActorGone, KeyElsewhere, KeyUnknown
from tutela.access.signatures import keys
from tutela.access.signatures.algorithms import PublicKey
from tutela.access.signatures.errors import KeyUnfit

Document = Mapping[str, Any]

_TOMBSTONE = "Tombstone"


@dataclass(frozen=True, slots=True)
class _Entry:
    id: object
    owner: object
    pem: object
    multibase: object


def read_document(body: bytes) -> Document:
    """The document; `KeyUnknown` where it is no JSON object, `ActorGone` for a tombstone."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise KeyUnknown("What is at keyId is not JSON.") from cause
    if not isinstance(document, dict):
        raise KeyUnknown("What is at keyId is not an actor and not a key.")
    if kind_of(document) == _TOMBSTONE:
        raise ActorGone("The actor's server says that it was deleted.")
    return document


def kind_of(document: Document) -> str:
    """The type of what the document describes, the first where it has several; else empty."""
    kinds = _listed(document.get("type"))
    return kinds[0] if kinds and isinstance(kinds[0], str) else ""


def key_in(document: Document, *, key_id: str, actor: str) -> PublicKey:
    """The key by its id; `KeyUnknown`, `KeyUnfit`, or `KeyElsewhere` where another owns it."""
    for entry in _entries(document):
        if entry.id == key_id:
            if entry.owner != actor:
                raise KeyElsewhere("The owner of the key is not the activity's actor.")
            return _material(entry)
    raise KeyUnknown("What is at keyId holds no key of that id.")


def check_named_back(document: Document, *, key_id: str, actor: str) -> None:
    """`KeyElsewhere` unless the document is the actor's own and names the key."""
    named = [document.get("publicKey"), document.get("assertionMethod")]
    ids = {_id(each) for value in named for each in _listed(value)}
    if document.get("id") != actor or key_id not in ids:
        raise KeyElsewhere("The actor's own document does not name this key.")


def _entries(document: Document) -> Iterator[_Entry]:
    holders = [document, *_listed(document.get("publicKey"))]
    holders += _listed(document.get("assertionMethod"))
    for holder in holders:
        if isinstance(holder, dict) and (
            "publicKeyPem" in holder or "publicKeyMultibase" in holder
        ):
            yield _Entry(
                holder.get("id"),
                holder.get("owner", holder.get("controller", document.get("id"))),
                holder.get("publicKeyPem"),
                holder.get("publicKeyMultibase"),
            )


def _material(entry: _Entry) -> PublicKey:
    if isinstance(entry.pem, str):
        return keys.read_pem(entry.pem)
    if isinstance(entry.multibase, str):
        return keys.read_multikey(entry.multibase)
    raise KeyUnfit("The key is not a text.")


def _id(value: object) -> object:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
