"""Checkpoints and cosignatures of an export: who holds its heads, by the keys given."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from tutela_verify import formats, notes
from tutela_verify.formats import Head, Malformed
from tutela_verify.notes import NoteKey, SignatureLine, SignedCheckpoint
from tutela_verify.trust import CLOCK_TOLERANCE, Keyring, shifted
from tutela_verify.verdict import Cosigner, Fault, FaultKind, Refuted

#: Cosigners that nobody vouches for are counted by name up to so many.
MOST_STRANGERS: Final = 100
#: How far before its head a cosignature may be dated: two clocks, each off by what is allowed.
_TOLERANCE: Final[timedelta] = 2 * CLOCK_TOLERANCE


class Cosigners:
    """Who cosigned which head, looked up while the export goes by."""

    def __init__(self, keys: Sequence[NoteKey]) -> None:
        self._keys = {(key.name, key.hash): key for key in keys}
        self._found: dict[tuple[str, bytes], Cosigner] = {}
        self._checkpoint: SignedCheckpoint | None = None
        self.checkpoints = 0
        self.cosignatures = 0

    @property
    def given(self) -> int:
        """How many witnesses were given."""
        return len(self._keys)

    def found(self) -> list[Cosigner]:
        """Every cosigner that is vouched for, then those who are not."""
        return sorted(self._found.values(), key=lambda each: (not each.vouched, each.name))

    def take_checkpoint(
        self, value: Mapping[str, Any], *, head: Head, keyring: Keyring, line: int
    ) -> None:
        """A ``checkpoint`` line behind its head; Refuted unless it says and signs the same."""
        formats.require_fields(value, required=frozenset({"note"}))
        checkpoint = notes.read_checkpoint(value["note"])
        name = f"the checkpoint of size {checkpoint.size}"
        if checkpoint.origin != origin(head.log_id):
            raise _refuted(FaultKind.FOREIGN_LOG, words=f"{name} is of another log", line=line)
        if (checkpoint.size, checkpoint.root.hex()) != (head.size, head.root):
            words = f"{name} has another size or root than the head of size {head.size}"
            raise _refuted(FaultKind.WRONG_ROOT, words=words, line=line)
        keys = [NoteKey(checkpoint.origin, raw) for raw in keyring.public_keys(head.at)]
        try:
            is_signed = bool(notes.signers(checkpoint, keys=keys))
        except Malformed as error:
            raise _refuted(FaultKind.BAD_SIGNATURE, words=f"{name} {error}", line=line) from error
        if not is_signed:
            words = f"{name} is signed by no key that is trusted for its time"
            raise _refuted(FaultKind.FOREIGN_KEY, words=words, line=line)
        self._checkpoint = checkpoint
        self.checkpoints += 1

    def take_cosignature(self, value: Mapping[str, Any], *, head: Head, line: int) -> None:
        """A ``cosignature`` line behind its checkpoint; Refuted where a given key did not sign."""
        formats.require_fields(value, required=frozenset({"line"}))
        signature, checkpoint = notes.read_line(value["line"]), self._checkpoint
        if checkpoint is None:
            raise Malformed("stands behind no checkpoint")
        at = notes.claimed_at(signature)
        key = self._keys.get((signature.name, signature.key_hash))
        if key is not None:
            name = f"the cosignature of {key.name} for size {head.size}"
            if notes.cosigned_at(checkpoint.text, line=signature, key=key) is None:
                words = f"{name}: its signature does not verify"
                raise _refuted(FaultKind.BAD_SIGNATURE, words=words, line=line)
            if at < shifted(head.at, by=-_TOLERANCE):
                words = f"{name} is dated {at}, before the head it is over, {head.at}"
                raise _refuted(FaultKind.MISDATED, words=words, line=line)
        self._count(signature, at=at, size=head.size, vouched=key is not None)
        self.cosignatures += 1

    def _count(self, signature: SignatureLine, *, at: str, size: int, vouched: bool) -> None:
        named = (signature.name, signature.key_hash)
        known = self._found.get(named)
        if known is None and not vouched and len(self._found) >= MOST_STRANGERS + self.given:
            return
        count = 1 + (known.cosignatures if known else 0)
        self._found[named] = Cosigner(
            name=signature.name, vouched=vouched, size=size, at=at, cosignatures=count
        )


def origin(log_id: str) -> str:
    """By which name the checkpoints of a log begin."""
    return f"tutela/{log_id}"


def _refuted(kind: FaultKind, *, words: str, line: int) -> Refuted:
    return Refuted(Fault(kind=kind, words=words, line=line))
