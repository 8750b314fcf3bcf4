"""Verifies what a Tutela ledger claims, offline, with nothing of Tutela's own code."""

from tutela_verify.exports import Effort, Held, verify, verify_export
from tutela_verify.forks import Comparison, compare
from tutela_verify.formats import Malformed
from tutela_verify.packs import PackVerdict, is_pack, verify_pack
from tutela_verify.proofs import verify_consistency, verify_head, verify_inclusion, verify_receipt
from tutela_verify.verdict import (
    Cosigner,
    Fault,
    FaultKind,
    FoundReceipt,
    NotAnExport,
    Refuted,
    Verdict,
)
from tutela_verify.verification import RECEIPT_SAMPLE

__all__ = [
    "RECEIPT_SAMPLE",
    "Comparison",
    "Cosigner",
    "Effort",
    "Fault",
    "FaultKind",
    "FoundReceipt",
    "Held",
    "Malformed",
    "NotAnExport",
    "PackVerdict",
    "Refuted",
    "Verdict",
    "compare",
    "is_pack",
    "verify",
    "verify_consistency",
    "verify_export",
    "verify_head",
    "verify_inclusion",
    "verify_pack",
    "verify_receipt",
]
