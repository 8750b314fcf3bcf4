"""Every call of the house in one table: method, path, right, what it takes."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from tutela.access.pace import Pace
from tutela.access.roles import Right
from tutela.intake.channels.batch import LineRefused
from tutela.intake.refusals import Refusal
from tutela.web.answer import ACTIVITY_JSON, JSON_LINES
from tutela.web.api import (
    activitypub,
    bulk,
    cases,
    coop,
    decisions,
    declarations,
    events,
    flaggers,
    health,
    incidents,
    ledger,
    match,
    notices,
    osprey,
    receipts,
    sent,
    status,
    xrpc,
)
from tutela.web.api.flaggers import PERIOD_QUERIES
from tutela.web.api.statements import StatementRoom, look_up_statement
from tutela.web.api.terms import show_terms
from tutela.web.api.xrpc import xrpc_problem
from tutela.web.calls import Call, Rooms
from tutela.web.care_calls import care_calls
from tutela.web.console.screens import console_routes
from tutela.web.direct import DirectSite
from tutela.web.endpoint import MAX_LINES_BYTES, Endpoint, Minutes, Terms
from tutela.web.fallback import no_call
from tutela.web.guard_calls import SPELLED, guard_calls
from tutela.web.interest_calls import interest_calls
from tutela.web.list_calls import list_calls
from tutela.web.metrics import measure, show_metrics
from tutela.web.network_calls import network_calls
from tutela.web.openapi import show_openapi
from tutela.web.outbox_calls import outbox_calls
from tutela.web.oversight_calls import oversight_calls
from tutela.web.paging import PAGE_QUERIES
from tutela.web.people_calls import people_calls
from tutela.web.public.calls import public_pages
from tutela.web.quality_calls import quality_calls
from tutela.web.reading_log import ReadingLog
from tutela.web.reviewing import review_room
from tutela.web.room_calls import room_calls
from tutela.web.rule_calls import rule_calls

_SEND = Terms(right=Right.SEND_NOTICES, queries=frozenset({"require"}))
_SEND_LINES = Terms(right=Right.SEND_NOTICES, takes=JSON_LINES, max_body_bytes=MAX_LINES_BYTES)
_TELL = Terms(right=Right.SEND_EVENTS, takes=JSON_LINES, max_body_bytes=MAX_LINES_BYTES)
_ASK = Terms(right=Right.ASK_MATCH)
_DECLARE = Terms(right=Right.SEND_NOTICES)
_REPORT = Terms(right=Right.SEND_NOTICES, present=xrpc_problem)
_SENT_ONES = Terms(right=Right.SEND_NOTICES, takes=None, queries=PAGE_QUERIES)
_SENT_ONE = Terms(right=Right.SEND_NOTICES, takes=None)
_COOP = Terms(right=Right.SEND_NOTICES, present=coop.coop_problem, token_header=coop.KEY_HEADER)
_SEE_CASES = Terms(right=Right.SEE_CASES, takes=None, queries=PAGE_QUERIES)
_SEE_CASE = Terms(right=Right.SEE_CASES, takes=None)
_DECIDE = Terms(right=Right.DECIDE_CASES)
_UNDO = Terms(right=Right.UNDO_DECISIONS)
_SEND_BULK = Terms(
    right=Right.DECIDE_IN_BULK,
    takes=JSON_LINES,
    max_body_bytes=MAX_LINES_BYTES,
    queries=bulk.BATCH_QUERIES,
)
_SEE_BULK = Terms(right=Right.DECIDE_IN_BULK, takes=None)
_SEE_BULKS = Terms(right=Right.DECIDE_IN_BULK, takes=None, queries=PAGE_QUERIES)
_STEER_BULK = Terms(right=Right.DECIDE_IN_BULK)
_STATUS = Terms(right=Right.SEE_STATUS, takes=None)
_SEE_FLAGGERS = Terms(right=Right.SEE_FLAGGERS, takes=None, queries=PERIOD_QUERIES)
_SEE_INCIDENTS = Terms(right=Right.SEE_INCIDENTS, takes=None, queries=PAGE_QUERIES)
_SEE_INCIDENT = Terms(right=Right.SEE_INCIDENTS, takes=None)
_OPEN = Terms(right=None, takes=None)
_HEAD = Terms(right=None, takes=None, queries=frozenset({"log_id"}))
_CONSISTENCY = Terms(right=None, takes=None, queries=frozenset({"log_id", "from", "to"}))
#: How often a process answers holders of receipts, all together: more would be at intake's cost.
RECEIPTS_PER_SECOND = 100.0
RECEIPTS_AT_ONCE = 500.0
#: The same of witnesses that bring their cosignatures.
COSIGNATURES_PER_SECOND = 5.0
COSIGNATURES_AT_ONCE = 50.0
#: How often a process hears federated servers, all together: each may cost a signature to check.
ACTIVITIES_PER_SECOND = 100.0
ACTIVITIES_AT_ONCE = 500.0
#: Each waits for a stranger's server before it is believed; so it is small.
ACTIVITY_MAX_BYTES = 256 * 1024


def calls(rooms: Rooms) -> list[Call]:
    """All JSON calls; the reference page and the OpenAPI document are checked against it."""
    listed = [
        *_intake_calls(rooms),
        *_sent_calls(rooms),
        _inbox_call(rooms),
        *_receipt_calls(rooms),
        _statement_call(rooms),
        Call("GET", "/v1/terms", _SEE_CASE, show_terms(rooms.pool)),
        *_review_calls(rooms),
        *_incident_calls(rooms),
        *_bulk_calls(rooms),
        *_ledger_calls(rooms),
        *_watching_calls(rooms),
        *guard_calls(rooms),
        *list_calls(rooms),
        *rule_calls(rooms),
        *network_calls(rooms),
        *room_calls(rooms),
        *oversight_calls(rooms),
        *care_calls(rooms),
        *people_calls(rooms),
        *outbox_calls(rooms),
        *interest_calls(rooms),
        *quality_calls(rooms),
    ]
    listed.append(Call("GET", "/openapi.json", _OPEN, show_openapi(listed)))
    return listed


def _watching_calls(rooms: Rooms) -> list[Call]:
    clock, limit = rooms.clock, rooms.canary_seconds_max
    ready = health.show_readiness(rooms.pool, keys=rooms.keys, data_folder=rooms.data_folder)
    metrics = show_metrics(rooms.pool, refusals=rooms.refusals, clock=clock)
    told = status.show_status(rooms.pool, clock=clock, canary_seconds_max=limit)
    return [
        Call("GET", "/healthz", _OPEN, health.show_health()),
        Call("GET", "/readyz", _OPEN, ready),
        Call("GET", "/metrics", _OPEN, metrics),
        Call("GET", "/v1/status", _STATUS, told),
        Call("GET", "/v1/flaggers", _SEE_FLAGGERS, flaggers.show_flaggers(rooms.pool, clock=clock)),
    ]


def _intake_calls(rooms: Rooms) -> list[Call]:
    async def record_line(line: LineRefused) -> None:
        sending = line.sending
        await rooms.refusals.record(
            Refusal(sending.door, sending.caller, line.error, line.raw, line.line)
        )

    report = xrpc.create_report(rooms.intake, keys=rooms.keys, service_did=rooms.service_did)
    return [
        Call("POST", "/v1/notices", _SEND, notices.create_notice(rooms.intake)),
        Call(
            "POST",
            "/v1/notices/batch",
            _SEND_LINES,
            notices.create_notices(rooms.intake, record_line=record_line),
        ),
        Call("POST", f"/xrpc/{xrpc.METHOD}", _REPORT, report, desk=xrpc.desk(rooms)),
        Call("POST", "/api/v1/report", _COOP, coop.create_report(rooms.intake, clock=rooms.clock)),
        Call(
            "POST",
            "/osprey/events",
            _SEND_LINES,
            osprey.take_actions(rooms, record_line=record_line),
        ),
        Call(
            "POST",
            "/v1/events",
            _TELL,
            events.take_platform_events(rooms, record_line=record_line),
        ),
        _match_call(rooms),
        Call(
            "POST",
            "/v1/declarations",
            _DECLARE,
            declarations.create_declaration(
                rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance
            ),
        ),
    ]


def _match_call(rooms: Rooms) -> Call:
    ask = match.match_items(
        rooms.detection,
        items_per_second=rooms.match_items_per_second,
        monotonic=rooms.monotonic,
    )
    return Call("POST", "/v1/match", _ASK, ask)


def _sent_calls(rooms: Rooms) -> list[Call]:
    pool, keys, clock = rooms.pool, rooms.keys, rooms.clock
    page = sent.show_sent_notices(pool, keys=keys, clock=clock)
    one = sent.show_sent_notice(pool, keys=keys, clock=clock)
    return [
        Call("GET", "/v1/notices", _SENT_ONES, page),
        Call("GET", "/v1/notices/{notice_id}", _SENT_ONE, one),
    ]


def _inbox_call(rooms: Rooms) -> Call:
    terms = Terms(
        right=None,
        takes=ACTIVITY_JSON,
        max_body_bytes=ACTIVITY_MAX_BYTES,
        pace=Pace(per_second=ACTIVITIES_PER_SECOND, burst=ACTIVITIES_AT_ONCE),
        present=activitypub.activitypub_problem,
    )
    return Call("POST", activitypub.PATH, terms, activitypub.receive_activity(rooms))


def _receipt_calls(rooms: Rooms) -> list[Call]:
    terms = Terms(right=None, pace=Pace(per_second=RECEIPTS_PER_SECOND, burst=RECEIPTS_AT_ONCE))
    return [
        Call("POST", "/v1/receipts/lookup", terms, receipts.look_up_receipt(rooms.pool)),
        Call(
            "POST",
            "/v1/receipts/evidence",
            terms,
            receipts.send_evidence(
                rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance
            ),
        ),
    ]


def _statement_call(rooms: Rooms) -> Call:
    terms = Terms(right=None, pace=Pace(per_second=RECEIPTS_PER_SECOND, burst=RECEIPTS_AT_ONCE))
    room = StatementRoom(
        pool=rooms.pool, keys=rooms.keys, clock=rooms.clock, language=rooms.language
    )
    return Call("POST", "/v1/statements/lookup", terms, look_up_statement(room))


def _review_calls(rooms: Rooms) -> list[Call]:
    room = review_room(rooms)
    return [
        Call("GET", "/v1/cases", _SEE_CASES, cases.show_cases(room)),
        Call("POST", "/v1/cases/claim", _DECIDE, cases.claim_case(room)),
        Call("GET", "/v1/cases/{case_id}", _SEE_CASE, cases.show_one_case(room)),
        Call("POST", "/v1/cases/{case_id}/claim", _DECIDE, cases.claim_one_case(room)),
        Call("POST", "/v1/cases/{case_id}/renew", _DECIDE, cases.renew_lease(room)),
        Call("POST", "/v1/cases/{case_id}/release", _DECIDE, cases.release_lease(room)),
        Call("POST", "/v1/cases/{case_id}/decisions", _DECIDE, cases.decide_case(room)),
        Call("POST", "/v1/decisions/{decision_id}/undo", _UNDO, decisions.undo_decision(room)),
    ]


def _incident_calls(rooms: Rooms) -> list[Call]:
    pool, keys = rooms.pool, rooms.keys
    one = incidents.show_one_incident(pool, keys=keys)
    return [
        Call("GET", "/v1/incidents", _SEE_INCIDENTS, incidents.show_incidents(pool, keys=keys)),
        Call("GET", "/v1/incidents/{incident_id}", _SEE_INCIDENT, one),
    ]


def _bulk_calls(rooms: Rooms) -> list[Call]:
    room = rooms.deciding_in_bulk
    send = bulk.send_part(room, record=rooms.refusals.record)
    one = "/v1/decisions/bulk/{bulk_id}"
    return [
        Call("POST", "/v1/decisions/bulk", _SEND_BULK, send),
        Call("GET", "/v1/decisions/bulk", _SEE_BULKS, bulk.show_bulks(room)),
        Call("GET", one, _SEE_BULK, bulk.show_bulk(room)),
        Call("POST", f"{one}/approve", _STEER_BULK, bulk.approve_bulk(room)),
        Call("POST", f"{one}/run", _STEER_BULK, bulk.run_bulk(room)),
        Call("POST", f"{one}/pause", _STEER_BULK, bulk.pause_bulk(room)),
        Call("POST", f"{one}/undo", _STEER_BULK, bulk.undo_bulk(room)),
    ]


def _ledger_calls(rooms: Rooms) -> list[Call]:
    pool = rooms.pool
    handed_in = Terms(
        right=None, pace=Pace(per_second=COSIGNATURES_PER_SECOND, burst=COSIGNATURES_AT_ONCE)
    )
    take = ledger.take_cosignatures(pool, clock=rooms.clock)
    return [
        Call("GET", "/v1/ledger/head", _HEAD, ledger.show_head(pool)),
        Call("GET", "/v1/ledger/checkpoint", _HEAD, ledger.show_checkpoint(pool)),
        Call("GET", "/v1/ledger/keys", _OPEN, ledger.show_keys(pool)),
        Call("POST", "/v1/ledger/cosignatures", handed_in, take),
        Call("GET", "/v1/ledger/proof/{leaf_hash}", _OPEN, ledger.prove_inclusion(pool)),
        Call("GET", "/v1/ledger/consistency", _CONSISTENCY, ledger.prove_consistency(pool)),
    ]


def site(rooms: Rooms) -> Starlette:
    """The whole site as one ASGI application."""
    application = DirectSite(
        [
            *(_route(call, rooms=rooms) for call in [*calls(rooms), *public_pages(rooms)]),
            *console_routes(rooms),
        ],
        exception_handlers={HTTPException: no_call},
        spelled=SPELLED,
    )
    application.router.redirect_slashes = False
    return application


def _route(call: Call, *, rooms: Rooms) -> Route:
    endpoint = Endpoint(
        f"{call.method} {call.path}",
        handler=call.handler,
        terms=call.terms,
        desk=call.desk or rooms.desk,
        minutes=Minutes(
            record=rooms.refusals.record,
            measure=measure,
            note_reading=ReadingLog(rooms.pool, rooms.clock).note,
        ),
    )
    return Route(call.path, endpoint, methods=[call.method])
