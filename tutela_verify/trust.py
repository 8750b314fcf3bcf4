"""Whose signatures count, and whether one verifies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tutela_verify.formats import Head, Key, Receipt, canonical, is_signed, key_of
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
        self._lines: dict[str, Key] = {}
        self._successors: dict[str, str] = {}
        self._verified: set[tuple[str, bytes, bytes]] = set()

    def learn(self, key: Key, *, line: int) -> None:
        """Take a key line of the export; Refuted where nobody trusted introduced it.

        Without given keys the first is taken at its word, and every other must be introduced.
        """
        if key.key_id in self._lines:
            words = f"key {key.key_id} is listed twice"
            raise _refuted(FaultKind.MALFORMED, words=words, line=line)
        if len(self._lines) == MOST_KEYS:
            words = f"there are more than {MOST_KEYS} keys"
            raise _refuted(FaultKind.MALFORMED, words=words, line=line)
        is_first = not self._lines
        self._lines[key.key_id] = key
        if key.introduced_by:
            self._follow(key, line=line)
        elif self.from_file and not is_first:
            words = f"key {key.key_id} was introduced by no other"
            raise _refuted(FaultKind.FOREIGN_KEY, words=words, line=line)
        elif not self.from_file and key.key_id not in self._keys:
            return
        if key.key_id in self._keys or is_first or key.key_id in self._successors.values():
            valid_to = shifted(key.valid_to, by=CLOCK_TOLERANCE) if key.valid_to else ""
            valid_from = shifted(key.valid_from, by=-CLOCK_TOLERANCE)
            self._keys[key.key_id] = replace(key, valid_from=valid_from, valid_to=valid_to)

    def introduced(self) -> list[tuple[Key, dict[str, object]]]:
        """Every trusted key that another introduced, with what a leaf must say of it."""
        return [
            (self._lines[new], self._statement(self._lines[new]))
            for new in self._successors.values()
        ]

    def _follow(self, key: Key, *, line: int) -> None:
        old = self._lines.get(key.introduced_by)
        if old is None or key.introduced_by not in self._keys:
            return
        words = ""
        signed = canonical(self._statement(key))
        if not is_signed(signed, signature=key.introduction, key=old):
            words = "its introduction does not verify"
        elif key.introduced_by in self._successors:
            words = f"key {key.introduced_by} introduced another already"
        elif not old.valid_from <= key.introduced_at <= (old.valid_to or key.introduced_at):
            words = f"key {key.introduced_by} was not in use when it introduced it"
        elif key.valid_from < key.introduced_at:
            words = "it claims a time before its introduction"
        if words:
            named = f"key {key.key_id}: {words}"
            raise _refuted(FaultKind.FOREIGN_KEY, words=named, line=line)
        self._successors[key.introduced_by] = key.key_id

    def _statement(self, key: Key) -> dict[str, object]:
        return key.introduced(old_valid_to=self._lines[key.introduced_by].valid_to)

    def in_use(self) -> tuple[tuple[bytes, bytes, bytes, bytes], ...]:
        """Each trusted key as id, raw key, and the first and last instant of its time."""
        return tuple(
            (
                key.key_id.encode(),
                key.public.public_bytes_raw(),
                key.valid_from.encode(),
                key.valid_to.encode(),
            )
            for key in self._keys.values()
        )

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


def _refuted(kind: FaultKind, *, words: str, line: int) -> Refuted:
    return Refuted(Fault(kind=kind, words=words, line=line))
