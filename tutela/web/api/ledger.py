"""`GET /v1/ledger/...`: heads and proofs for anyone; no content."""

from collections.abc import Callable
from datetime import datetime

from tutela.database.pool import Pool
from tutela.errors import FieldError
from tutela.intake.reading import Unfit, read_struct
from tutela.ledger import proofs
from tutela.ledger.proofs import NotInLedger
from tutela.publishing import witnesses
from tutela.publishing.witnesses import Signed
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler

TEXT = "text/plain; charset=utf-8"
HASH_HEX_DIGITS = 64
SIZE_DIGITS_MAX = 18


def show_head(pool: Pool) -> Handler:
    """The newest signed head of the log that `log_id` names; of the only one where there is one."""

    async def handle(asked: Asked) -> Answer:
        return answer(await proofs.head(pool, log_id=asked.query.get("log_id")))

    return handle


def show_keys(pool: Pool) -> Handler:
    """200 with every public key that signed heads or receipts here."""

    async def handle(asked: Asked) -> Answer:
        del asked
        return answer(await proofs.log_keys(pool))

    return handle


def show_checkpoint(pool: Pool) -> Handler:
    """The newest head as a signed note with its cosignatures, for witnesses and their monitors."""

    async def handle(asked: Asked) -> Answer:
        note = await proofs.checkpoint(pool, log_id=asked.query.get("log_id"))
        return Answer(200, note.encode(), TEXT)

    return handle


def take_cosignatures(pool: Pool, *, clock: Callable[[], datetime]) -> Handler:
    """200 with how many cosignatures of a checkpoint by witnesses of its log were taken."""

    async def handle(asked: Asked) -> Answer:
        signed = read_struct(asked.body, kind=Signed)
        return answer(await witnesses.take(pool, signed=signed.note, now=clock()))

    return handle


def prove_inclusion(pool: Pool) -> Handler:
    """200 with the proof of a leaf hash; 404 while it has no place yet, with when to come back."""

    async def handle(asked: Asked) -> Answer:
        proof = await proofs.inclusion(pool, leaf_hash=_leaf_hash(asked.path["leaf_hash"]))
        if proof is None:
            raise NotInLedger(detail="The leaf waits for its place; its receipt says until when.")
        return answer(proof)

    return handle


def prove_consistency(pool: Pool) -> Handler:
    """That the log of size `from` is the beginning of the log of size `to`."""

    async def handle(asked: Asked) -> Answer:
        return answer(
            await proofs.consistency(
                pool,
                log_id=asked.query.get("log_id"),
                old_size=_size(asked, name="from"),
                new_size=_size(asked, name="to"),
            )
        )

    return handle


def _leaf_hash(text: str) -> bytes:
    try:
        leaf_hash = bytes.fromhex(text)
    except ValueError:
        leaf_hash = b""
    if len(text) != HASH_HEX_DIGITS or len(leaf_hash) * 2 != HASH_HEX_DIGITS:
        raise NotInLedger(detail="A leaf hash has 64 hex digits.")
    return leaf_hash


def _size(asked: Asked, *, name: str) -> int:
    text = asked.query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= SIZE_DIGITS_MAX):
        raise Unfit(
            detail="Send from and to as whole numbers.",
            errors=[FieldError(f"?{name}", "a whole number of leaves, at least 0")],
        )
    return int(text)
