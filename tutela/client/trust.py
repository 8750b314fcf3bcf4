"""Whose signatures a client believes: the log's key as the caller gave it, or as first seen."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

import tutela_verify
from tutela.client.answers import LogKey, Receipt
from tutela_verify.formats import key_of, read_key, read_receipt
from tutela_verify.trust import Keyring, signed_at

#: No receipt may promise a place later than this after it was received.
PROMISE_MAX: Final = timedelta(seconds=60)
#: What `LogTrust` raises for keys that contradict what is believed, or are none.
KEY_FAULTS: Final = (tutela_verify.Refuted, tutela_verify.Malformed)


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
        self._keyring = Keyring(given)
        self._changing = threading.Lock()

    @property
    def keys(self) -> list[str]:
        """The base64 keys that are believed."""
        return list(self._keys.values())

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def public_keys(self, at: str) -> list[bytes]:
        """The raw keys that are believed of what was signed at an instant (RFC 3339, UTC)."""
        return self._keyring.public_keys(at)

    def learn(self, listed: Sequence[LogKey]) -> None:
        """Believes every key that one believed before has introduced.

        Where none was known, the first of the list is taken at its word. Raises Refuted for a false
        introduction, Malformed where a key is none; nothing is believed then.
        """
        with self._changing:
            keyring = Keyring(self.keys)
            for number, each in enumerate(listed, start=1):
                keyring.learn(read_key({**plain(each), "purpose": "ledger"}), line=number)
            followed = {key.key_id for key, _ in keyring.introduced()}
            if not self._keys and listed:
                followed.add(listed[0].key_id)
            found = {each.key_id: each.public_key for each in listed if each.key_id in followed}
            if found.keys() - self._keys.keys() and self._store:
                self._store.save(list({**self._keys, **found}.values()))
            self._keys, self._keyring = {**self._keys, **found}, keyring

    def receipt_fault(self, receipt: Receipt) -> str:
        """Why the receipt proves nothing; empty where it does.

        A believed key signed its RFC 8785 form, in its time; the promise is within PROMISE_MAX.
        """
        told = {name: value for name, value in plain(receipt).items() if name != "code"}
        try:
            self._keyring.require_signature(read_receipt(told), where=signed_at("the receipt"))
        except KEY_FAULTS as error:
            return f"{error}"
        received, promised = map(datetime.fromisoformat, (receipt.received_at, receipt.include_by))
        if not timedelta() < promised - received <= PROMISE_MAX:
            return f"it promises a place by {receipt.include_by}, not within a minute"
        return ""


def plain(value: msgspec.Struct) -> dict[str, Any]:
    """The JSON object of an answer, as the verifier reads it."""
    told: dict[str, Any] = msgspec.to_builtins(value)
    return told
