"""Whose signatures count, and whether one verifies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tutela_verify.formats import Head, Key, Receipt, is_signed, key_of
from tutela_verify.verdict import Fault, FaultKind, Refuted

#: How far two clocks of one service may lie apart before a time counts as false.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
#: How long after its own time a leaf without a promise may be left out by a head.
LONGEST_DELAY: Final = timedelta(minutes=10)
#: No log changes its key more often than this.
MOST_KEYS: Final = 1_000

_REMEMBERED_SIGNATURES: Final = 1_024


class Keyring:
    """The trusted keys: those given, or, where none was, those of the export itself."""

    def __init__(self, trusted_keys: Sequence[str | bytes] = ()) -> None:
        given = [key_of(each) for each in trusted_keys]
        self.from_file = not given
        self._keys = {key.key_id: key for key in given}
        self._listed: set[str] = set()
        self._verified: set[tuple[str, bytes, bytes]] = set()

    def learn(self, key: Key) -> str:
        """Take a key line of the export; what is wrong with it, or nothing."""
        if key.key_id in self._listed:
            return f"key {key.key_id} is listed twice"
        if len(self._listed) == MOST_KEYS:
            return f"there are more than {MOST_KEYS} keys"
        self._listed.add(key.key_id)
        if self.from_file or key.key_id in self._keys:
            valid_to = shifted(key.valid_to, by=CLOCK_TOLERANCE) if key.valid_to else ""
            valid_from = shifted(key.valid_from, by=-CLOCK_TOLERANCE)
            self._keys[key.key_id] = replace(key, valid_from=valid_from, valid_to=valid_to)
        return ""

    def public_keys(self, at: str) -> list[bytes]:
        """The raw trusted keys that were in use at an instant."""
        return [
            key.public.public_bytes_raw()
            for key in self._keys.values()
            if key.valid_from <= at and (not key.valid_to or at <= key.valid_to)
        ]

    def require_trusted(self, signed: Receipt | Head, *, where: Fault) -> Key:
        """The key that signed it; Refuted where that key is not trusted or was not in use then.

        ``where`` says what was signed, and where it stands.
        """
        key = self._keys.get(signed.key_id)
        at = signed.at if isinstance(signed, Head) else signed.received_at
        if key is None:
            ending = "which is not trusted"
        elif at < key.valid_from or (key.valid_to and at > key.valid_to):
            ending = "which was not in use at that time"
        else:
            return key
        words = f"{where.words} is signed by key {signed.key_id}, {ending}"
        raise Refuted(replace(where, kind=FaultKind.FOREIGN_KEY, words=words))

    def require_signature(self, signed: Receipt | Head, *, where: Fault) -> None:
        """Refuted unless a trusted key signed it; one signature over a batch is computed once."""
        key = self.require_trusted(signed, where=where)
        seen = (key.key_id, signed.signature, signed.signed())
        if seen in self._verified:
            return
        if not is_signed(seen[2], signature=signed.signature, key=key):
            raise Refuted(replace(where, words=f"{where.words}: its signature does not verify"))
        if len(self._verified) >= _REMEMBERED_SIGNATURES:
            self._verified.clear()
        self._verified.add(seen)


def shifted(at: str, *, by: timedelta) -> str:
    """The instant earlier or later; itself where the calendar ends."""
    try:
        moved = datetime.fromisoformat(at) + by
    except OverflowError:
        return at
    return moved.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def signed_at(
    words: str,
    *,
    line: int | None = None,
    leaf_index: int | None = None,
    head_size: int | None = None,
) -> Fault:
    """Where something signed stands, as the fault that it is if its signature does not verify."""
    kind = FaultKind.BAD_SIGNATURE
    return Fault(kind=kind, words=words, line=line, leaf_index=leaf_index, head_size=head_size)
