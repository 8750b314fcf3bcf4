"""Receipts: verified on arrival, followed to their place in the log, asked about by their code."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import msgspec

import tutela_verify
from tutela.client.answers import EvidenceAdded, Inclusion, LogKeys, Receipt, Standing
from tutela.client.errors import ClientError, NotIncluded, ProofRefused, Refused
from tutela.client.retrying import answered, read
from tutela.client.steps import Core, Pause, Request, Steps
from tutela.client.trust import plain

INCLUSION_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 1.0
_UNTRUE: Final = (tutela_verify.Refuted, tutela_verify.Malformed)


class ReceiptCalls:
    """What the holder of a receipt asks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def wait_for_inclusion(
        self, receipt: Receipt, *, timeout_seconds: float = INCLUSION_SECONDS
    ) -> Steps[Inclusion]:
        """The verified proof that the promise was kept, once there is one.

        Errors: NotIncluded after the time, ProofRefused where the proof is none.
        """
        end = self._core.monotonic() + timeout_seconds
        request = Request(
            method="GET", path=f"/v1/ledger/proof/{receipt.leaf_hash}", is_public=True
        )
        while True:
            try:
                proof = read((yield from answered(request, core=self._core)), kind=Inclusion)
            except Refused as refused:
                if refused.status != HTTPStatus.NOT_FOUND:
                    raise
                if self._core.monotonic() + _POLL_SECONDS > end:
                    raise NotIncluded(
                        f"The leaf has no place after {timeout_seconds:g} s; "
                        f"the receipt promised one by {receipt.include_by}.",
                        code="not_included",
                        status=refused.status,
                    ) from refused
                yield Pause(_POLL_SECONDS)
            else:
                yield from _require_proof(proof, receipt=receipt, core=self._core)
                return proof

    def lookup(self, code: str) -> Steps[Standing]:
        """How the notice of a receipt stands; Refused `unknown_code` where no receipt has it."""
        request = Request(
            method="POST",
            path="/v1/receipts/lookup",
            body=msgspec.json.encode({"code": code}),
            is_public=True,
        )
        return read((yield from answered(request, core=self._core)), kind=Standing)

    def add_evidence(
        self, code: str, *, text: str, idempotency_key: str | None = None
    ) -> Steps[EvidenceAdded]:
        """More from the holder of a receipt; Refused `already_answered` where nothing is open."""
        key = idempotency_key or self._core.new_key()
        request = Request(
            method="POST",
            path="/v1/receipts/evidence",
            body=msgspec.json.encode({"code": code, "text": text}),
            idempotency_key=key,
            keys=(key,),
            is_public=True,
        )
        return read((yield from answered(request, core=self._core)), kind=EvidenceAdded)


def faults_of(receipts: Iterable[Receipt], *, core: Core) -> Steps[list[str]]:
    """Why each receipt proves nothing; empty texts for those that do.

    A key that is not known yet is asked for once.
    """
    listed = list(receipts)
    reason = ""
    for key_id in {receipt.key_id for receipt in listed}:
        try:
            yield from _learn(key_id, core=core)
        except (ClientError, *_UNTRUE) as error:
            reason = f"; the log's keys were asked for: {error}"
    faults = [core.trust.receipt_fault(receipt) for receipt in listed]
    return [f"{fault}{reason}" if fault else "" for fault in faults]


def _learn(key_id: str, *, core: Core) -> Steps[None]:
    if not core.trust.knows(key_id):
        request = Request(method="GET", path="/v1/ledger/keys", is_public=True)
        listed = read((yield from answered(request, core=core)), kind=LogKeys)
        core.trust.learn(listed.keys)


def _require_proof(proof: Inclusion, *, receipt: Receipt, core: Core) -> Steps[None]:
    try:
        yield from _learn(proof.head.key_id, core=core)
        tutela_verify.verify_inclusion(
            plain(proof), trusted_keys=core.trust.keys, receipt=plain(receipt)
        )
    except _UNTRUE as error:
        raise ProofRefused(f"{error}", code="proof_refused") from error
