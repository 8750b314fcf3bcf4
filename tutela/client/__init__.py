"""Decides how a sender speaks to the service: sent until answered, kept to one notice, checked."""

from tutela.client.answers import (
    Accepted,
    Case,
    CaseSummary,
    Decided,
    Declared,
    EvidenceAdded,
    Inclusion,
    Lease,
    Receipt,
    Sent,
    SentAs,
    SentNotice,
    Standing,
    Status,
)
from tutela.client.awaiting import AsyncClient
from tutela.client.blocking import Client
from tutela.client.errors import (
    ClientError,
    NotIncluded,
    ProofRefused,
    ReceiptRefused,
    Refused,
    Unanswered,
    Unreadable,
)
from tutela.client.steps import AsyncSurroundings, Patience, Surroundings
from tutela.client.trust import KeyFile, KeyStore
from tutela.domain.decision import Content, Decision, Measure
from tutela.domain.declaration import Declaration
from tutela.domain.notice import Notice, Notifier, PossibleMinor, Subject
from tutela.domain.vocabulary import Category, Keyword, SubjectKind

__all__ = [
    "Accepted",
    "AsyncClient",
    "AsyncSurroundings",
    "Case",
    "CaseSummary",
    "Category",
    "Client",
    "ClientError",
    "Content",
    "Decided",
    "Decision",
    "Declaration",
    "Declared",
    "EvidenceAdded",
    "Inclusion",
    "KeyFile",
    "KeyStore",
    "Keyword",
    "Lease",
    "Measure",
    "NotIncluded",
    "Notice",
    "Notifier",
    "Patience",
    "PossibleMinor",
    "ProofRefused",
    "Receipt",
    "ReceiptRefused",
    "Refused",
    "Sent",
    "SentAs",
    "SentNotice",
    "Standing",
    "Status",
    "Subject",
    "SubjectKind",
    "Surroundings",
    "Unanswered",
    "Unreadable",
]
