"""The DSA Transparency Database: what it would answer, and how to file with it; usable alone."""

from tutela.compliance.transparency.answers import Stored
from tutela.compliance.transparency.checking import BATCH_LIMIT, check, check_batch
from tutela.compliance.transparency.client import Client
from tutela.compliance.transparency.errors import (
    AnswerUnfit,
    CallLimited,
    DatabaseUnfit,
    NotAllowed,
    PuidsTaken,
    StatementsRefused,
    TokenRefused,
    Unanswered,
)
from tutela.compliance.transparency.outcomes import Filed, Outcome, Refused, Unclear
from tutela.compliance.transparency.terms import Means, Terms

__all__ = [
    "BATCH_LIMIT",
    "AnswerUnfit",
    "CallLimited",
    "Client",
    "DatabaseUnfit",
    "Filed",
    "Means",
    "NotAllowed",
    "Outcome",
    "PuidsTaken",
    "Refused",
    "StatementsRefused",
    "Stored",
    "Terms",
    "TokenRefused",
    "Unanswered",
    "Unclear",
    "check",
    "check_batch",
]
