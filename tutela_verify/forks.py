"""Whether two signed statements of one log prove that it has two histories."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tutela_verify import formats, notes
from tutela_verify.cosigners import origin
from tutela_verify.formats import Malformed
from tutela_verify.notes import NoteKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two statements say together; ``proven`` where the log's own signatures convict it."""

    proven: bool
    words: str
    log: str = ""
    size: int = 0
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    log: str
    size: int
    root: str


def compare(first: bytes, *, second: bytes, trusted_keys: Sequence[str]) -> Comparison:
    """Whether the two, each a head (JSON) or a checkpoint (signed note), prove a fork.

    ``trusted_keys`` are keys of the log, in base64 or as verifier keys; a statement that none of
    them signed is Malformed, as is one that is neither.
    """
    a, b = (_said(raw, keys=[_raw_key(key) for key in trusted_keys]) for raw in (first, second))
    if a.log != b.log:
        return Comparison(proven=False, words="the two are of different logs")
    if a.size != b.size:
        words = (
            f"the two are of sizes {a.size} and {b.size}: give an export that has both (FILE with"
            " --head), or a consistency proof"
        )
        return Comparison(proven=False, words=words, log=a.log)
    if a.root == b.root:
        words = f"the two say the same: {a.size} leaves, root {a.root}"
        return Comparison(proven=False, words=words, log=a.log, size=a.size)
    words = f"fork proven: {a.log} signed two roots of size {a.size}: {a.root} and {b.root}"
    return Comparison(proven=True, words=words, log=a.log, size=a.size, roots=(a.root, b.root))


def _said(raw: bytes, *, keys: Sequence[bytes]) -> _Said:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("is not UTF-8") from error
    if text.lstrip().startswith("{"):
        return _of_head(text, keys=keys)
    checkpoint = notes.read_checkpoint(text)
    named = [NoteKey(checkpoint.origin, key) for key in keys]
    if not notes.signers(checkpoint, keys=named):
        raise Malformed("is signed by none of the keys given")
    return _Said(checkpoint.origin, checkpoint.size, checkpoint.root.hex())


def _of_head(text: str, *, keys: Sequence[bytes]) -> _Said:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("is no JSON") from error
    head = formats.read_held_head(value)
    known = {key.key_id: key for key in map(formats.key_of, keys)}
    key = known.get(head.key_id)
    if key is None or not formats.is_signed(head.signed(), signature=head.signature, key=key):
        raise Malformed("is signed by none of the keys given")
    return _Said(origin(head.log_id), head.size, head.root)


def _raw_key(text: str) -> bytes:
    if notes.is_named(text):
        return notes.read_note_key(text).raw
    return formats.read_base64(text, length=32, name="public_key")
