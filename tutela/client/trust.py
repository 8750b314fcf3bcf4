"""Whose signatures a client believes: the log's key as the caller gave it, or as first seen."""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

import tutela_verify
from tutela.client.answers import LogKey, Receipt
from tutela_verify.formats import key_of

#: No receipt may promise a place later than this after it was received.
PROMISE_MAX: Final = timedelta(seconds=60)


class KeyStore(Protocol):
    """Where the keys of the log are remembered from one run to the next."""

    def load(self) -> Sequence[str]:
        """The base64 keys that were saved; none where nothing was."""

    def save(self, keys: Sequence[str]) -> None:
        """Keeps these keys instead of those before."""


class KeyFile:
    """A file with one base64 key a line, made where there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Sequence[str]:
        """The keys in the file."""
        return self._path.read_text(encoding="ascii").split() if self._path.exists() else []

    def save(self, keys: Sequence[str]) -> None:
        """Writes the file anew."""
        self._path.write_text("".join(f"{key}\n" for key in keys), encoding="ascii")


class LogTrust:
    """The keys of the log that are believed; safe to use from several threads."""

    def __init__(self, log_key: str | KeyStore | None) -> None:
        self._store = None if isinstance(log_key, str) else log_key
        given = [log_key] if isinstance(log_key, str) else self._store.load() if self._store else []
        self._keys = {key_of(key).key_id: key for key in given}
        self._changing = threading.Lock()

    @property
    def keys(self) -> list[str]:
        """The base64 keys that are believed."""
        return list(self._keys.values())

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def learn(self, listed: Iterable[LogKey], *, key_id: str) -> None:
        """Pins the named key where none was known yet; later keys need an introduction."""
        with self._changing:
            if self._keys:
                return
            public_keys = {key_of(key.public_key).key_id: key.public_key for key in listed}
            if key_id not in public_keys:
                return
            self._keys = {key_id: public_keys[key_id]}
            if self._store:
                self._store.save(self.keys)


def receipt_fault(receipt: Receipt, *, keys: Sequence[str]) -> str:
    """Why the receipt proves nothing; empty where it does.

    A key signed its RFC 8785 form, under its own id, and it promises a place within PROMISE_MAX.
    """
    told = plain(receipt)
    key = next((key for key in keys if key_of(key).key_id == receipt.key_id), None)
    if key is None:
        return f"It is signed by key {receipt.key_id}, which is not that of the log."
    try:
        tutela_verify.verify_receipt(told, public_key=key)
    except (tutela_verify.Refuted, tutela_verify.Malformed) as error:
        return f"{error}"
    received, promised = (
        datetime.fromisoformat(told[name]) for name in ("received_at", "include_by")
    )
    if not timedelta() < promised - received <= PROMISE_MAX:
        return f"It promises a place by {receipt.include_by}, not within a minute."
    return ""


def plain(value: msgspec.Struct) -> dict[str, Any]:
    """The JSON object of an answer, as the verifier reads it."""
    told: dict[str, Any] = msgspec.to_builtins(value)
    return told
