"""What a witness remembers, in one folder: its key, the logs it knows, what it was shown twice."""

import base64
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tutela.errors import TutelaError
from tutela.ledger import notes
from tutela.ledger.notes import COSIGNATURE, MalformedNote, Verifier

#: Forks of one log that are kept; one is proof enough.
EVIDENCE_MAX: Final = 100

_KEY_FILE = "witness.key"
_LOCK_FILE = "lock"
_Kept = TypeVar("_Kept")


class StateUnusable(TutelaError):
    """The folder of the witness can't be read or written, or holds no witness."""

    code = "witness_state_unusable"
    title = "The folder of the witness can't be used"


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """A key of a log; times in seconds since 1970, None where it has no such end."""

    key: str
    valid_from: int | None = None
    valid_to: int | None = None


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A log, its keys, and the last checkpoint of it that was cosigned; size 0 before the first."""

    origin: str
    keys: list[Trusted]
    size: int = 0
    root: str = ""
    checkpoint: str = ""
    cosigned_at: int = 0


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """Two checkpoints of one size and different roots, both signed by the log."""

    origin: str
    size: int
    held: str
    shown: str
    seen_at: int


class _Identity(msgspec.Struct, frozen=True):
    name: str
    seed: str


class State:
    """The folder of one witness. All but `create` and `verifier` is done under `lock`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        identity = _read(folder / _KEY_FILE, kind=_Identity)
        if identity is None:
            raise StateUnusable(f"{folder} holds no witness; `tutela witness init` makes one.")
        self._private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(identity.seed))
        public_key = self._private.public_key().public_bytes_raw()
        self.verifier = Verifier(identity.name, public_key, COSIGNATURE)

    @classmethod
    def create(cls, folder: Path, *, name: str, seed: bytes) -> "State":
        """A new witness of this name; `StateUnusable` where there is one or the name is none."""
        try:
            notes.checked_name(name)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if (folder / _KEY_FILE).exists():
                raise StateUnusable(f"{folder} holds a witness already; its key stays.")
            (folder / "logs").mkdir(exist_ok=True)
            (folder / "forks").mkdir(exist_ok=True)
            _write(folder / _KEY_FILE, value=_Identity(name, base64.b64encode(seed).decode()))
        except MalformedNote as error:
            raise StateUnusable(f"{name!r}: {error}.") from error
        except OSError as error:
            raise StateUnusable(f"{folder}: {error.strerror}.") from error
        return cls(folder)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """The folder is this process's and this thread's alone; others wait."""
        try:
            with (self._folder / _LOCK_FILE).open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise StateUnusable(f"{self._folder}: {error.strerror}.") from error

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of the witness."""
        return self._private.sign(message)

    def watched(self, origin: str) -> Watched | None:
        """What is known of a log; None where it is not one to be witnessed."""
        return self.watched_by_digest(digest(origin))

    def watched_by_digest(self, named: str) -> Watched | None:
        """As `watched`, by the hex SHA-256 of the origin."""
        return _read(self._folder / "logs" / f"{named}.json", kind=Watched)

    def all_watched(self) -> list[Watched]:
        """Every log of this witness, by origin."""
        found = [_read(path, kind=Watched) for path in (self._folder / "logs").glob("*.json")]
        return sorted((each for each in found if each is not None), key=lambda each: each.origin)

    def remember(self, watched: Watched) -> None:
        """On disk, and there after a crash, when this returns."""
        _write(self._folder / "logs" / f"{digest(watched.origin)}.json", value=watched)

    def keep(self, fork: Fork) -> None:
        """The proof of a fork, once for each root that was shown."""
        named = digest(fork.shown.partition("\n\n")[0])[:16]
        path = self._folder / "forks" / f"{digest(fork.origin)}-{fork.size}-{named}.json"
        kept = len(list(path.parent.glob(f"{digest(fork.origin)}-*.json")))
        if kept < EVIDENCE_MAX and not path.exists():
            _write(path, value=fork)

    def forks(self, named: str = "") -> list[Fork]:
        """The proofs of forks, the oldest first; of one log where its digest is named."""
        found = [_read(path, kind=Fork) for path in (self._folder / "forks").glob(f"{named}*.json")]
        return sorted((each for each in found if each is not None), key=lambda each: each.seen_at)


def digest(origin: str) -> str:
    """By which a log is named in paths: hex SHA-256 of its origin."""
    return hashlib.sha256(origin.encode()).hexdigest()


def is_digest(text: str) -> bool:
    """Whether the text can be a `digest`."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def _read(path: Path, *, kind: type[_Kept]) -> _Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise StateUnusable(f"{path} can't be read.") from error


def _write(path: Path, *, value: object) -> None:
    draft = path.with_name(f".{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
