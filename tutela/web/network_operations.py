"""What the calls take and answer by which people search for networks."""

from collections.abc import Mapping
from typing import Final

from tutela.app.joint_action import NetworkCaseHandedOver, NetworkHandedOver
from tutela.domain.networks import NetworkCaseState, NetworkRunState
from tutela.networks.stored.asking import NetworkRunAsked
from tutela.networks.stored.judging import NetworkCaseDismissed
from tutela.networks.stored.names import Telling
from tutela.networks.stored.opening import NetworkLeadOpened
from tutela.networks.stored.views import (
    NetworkCase,
    NetworkCases,
    NetworkLead,
    NetworkLeads,
    NetworkLooks,
    NetworkRun,
    NetworkRuns,
)
from tutela.web.operation import Operation

_OF_RUNS: Final = {"state": {"enum": [str(each) for each in NetworkRunState]}}
_OF_CASES: Final = {"state": {"enum": [str(each) for each in NetworkCaseState]}}
_NAMES: Final = {"names": {"enum": [str(each) for each in Telling]}}
_GONE: Final = frozenset({404})

NETWORK_OPERATIONS: Final[Mapping[str, Operation]] = {
    "POST /v1/networks/runs": Operation(
        name="searchNetwork",
        summary="Ask for a search from a few accounts; a worker does it.",
        takes=NetworkRunAsked,
        takes_key=True,
        answers={201: NetworkRun, 200: NetworkRun},
        errors=frozenset({409}),
    ),
    "GET /v1/networks/runs": Operation(
        name="listNetworkRuns",
        summary="Searches for networks, the newest first.",
        answers={200: NetworkRuns},
        query_schemas=_OF_RUNS,
    ),
    "GET /v1/networks/runs/{run_id}": Operation(
        name="showNetworkRun",
        summary="One search: how far it is, and what it found in figures.",
        answers={200: NetworkRun},
        errors=_GONE,
    ),
    "GET /v1/networks/runs/{run_id}/leads": Operation(
        name="listNetworkLeads",
        summary="The accounts that may belong to the network, the best first.",
        answers={200: NetworkLeads},
        errors=_GONE,
        query_schemas=_NAMES,
    ),
    "GET /v1/networks/runs/{run_id}/looks": Operation(
        name="listNetworkLooks",
        summary="Who looked at leads of a search, the newest first.",
        answers={200: NetworkLooks},
        errors=_GONE,
    ),
    "GET /v1/networks/cases": Operation(
        name="listNetworkCases",
        summary="Groups of accounts that searches found, the newest search first.",
        answers={200: NetworkCases},
        query_schemas=_OF_CASES,
    ),
    "GET /v1/networks/cases/{case_id}": Operation(
        name="showNetworkCase",
        summary="One group, its members, and what was done to it.",
        answers={200: NetworkCase},
        errors=_GONE,
        query_schemas=_NAMES,
    ),
    "POST /v1/networks/leads/{lead_id}/open": Operation(
        name="openNetworkLead",
        summary="Read one account's id for a reason, which stays with who read it.",
        takes=NetworkLeadOpened,
        answers={200: NetworkLead},
        errors=_GONE,
    ),
    "POST /v1/networks/cases/{case_id}/dismiss": Operation(
        name="dismissNetworkCase",
        summary="Find nothing in a group of accounts; it is in the ledger.",
        takes=NetworkCaseDismissed,
        answers={200: NetworkCase},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/networks/cases/{case_id}/hand-over": Operation(
        name="handNetworkCaseOver",
        summary="Draft a decision about chosen members; people look at it, agree and start it.",
        takes=NetworkCaseHandedOver,
        answers={201: NetworkHandedOver},
        errors=frozenset({404, 409}),
    ),
}
