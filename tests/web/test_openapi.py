"""The OpenAPI document names every call, and what it says holds for whatever is sent."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from tests.fixtures.site import Site, served
from tests.web.test_health import rooms_of
from tutela.domain.vocabulary import Role
from tutela.web import openapi
from tutela.web.calls import Call
from tutela.web.operations import OPERATIONS
from tutela.web.site import calls

#: One call, as the document tells it.
Operation = APIOperation[Any, Any, Any, Any]

EXAMPLES = 12
#: What must hold of every answer.
HOLDS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


#: A batch of one line, and the answer to it.
schemathesis.serializer("application/x-ndjson")(
    lambda _, value: value if isinstance(value, bytes) else json.dumps(value).encode()
)
schemathesis.deserializer("application/x-ndjson")(
    lambda _, response: json.loads(response.content.splitlines()[0])
)


async def shown(web: Site) -> dict[str, Any]:
    answer = await web.client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    document: dict[str, Any] = answer.json()
    return document


def name_of(call: Call) -> str:
    return f"{call.method} {call.path}"


async def test_every_call_is_described_and_nothing_else(web: Site) -> None:
    listed = {name_of(call) for call in calls(rooms_of(web))}
    assert listed == set(OPERATIONS)
    document = await shown(web)
    told = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert told == listed


async def test_who_may_call_is_told(web: Site) -> None:
    document = await shown(web)
    for call in calls(rooms_of(web)):
        told = document["paths"][call.path][call.method.lower()]
        assert (told["security"] == []) == (call.terms.right is None)
        asks = call.terms.right is not None or 401 in OPERATIONS[name_of(call)].errors
        assert ("401" in told["responses"]) == asks
        queries = {each["name"] for each in told["parameters"] if each["in"] == "query"}
        assert queries == call.terms.queries


async def test_names_of_operations_are_unique(web: Site) -> None:
    names = [operation.name for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)


async def test_references_lead_somewhere(web: Site) -> None:
    document = await shown(web)
    text = json.dumps(document)
    for piece in text.split('"$ref": "#/components/schemas/')[1:]:
        assert piece.partition('"')[0] in document["components"]["schemas"]


async def test_a_call_that_nobody_described_is_a_fault(web: Site) -> None:
    call = calls(rooms_of(web))[0]
    with pytest.raises(KeyError):
        openapi.document([Call("PUT", call.path, call.terms, call.handler)])


async def test_the_document_holds_for_whatever_is_sent(web: Site) -> None:
    document = await shown(web)
    load_all_checks()
    tokens = {
        name_of(call): await web.token(
            Role.SERVICE if call.terms.right == "send_notices" else Role.LEAD
        )
        for call in calls(rooms_of(web))
        if call.terms.right is not None
    }
    async with served(web.application) as url:
        await asyncio.to_thread(send_anything, document, url=url, tokens=tokens)
    ((faults,),) = await web.house.rows("SELECT count(*) FROM refused_call WHERE status >= 500")
    assert faults == 0


def send_anything(document: dict[str, Any], *, url: str, tokens: Mapping[str, str]) -> None:
    """Calls every operation with values that its schema allows, and with others."""
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in modes_of(operation):
            send_to(operation, url=url, token=tokens.get(operation.label), mode=mode)


def modes_of(operation: Operation) -> list[GenerationMode]:
    """What can be sent: with neither body nor query, nothing can be wrong."""
    can_be_wrong = bool(operation.body.items or operation.query.items)
    return list(GenerationMode) if can_be_wrong else [GenerationMode.POSITIVE]


def send_to(operation: Operation, *, url: str, token: str | None, mode: GenerationMode) -> None:
    checks: list[Any] = [CHECKS.get_one(name) for name in HOLDS]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    @seed(20261121)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def hold(case: Case[Any]) -> None:
        answer = case.call(base_url=url, headers=headers)
        case.validate_response(answer, checks=checks, headers=headers)

    hold()
