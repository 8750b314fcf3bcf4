"""A snapshot as it is published: signed by the house, sealed, and its key wrapped for one token.

Manifest: JSON, signed by the ledger's key (Ed25519) over its RFC 8785 form. Body: AES-GCM of zlib
of `pack`, under a key of its own. Document, as it is downloaded: both, and that key under another
that follows from the token and the manifest (HKDF-SHA-256), so that only its holder reads it.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tutela.domain import canonical
from tutela.errors import TutelaError
from tutela.guard.snapshot import Snapshot, SnapshotUnreadable, pack, unpack

FORMAT: Final = 1
#: What a signature is for: none of a receipt or of a head passes as one.
PURPOSE: Final = "guard.snapshot"
KEY_BYTES: Final = 32

#: A key seals one body, and a token's wraps one key: no nonce comes twice.
_ONE_USE_NONCE: Final = bytes(12)
_WRAPPING: Final = b"tutela guard snapshot key v1"
_COMPRESSION: Final = 6


class SnapshotForeign(TutelaError):
    """No key that is believed signed the snapshot."""

    code = "snapshot_foreign"
    title = "The guard's snapshot is signed by another key"
    status = 503


class SnapshotOlder(TutelaError):
    """The snapshot is older than the one that is loaded, by its number and by its time."""

    code = "snapshot_older"
    title = "The guard's snapshot is older than the one that is loaded"
    status = 503


class SnapshotMisplaced(TutelaError):
    """The snapshot is of another service, or was handed to another token."""

    code = "snapshot_misplaced"
    title = "The guard's snapshot is another service's"
    status = 503


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What anybody may know of a published snapshot, under the signature of the house."""

    format: int
    tenant: str
    service: str
    version: int
    #: RFC 3339, in UTC.
    published_at: str
    #: Of the ledger's key that signed.
    key_id: str
    #: SHA-256 of the sealed body, in hex.
    body_digest: str
    #: Ed25519, base64.
    signature: str = ""

    def statement(self) -> bytes:
        """The bytes under the signature: the RFC 8785 form of the other fields and the purpose."""
        fields = msgspec.structs.asdict(self)
        del fields["signature"]
        return canonical.encode({**fields, "purpose": PURPOSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A snapshot as the house keeps it: `key` opens `body` and lies sealed at rest."""

    #: JSON, as it is signed and told.
    manifest: bytes
    body: bytes = field(repr=False)
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A snapshot that is whole, newer, of this service, and signed by a key that is believed."""

    manifest: Manifest
    snapshot: Snapshot


class Signer(Protocol):
    """One signing key of the ledger: `KeySet.signing[0]`."""

    key_id: str

    def sign(self, message: bytes) -> bytes: ...


#: The raw public keys that are believed of what a manifest says.
Believed = Callable[[Manifest], Iterable[bytes]]


class _Document(msgspec.Struct, frozen=True, array_like=True):
    manifest: bytes
    wrapped_key: bytes
    body: bytes


def publish(snapshot: Snapshot, *, signer: Signer, chance: Callable[[int], bytes]) -> Published:
    """The snapshot sealed under a fresh key, and signed."""
    key = chance(KEY_BYTES)
    about = _about(snapshot.tenant, service=snapshot.service, version=snapshot.version)
    body = AESGCM(key).encrypt(_ONE_USE_NONCE, zlib.compress(pack(snapshot), _COMPRESSION), about)
    manifest = Manifest(
        format=FORMAT,
        tenant=snapshot.tenant,
        service=snapshot.service,
        version=snapshot.version,
        published_at=canonical.timestamp(snapshot.published_at),
        key_id=signer.key_id,
        body_digest=hashlib.sha256(body).hexdigest(),
    )
    signature = base64.b64encode(signer.sign(manifest.statement())).decode()
    signed = msgspec.structs.replace(manifest, signature=signature)
    return Published(manifest=msgspec.json.encode(signed), body=body, key=key)


def hand_over(published: Published, *, token: str) -> bytes:
    """The document that the holder of the token, and nobody else, can open."""
    wrapping = AESGCM(_wrapping_key(token, manifest=published.manifest))
    wrapped = wrapping.encrypt(_ONE_USE_NONCE, published.key, None)
    return msgspec.msgpack.encode(_Document(published.manifest, wrapped, published.body))


def open_document(
    document: bytes, *, token: str, believed: Believed, loaded: Manifest | None = None
) -> Opened:
    """What `hand_over` made a document of.

    Raises SnapshotUnreadable, SnapshotForeign, SnapshotMisplaced, SnapshotOlder. Nothing is
    decrypted before its signature and its digest are found right.
    """
    try:
        parts = msgspec.msgpack.decode(document, type=_Document)
    except msgspec.MsgspecError as cause:
        raise SnapshotUnreadable("It is cut off or is no snapshot.") from cause
    manifest = read_manifest(parts.manifest)
    refuse_unsigned(manifest, keys=believed(manifest))
    _refuse_unless_newer(manifest, loaded=loaded)
    try:
        wrapping = AESGCM(_wrapping_key(token, manifest=parts.manifest))
        key = wrapping.decrypt(_ONE_USE_NONCE, parts.wrapped_key, None)
    except InvalidTag as cause:
        raise SnapshotMisplaced("It was handed to another token.") from cause
    return Opened(manifest, _unseal(manifest, body=parts.body, key=key))


def open_published(published: Published) -> Opened:
    """The snapshot out of what the house itself keeps; raises SnapshotUnreadable."""
    manifest = read_manifest(published.manifest)
    return Opened(manifest, _unseal(manifest, body=published.body, key=published.key))


def manifest_of(document: bytes) -> Manifest:
    """The manifest in a document, believed or not; raises SnapshotUnreadable."""
    try:
        return read_manifest(msgspec.msgpack.decode(document, type=_Document).manifest)
    except msgspec.MsgspecError as cause:
        raise SnapshotUnreadable("It is cut off or is no snapshot.") from cause


def read_manifest(raw: bytes) -> Manifest:
    """A manifest; raises SnapshotUnreadable."""
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as cause:
        raise SnapshotUnreadable("Its manifest is cut off or is none.") from cause
    if manifest.format != FORMAT:
        raise SnapshotUnreadable(f"The format {manifest.format} is unknown; {FORMAT} is read.")
    return manifest


def refuse_unsigned(manifest: Manifest, *, keys: Iterable[bytes]) -> None:
    """Raises SnapshotForeign unless one of the raw public keys signed the manifest."""
    try:
        signature = base64.b64decode(manifest.signature, validate=True)
        statement = manifest.statement()
    except ValueError as cause:
        raise SnapshotForeign("Its signature is none.") from cause
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, statement)
        except InvalidSignature:
            continue
        return
    raise SnapshotForeign(f"It says to be signed by {manifest.key_id}, which is not believed.")


def _refuse_unless_newer(manifest: Manifest, *, loaded: Manifest | None) -> None:
    if loaded is None:
        return
    if (manifest.tenant, manifest.service) != (loaded.tenant, loaded.service):
        raise SnapshotMisplaced(
            f"It is of {manifest.tenant}/{manifest.service}, not {loaded.tenant}/{loaded.service}."
        )
    if (manifest.version, manifest.body_digest) == (loaded.version, loaded.body_digest):
        return
    # A house that was restored from a backup counts anew; its time goes on.
    if manifest.version <= loaded.version and manifest.published_at <= loaded.published_at:
        raise SnapshotOlder(
            f"It is version {manifest.version} of {manifest.published_at}; "
            f"{loaded.version} of {loaded.published_at} is loaded."
        )


def _unseal(manifest: Manifest, *, body: bytes, key: bytes) -> Snapshot:
    if hashlib.sha256(body).hexdigest() != manifest.body_digest:
        raise SnapshotUnreadable("Its body is not the one that was signed.")
    about = _about(manifest.tenant, service=manifest.service, version=manifest.version)
    try:
        snapshot = unpack(zlib.decompress(AESGCM(key).decrypt(_ONE_USE_NONCE, body, about)))
    except (InvalidTag, ValueError, zlib.error) as cause:
        raise SnapshotUnreadable("Its body does not open.") from cause
    told = (manifest.tenant, manifest.service, manifest.version, manifest.published_at)
    published_at = canonical.timestamp(snapshot.published_at)
    if told != (snapshot.tenant, snapshot.service, snapshot.version, published_at):
        raise SnapshotUnreadable("Its manifest tells of another snapshot.")
    return snapshot


def _about(tenant: str, *, service: str, version: int) -> bytes:
    return f"{PURPOSE}/{tenant}/{service}/{version}".encode()


def _wrapping_key(token: str, *, manifest: bytes) -> bytes:
    salt = hashlib.sha256(manifest).digest()
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=_WRAPPING)
    return derivation.derive(token.encode())
