"""What each call takes and answers, by the types that do so; a test holds it against the calls."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tutela.decisions.bulk.listing import BulkPage
from tutela.decisions.bulk.preview import BulkView
from tutela.decisions.bulk.reading import BulkLine
from tutela.decisions.bulk.steering import BulkMoved, BulkRecall, BulkStart
from tutela.decisions.bulk.uploading import PartLine
from tutela.decisions.decide import Decided
from tutela.decisions.lookup import StatementStanding
from tutela.decisions.replays.answers import Incident, IncidentPage
from tutela.decisions.undoing import DecisionUndone, UndoAsked
from tutela.detection.pipeline.matching import MatchAnswer, MatchAsked
from tutela.domain.bulk import BulkState
from tutela.domain.decision import Decision
from tutela.domain.declaration import Declaration
from tutela.domain.events import Event
from tutela.domain.notice import Notice
from tutela.domain.states import IncidentState, ItemState
from tutela.intake.acknowledgement import Accepted
from tutela.intake.channels.activitypub import Activity
from tutela.intake.channels.atproto import Report
from tutela.intake.channels.batch import LineResult
from tutela.intake.channels.coop import CoopReport
from tutela.intake.channels.osprey import Action
from tutela.intake.declarations import Declared
from tutela.intake.evidence import EvidenceAdded
from tutela.intake.receipts import Standing
from tutela.intake.sent import SentNotice, SentPage
from tutela.ledger.heads import Head
from tutela.ledger.proofs import Consistency, Inclusion, LogKeys
from tutela.publishing.witnesses import Signed, Taken
from tutela.reconciliation.status import Status
from tutela.review.case_view import CasePage, CaseView
from tutela.rights.flaggers import FlaggerReport
from tutela.web.answer import JSON, JSON_LINES
from tutela.web.api.activitypub import Heard
from tutela.web.api.cases import ClaimedCase, Empty, LeaseKept, LeaseNamed
from tutela.web.api.coop import CoopErrors, CoopReportTaken
from tutela.web.api.receipts import EvidenceSent, Lookup
from tutela.web.api.statements import StatementLookup
from tutela.web.api.terms import TermsRegister
from tutela.web.api.xrpc import ReportTaken, XrpcError
from tutela.web.care_operations import CARE_OPERATIONS
from tutela.web.guard_operations import GUARD_OPERATIONS
from tutela.web.interest_operations import INTEREST_OPERATIONS
from tutela.web.list_operations import LIST_OPERATIONS
from tutela.web.network_operations import NETWORK_OPERATIONS
from tutela.web.operation import Operation
from tutela.web.outbox_operations import OUTBOX_OPERATIONS
from tutela.web.oversight_operations import OVERSIGHT_OPERATIONS
from tutela.web.people_operations import PEOPLE_OPERATIONS
from tutela.web.quality_operations import QUALITY_OPERATIONS
from tutela.web.room_operations import ROOM_OPERATIONS
from tutela.web.rule_operations import RULE_OPERATIONS

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "POST /v1/notices": Operation(
            name="createNotice",
            summary="A notice (Article 16 DSA); answered once it is stored, queued and ledgered.",
            takes=Notice,
            takes_key=True,
            answers={201: Accepted, 200: Accepted},
            errors=frozenset({409, 429}),
        ),
        "POST /v1/notices/batch": Operation(
            name="createNotices",
            summary="JSON Lines of notices; a result a line, a bad line refuses that line alone.",
            takes=Notice,
            answers={200: LineResult},
            content_type=JSON_LINES,
        ),
        "GET /v1/notices": Operation(
            name="listSentNotices",
            summary="A page of what the caller's own token sent, and how each item stands.",
            answers={200: SentPage},
            query_schemas={"state": {"enum": [str(state) for state in ItemState]}},
        ),
        "GET /v1/notices/{notice_id}": Operation(
            name="showSentNotice",
            summary="How one notice of the caller's own token stands.",
            answers={200: SentNotice},
            errors=frozenset({404}),
        ),
        "POST /xrpc/com.atproto.moderation.createReport": Operation(
            name="createReport",
            summary="A report as AT Protocol sends it.",
            takes=Report,
            takes_key=True,
            answers={200: ReportTaken},
            errors=frozenset({409, 429}),
            error=XrpcError,
            error_type=JSON,
        ),
        "POST /activitypub/inbox": Operation(
            name="receiveActivity",
            summary="An activity as federated servers send it, signed; a Flag becomes a notice.",
            takes=Activity,
            answers={202: Heard},
            errors=frozenset({401, 429}),
        ),
        "POST /api/v1/report": Operation(
            name="createCoopReport",
            summary="A report as Coop takes it.",
            takes=CoopReport,
            takes_key=True,
            answers={201: CoopReportTaken, 200: CoopReportTaken},
            errors=frozenset({409, 429}),
            error=CoopErrors,
            error_type=JSON,
        ),
        "POST /osprey/events": Operation(
            name="takeActions",
            summary="JSON Lines of Osprey's actions; those that are reports become notices.",
            takes=Action,
            takes_key=True,
            answers={200: LineResult},
            content_type=JSON_LINES,
        ),
        "POST /v1/events": Operation(
            name="sendEvents",
            summary="JSON Lines of what happened on the platform; a result a line.",
            takes=Event,
            answers={202: LineResult},
            content_type=JSON_LINES,
        ),
        "POST /v1/match": Operation(
            name="matchItems",
            summary="What detectors see in items that are not published yet; never the entry.",
            takes=MatchAsked,
            answers={200: MatchAnswer},
            errors=frozenset({429}),
        ),
        **GUARD_OPERATIONS,
        **NETWORK_OPERATIONS,
        **OVERSIGHT_OPERATIONS,
        **INTEREST_OPERATIONS,
        **QUALITY_OPERATIONS,
        **CARE_OPERATIONS,
        **PEOPLE_OPERATIONS,
        **OUTBOX_OPERATIONS,
        **ROOM_OPERATIONS,
        **LIST_OPERATIONS,
        **RULE_OPERATIONS,
        "POST /v1/declarations": Operation(
            name="declare",
            summary="What the platform says it sent over a surface in a period.",
            takes=Declaration,
            takes_key=True,
            answers={201: Declared, 200: Declared},
            errors=frozenset({409}),
        ),
        "POST /v1/receipts/lookup": Operation(
            name="lookUpReceipt",
            summary="How the notice of a receipt stands.",
            takes=Lookup,
            answers={200: Standing},
            errors=frozenset({404}),
        ),
        "POST /v1/receipts/evidence": Operation(
            name="addEvidence",
            summary="More from the holder of a receipt, while something is open.",
            takes=EvidenceSent,
            takes_key=True,
            answers={201: EvidenceAdded, 200: EvidenceAdded},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/statements/lookup": Operation(
            name="lookUpStatement",
            summary="A statement of reasons in words, for whoever holds its code.",
            takes=StatementLookup,
            answers={200: StatementStanding},
            errors=frozenset({404}),
        ),
        "GET /v1/terms": Operation(
            name="showTerms",
            summary="The versions of the service's terms, which decisions cite.",
            answers={200: TermsRegister},
        ),
        "GET /v1/cases": Operation(
            name="listCases",
            summary="A page of the cases that the caller may see.",
            answers={200: CasePage},
        ),
        "POST /v1/decisions/bulk": Operation(
            name="sendBulkPart",
            summary="JSON Lines: what many subjects share, then a subject a line; decides nothing.",
            takes=BulkLine,
            answers={200: PartLine},
            queries_required=frozenset({"batch"}),
            errors=frozenset({409}),
            content_type=JSON_LINES,
        ),
        "GET /v1/decisions/bulk": Operation(
            name="listBulks",
            summary="Decisions about many, the newest first, and where each stands.",
            answers={200: BulkPage},
            query_schemas={"state": {"enum": [str(each) for each in BulkState]}},
        ),
        "GET /v1/decisions/bulk/{bulk_id}": Operation(
            name="showBulk",
            summary="Where a decision about many stands, and before it runs what it would do.",
            answers={200: BulkView},
            errors=frozenset({404}),
        ),
        "POST /v1/decisions/bulk/{bulk_id}/approve": Operation(
            name="approveBulk",
            summary="A second person agrees to it.",
            takes=Empty,
            body_required=False,
            answers={200: BulkMoved},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/decisions/bulk/{bulk_id}/run": Operation(
            name="runBulk",
            summary="It decides its subjects, from where it stopped.",
            takes=BulkStart,
            body_required=False,
            answers={200: BulkMoved},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/decisions/bulk/{bulk_id}/pause": Operation(
            name="pauseBulk",
            summary="It stops between two subjects.",
            takes=Empty,
            body_required=False,
            answers={200: BulkMoved},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/decisions/bulk/{bulk_id}/undo": Operation(
            name="undoBulk",
            summary="All that it decided is taken back.",
            takes=BulkRecall,
            answers={200: BulkMoved},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/cases/claim": Operation(
            name="claimCase",
            summary="The most urgent case under a lease; 204 where there is none.",
            takes=Empty,
            body_required=False,
            answers={200: ClaimedCase, 204: None},
            errors=frozenset({409}),
        ),
        "POST /v1/cases/{case_id}/claim": Operation(
            name="claimOneCase",
            summary="This very case under a lease, unless it is somebody else's or decided.",
            takes=Empty,
            body_required=False,
            answers={200: ClaimedCase},
            errors=frozenset({404, 409}),
        ),
        "GET /v1/cases/{case_id}": Operation(
            name="showCase",
            summary="A case with all that a reviewer needs.",
            answers={200: CaseView},
            errors=frozenset({404}),
        ),
        "POST /v1/cases/{case_id}/renew": Operation(
            name="renewLease",
            summary="The lease goes on.",
            takes=LeaseNamed,
            answers={200: LeaseKept},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/cases/{case_id}/release": Operation(
            name="releaseLease",
            summary="The case is anybody's again.",
            takes=LeaseNamed,
            answers={204: None},
            errors=frozenset({404, 409}),
        ),
        "POST /v1/cases/{case_id}/decisions": Operation(
            name="decide",
            summary="A decision that answers the named items.",
            takes=Decision,
            takes_key=True,
            answers={201: Decided, 200: Decided},
            errors=frozenset({404, 409}),
        ),
        "GET /v1/incidents": Operation(
            name="listIncidents",
            summary="A page of faults that were named, and what each touched.",
            answers={200: IncidentPage},
            query_schemas={"state": {"enum": [str(state) for state in IncidentState]}},
        ),
        "GET /v1/incidents/{incident_id}": Operation(
            name="showIncident",
            summary="A fault that was named, what it touched, how far it was made good.",
            answers={200: Incident},
            errors=frozenset({404}),
        ),
        "POST /v1/decisions/{decision_id}/undo": Operation(
            name="undoDecision",
            summary="A decision does not hold any more; the platform lifts its measures.",
            takes=UndoAsked,
            takes_key=True,
            answers={201: DecisionUndone, 200: DecisionUndone},
            errors=frozenset({404, 409}),
        ),
        "GET /v1/ledger/head": Operation(
            name="showHead",
            summary="The newest signed head of a log.",
            answers={200: Head},
            errors=frozenset({404}),
        ),
        "GET /v1/ledger/checkpoint": Operation(
            name="showCheckpoint",
            summary="The newest head as a signed note with its cosignatures (C2SP).",
            answers={200: str},
            errors=frozenset({404}),
            content_type="text/plain",
        ),
        "GET /v1/ledger/keys": Operation(
            name="showLogKeys",
            summary="Every public key that signed heads or receipts here.",
            answers={200: LogKeys},
        ),
        "POST /v1/ledger/cosignatures": Operation(
            name="takeCosignatures",
            summary="A checkpoint with the cosignatures of witnesses that can't be reached.",
            takes=Signed,
            answers={200: Taken},
            errors=frozenset({429}),
        ),
        "GET /v1/ledger/proof/{leaf_hash}": Operation(
            name="proveInclusion",
            summary="That a leaf stands in the log.",
            answers={200: Inclusion},
            errors=frozenset({404}),
        ),
        "GET /v1/ledger/consistency": Operation(
            name="proveConsistency",
            summary="That the log of one size begins with the log of a smaller one.",
            answers={200: Consistency},
            queries_required=frozenset({"from", "to"}),
            errors=frozenset({404}),
        ),
        "GET /v1/status": Operation(
            name="showStatus",
            summary="Everything that may be red without closing the door.",
            answers={200: Status},
        ),
        "GET /v1/flaggers": Operation(
            name="showFlaggers",
            summary="How precise those are who flag by calling, with an interval.",
            answers={200: FlaggerReport},
            query_schemas={key: {"type": "string", "format": "date"} for key in ("from", "to")},
        ),
        "GET /metrics": Operation(
            name="showMetrics",
            summary="Figures for Prometheus.",
            answers={200: str},
            content_type="text/plain",
        ),
        "GET /healthz": Operation(
            name="showHealth",
            summary="The process lives.",
            answers={200: dict[str, str]},
        ),
        "GET /readyz": Operation(
            name="showReadiness",
            summary="This process can commit a notice.",
            answers={200: dict[str, str]},
        ),
        "GET /openapi.json": Operation(
            name="showOpenapi",
            summary="This document.",
            answers={200: dict[str, Any]},
        ),
    }
)
