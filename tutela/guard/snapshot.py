"""What the guard knows, as it is published: one version for every surface and every process."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from tutela.detection.terms.term import TermKind
from tutela.errors import TutelaError
from tutela.guard.asking import ItemKind, Surface, Verdict

FORMAT: Final = 1


class SnapshotUnreadable(TutelaError):
    """A snapshot is cut off, of another format, or says what can't be."""

    code = "snapshot_unreadable"
    title = "The guard's snapshot can't be read"
    status = 503


class Mode(StrEnum):
    """Whether a surface shows anything."""

    #: As the entries say.
    NORMAL = "normal"
    #: Nothing is shown, whatever it is: the emergency switch.
    SHUT = "shut"


class Text(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A listed text or tag; each is looked for in texts and in tags alike."""

    value: str
    form: TermKind
    verdict: Verdict
    #: BCP 47; empty: in every language.
    languages: tuple[str, ...] = ()
    #: Empty: on every surface.
    surfaces: tuple[Surface, ...] = ()


class Named(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A confirmed account or content, by the platform's id."""

    kind: ItemKind
    id: str
    verdict: Verdict
    #: Of an account: the confirmed network whose members are kept apart. With the verdict `allow`
    #: the account is shown to everybody else.
    network: str | None = None
    #: Empty: on every surface.
    surfaces: tuple[Surface, ...] = ()


class Switches(msgspec.Struct, frozen=True):
    """What holds for whole surfaces."""

    modes: dict[Surface, Mode] = {}
    #: The surfaces that stay shut where nothing is known; the others show everything then.
    fail_closed: tuple[Surface, ...] = ()
    #: From this age on answers are `degraded`.
    age_seconds_max: float = 300.0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One version of what a service's guard knows: kept in memory, never logged, never shown."""

    tenant: str
    service: str
    version: int
    published_at: datetime
    texts: tuple[Text, ...] = ()
    named: tuple[Named, ...] = ()
    switches: Switches = Switches()
    #: Texts that stand for this version and the ones before it: what is asked by probes.
    canaries: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Snapshot {self.tenant}/{self.service} {self.version}>"


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot in parts, so that what did not change is not built again."""

    format: int
    tenant: str
    service: str
    version: int
    published_at: datetime
    #: Each a msgpack document.
    texts: bytes
    named: bytes
    switches: bytes
    canaries: bytes

    @property
    def texts_digest(self) -> bytes:
        """The same where the texts are the same (SHA-256)."""
        return hashlib.sha256(self.texts + self.canaries).digest()


def pack(snapshot: Snapshot) -> bytes:
    """The snapshot as bytes, before it is sealed."""
    encode = msgspec.msgpack.encode
    packed = Packed(
        format=FORMAT,
        tenant=snapshot.tenant,
        service=snapshot.service,
        version=snapshot.version,
        published_at=snapshot.published_at,
        texts=encode(snapshot.texts),
        named=encode(snapshot.named),
        switches=encode(snapshot.switches),
        canaries=encode(snapshot.canaries),
    )
    return encode(packed)


def unpack(body: bytes) -> Snapshot:
    """What `pack` made bytes of; raises SnapshotUnreadable."""
    decode = msgspec.msgpack.decode
    try:
        packed = decode(body, type=Packed)
        if packed.format != FORMAT:
            raise SnapshotUnreadable(f"The format {packed.format} is unknown; {FORMAT} is read.")
        return Snapshot(
            tenant=packed.tenant,
            service=packed.service,
            version=packed.version,
            published_at=packed.published_at,
            texts=decode(packed.texts, type=tuple[Text, ...]),
            named=decode(packed.named, type=tuple[Named, ...]),
            switches=decode(packed.switches, type=Switches),
            canaries=decode(packed.canaries, type=tuple[str, ...]),
        )
    except msgspec.MsgspecError as cause:
        raise SnapshotUnreadable("It is cut off or is no snapshot.") from cause
