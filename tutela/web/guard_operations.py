"""The calls of the guard in words and types."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tutela.guard.asking import GuardAnswer, GuardAsked
from tutela.guard.drift.judging import LeadDismissed, LeadProposed
from tutela.guard.drift.leads import Lead, Leads
from tutela.guard.governance.proposing import Proposed
from tutela.guard.reports import ProgramReport
from tutela.web.api.cases import Empty
from tutela.web.api.guard_programs import DOCUMENT
from tutela.web.governance_operations import GOVERNANCE_OPERATIONS
from tutela.web.operation import Operation

GUARD_OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        **GOVERNANCE_OPERATIONS,
        "GET /v1/guard/snapshot": Operation(
            name="loadGuard",
            summary="The newest snapshot, for this token alone; 204 where the program has it.",
            answers={200: bytes, 204: None},
            query_schemas={
                "have": {"type": "integer", "minimum": 0},
                "digest": {"type": "string"},
            },
            errors=frozenset({429}),
            content_type=DOCUMENT,
        ),
        "POST /v1/guard/reports": Operation(
            name="reportGuard",
            summary="Which version a program serves, and what it answered: no query ever.",
            takes=ProgramReport,
            answers={202: Empty},
        ),
        "GET /v1/guard/leads": Operation(
            name="listGuardLeads",
            summary="What rises with accounts that used something blocked, the surest first.",
            answers={200: Leads},
        ),
        "POST /v1/guard/leads/{lead_id}/dismiss": Operation(
            name="dismissGuardLead",
            summary="A person finds nothing in a lead; it rests for a month.",
            takes=LeadDismissed,
            answers={200: Lead},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/guard/leads/{lead_id}/propose": Operation(
            name="proposeGuardLead",
            summary="A person proposes that the guard list what a lead says; another decides.",
            takes=LeadProposed,
            answers={201: Proposed},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/guard/{surface}": Operation(
            name="askGuard",
            summary="What a search, a suggestion, a tag page or a feed may show; never the entry.",
            takes=GuardAsked,
            answers={200: GuardAnswer},
            errors=frozenset({404, 429}),
        ),
    }
)
