"""The decision of a witness: it cosigns what continues what it cosigned, and nothing else.

After C2SP tlog-witness, whose order of checks and whose status each refusal has.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from tutela.errors import TutelaError
from tutela.ledger import notes, tree
from tutela.ledger.notes import Checkpoint, MalformedNote, Note, Signature
from tutela.witness.state import Fork, State, Trusted, Watched

REQUEST_BYTES_MAX = 32_768
PROOF_LINES_MAX = 63

_old = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII).fullmatch


class NotCosigned(TutelaError):
    """A witness refuses a checkpoint."""


class RequestMalformed(NotCosigned):
    """The request is no old size, proof and checkpoint."""

    code = "witness_request_malformed"
    title = "The request can't be read"
    status = HTTPStatus.BAD_REQUEST


class UnknownLog(NotCosigned):
    """The witness does not watch this log."""

    code = "witness_unknown_log"
    title = "This log is not witnessed here"
    status = HTTPStatus.NOT_FOUND


class UntrustedKey(NotCosigned):
    """No key that the witness trusts signed the checkpoint."""

    code = "witness_untrusted_key"
    title = "No trusted key signed the checkpoint"
    status = HTTPStatus.FORBIDDEN


class SizeConflict(NotCosigned):
    """The old size is not the one that was cosigned last; `size` is."""

    code = "witness_size_conflict"
    title = "Another size was cosigned last"
    status = HTTPStatus.CONFLICT

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} leaves were cosigned last.")
        self.size = size


class ForkShown(NotCosigned):
    """The log signed two roots of one size: the history was split."""

    code = "witness_fork"
    title = "The log signed two histories"
    status = HTTPStatus.CONFLICT

    def __init__(self, fork: Fork) -> None:
        super().__init__(f"{fork.origin} signed two roots of size {fork.size}.")
        self.fork = fork


class ProofFails(NotCosigned):
    """The proof does not lead from what was cosigned to the checkpoint."""

    code = "witness_proof_fails"
    title = "The checkpoint does not continue what was cosigned"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Request:
    """What a log asks: cosign this, which continues the first `old_size` leaves."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def read_request(raw: bytes) -> Request:
    """The body of `add-checkpoint`; `RequestMalformed`."""
    head, gap, note = raw.partition(b"\n\n")
    if not gap or len(raw) > REQUEST_BYTES_MAX:
        raise RequestMalformed("An old size, a proof, an empty line and a checkpoint belong there.")
    try:
        first, *proof = head.decode().split("\n")
        signed = notes.read(note)
        checkpoint = notes.read_checkpoint(signed.text)
        steps = tuple(map(_read_step, proof))
    except (UnicodeDecodeError, MalformedNote) as error:
        raise RequestMalformed(f"{error}.") from error
    old = _old(first)
    if old is None or len(proof) > PROOF_LINES_MAX or int(old[1]) > checkpoint.size:
        raise RequestMalformed("The old size is not that of a beginning of the checkpoint.")
    return Request(int(old[1]), steps, signed, checkpoint)


def write_request(note: str, *, old_size: int, proof: list[bytes]) -> bytes:
    """The body of `add-checkpoint`."""
    steps = "".join(base64.b64encode(step).decode() + "\n" for step in proof)
    return f"old {old_size}\n{steps}\n{note}".encode()


def cosign(state: State, *, request: Request, clock: Callable[[], int]) -> Signature:
    """The cosignature, once it can no longer be forgotten that it was given.

    Requests wait for one another, in this process and others. Errors: `UnknownLog`,
    `UntrustedKey`, `ForkShown` (which is kept), `SizeConflict`, `ProofFails`, `StateUnusable`.
    """
    with state.lock():
        watched = state.watched(request.checkpoint.origin)
        if watched is None:
            raise UnknownLog("The origin of the checkpoint is none that is witnessed here.")
        now = max(clock(), watched.cosigned_at)
        _refuse_untrusted(request, watched=watched, now=now)
        _refuse_fork(state, request=request, watched=watched, now=now)
        _refuse_unproven(request, watched=watched)
        state.remember(_advanced(watched, request=request, now=now))
        text = request.note.text
        return notes.cosign(text, by=state.verifier, signer=state.sign, at_seconds=now)


def _refuse_untrusted(request: Request, *, watched: Watched, now: int) -> None:
    verifiers = [notes.read_verifier(each.key) for each in watched.keys if _in_use(each, now=now)]
    try:
        signer = notes.signed_by(request.note, verifiers=verifiers)
    except MalformedNote as error:
        raise UntrustedKey(f"{error}.") from error
    if signer is None:
        raise UntrustedKey("No key that is trusted for this log now signed it.")


def _in_use(trusted: Trusted, *, now: int) -> bool:
    begun = trusted.valid_from is None or trusted.valid_from <= now
    return begun and (trusted.valid_to is None or now <= trusted.valid_to)


def _refuse_fork(state: State, *, request: Request, watched: Watched, now: int) -> None:
    checkpoint = request.checkpoint
    if checkpoint.size != watched.size or not watched.checkpoint:
        return
    if checkpoint.root.hex() != watched.root:
        fork = Fork(
            origin=watched.origin,
            size=watched.size,
            held=watched.checkpoint,
            shown=str(request.note),
            seen_at=now,
        )
        state.keep(fork)
        raise ForkShown(fork)


def _refuse_unproven(request: Request, *, watched: Watched) -> None:
    if request.old_size != watched.size:
        raise SizeConflict(watched.size)
    checkpoint = request.checkpoint
    old_root = bytes.fromhex(watched.root) if watched.size else tree.EMPTY_ROOT
    holds = tree.verify_consistency(
        request.proof,
        old_size=watched.size,
        new_size=checkpoint.size,
        old_root=old_root,
        new_root=checkpoint.root,
    )
    if not holds or (checkpoint.size == 0 and checkpoint.root != tree.EMPTY_ROOT):
        raise ProofFails(
            f"The proof does not lead from {watched.size} leaves to {checkpoint.size}."
        )


def _advanced(watched: Watched, *, request: Request, now: int) -> Watched:
    return Watched(
        origin=watched.origin,
        keys=watched.keys,
        size=request.checkpoint.size,
        root=request.checkpoint.root.hex(),
        checkpoint=str(request.note),
        cosigned_at=now,
    )


def _read_step(line: str) -> bytes:
    try:
        step = base64.b64decode(line, validate=True)
    except (ValueError, binascii.Error):
        step = b""
    if len(step) != tree.HASH_BYTES or base64.b64encode(step).decode() != line:
        raise MalformedNote("a line of the proof is 32 bytes in base64")
    return step
