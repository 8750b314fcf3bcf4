"""Inter-service tokens of AT Protocol: those of the network are taken, all others have a name."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from atproto import Client, models
from atproto_client import exceptions
from atproto_server.auth.jwt import verify_jwt

from tests.access.wrong_tokens import WRONG, now
from tests.fixtures.accounts import CURVES, LOOPBACK, SERVICE_DID, Account, Directory, directory
from tests.fixtures.site import Site, served
from tutela.access import dids
from tutela.access.pace import Paces
from tutela.access.service_auth import AccountTooFast
from tutela.errors import TutelaError
from tutela.intake.refusals import ANONYMOUS_ROWS_BURST, Refusal
from tutela.outside.guard import Outside
from tutela.web.api import xrpc
from tutela.web.calls import Rooms
from tutela.web.site import site

CREATE_REPORT = "/xrpc/com.atproto.moderation.createReport"
POST = "at://did:plc:token4f1c9b07token4f1c9b/app.bsky.feed.post/3ktoken4f1c"


@dataclass
class Network:
    """A service of the network, and who answers for the accounts that report to it."""

    web: Site
    directory: Directory
    rooms: Rooms
    application: Any
    client: httpx.AsyncClient

    async def report(self, token: str, **headers: str) -> httpx.Response:
        body = {
            "reasonType": "com.atproto.moderation.defs#reasonSpam",
            "subject": {"$type": "com.atproto.repo.strongRef", "uri": POST, "cid": "bafytoken"},
        }
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(
            CREATE_REPORT, json=body, headers={"authorization": f"Bearer {token}", **given}
        )


@pytest_asyncio.fixture
async def network(web: Site) -> AsyncIterator[Network]:
    await web.token()
    async with directory() as known:
        rooms = Rooms(
            pool=web.house.pool,
            keys=web.house.keys,
            desk=web.house.desk,
            intake=web.house.intake,
            refusals=web.refusals,
            clock=web.house.clock.now,
            outside=Outside(allowed=LOOPBACK),
            plc_directory=known.url,
        )
        application = site(rooms)
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
            yield Network(web, known, rooms, application, client)


@pytest.mark.parametrize("method", ["plc", "web"])
@pytest.mark.parametrize("algorithm", ["ES256K", "ES256"])
async def test_the_sdk_reports_as_an_account(network: Network, algorithm: str, method: str) -> None:
    account = network.directory.new(algorithm, method=method)
    token = account.token()
    assert verify_jwt(token, lambda *_: f"did:key:{account.multikey}", SERVICE_DID).iss
    async with served(network.application) as url:
        client = Client(base_url=url)
        client.request.add_additional_header("Authorization", f"Bearer {token}")
        body = models.ComAtprotoModerationCreateReport.Data(
            reason_type="com.atproto.moderation.defs#reasonSpam",
            reason="token 4f1c",
            subject=models.ComAtprotoRepoStrongRef.Main(uri=POST, cid="bafytoken"),
        )
        answer = await asyncio.to_thread(client.com.atproto.moderation.create_report, body)
        with pytest.raises(exceptions.UnauthorizedError) as caught:
            await asyncio.to_thread(client.com.atproto.moderation.create_report, body)
        client.request.close()
    assert answer.reported_by == account.did
    assert caught.value.response.content.error == "NonceNotUnique"
    stored = await network.web.sealed_body()
    assert isinstance(stored, dict)
    assert stored["reportedBy"] == account.did
    rows = await network.web.house.rows("SELECT tenant, service, door, channel FROM notice")
    assert rows == [("main", "main", "xrpc", "user")]


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_token_is_refused_by_its_name(network: Network, what: str) -> None:
    name, wrong = WRONG[what]
    answer = await network.report(wrong(network.directory.new()))
    assert (answer.status_code, answer.json()["error"]) == (401, name), answer.json()
    assert answer.json()["message"]
    assert await network.web.house.rows("SELECT count(*) FROM notice") == [(0,)]
    ((code, caller),) = await network.web.house.rows("SELECT code, token_id FROM refused_call")
    assert code in {"bad_jwt", "did_unresolved"}
    assert caller is None


@pytest.mark.parametrize(
    "claims",
    [
        lambda _: {"aud": f"{SERVICE_DID}#atproto_labeler"},
        lambda _: {"jti": None},
        lambda _: {"iat": None},
        lambda account: {"exp": now(account) + 300.5},
    ],
    ids=["for our labeler", "no nonce", "undated", "a fraction of a second"],
)
async def test_what_the_protocol_leaves_open_is_taken(
    network: Network, claims: Callable[[Account], dict[str, Any]]
) -> None:
    account = network.directory.new()
    token = account.token(**claims(account))
    assert (await network.report(token)).status_code == 200
    assert (await network.report(token)).json()["error"] == "NonceNotUnique"


async def test_a_labeler_signs_with_the_key_of_its_labels(network: Network) -> None:
    account = network.directory.new()
    method = {**account.method, "id": "#atproto_label"}
    document = {**account.document, "verificationMethod": [method]}
    network.directory.documents[f"/{account.did}"] = document
    answer = await network.report(account.token(iss=f"{account.did}#atproto_labeler"))
    assert (answer.status_code, answer.json()["reportedBy"]) == (200, account.did)


async def test_one_account_s_nonce_takes_none_from_another(network: Network) -> None:
    tokens = [network.directory.new().token(jti="same") for _ in range(2)]
    assert [(await network.report(each)).status_code for each in tokens] == [200, 200]


async def test_a_token_of_ours_is_taken_as_before(network: Network) -> None:
    answer = await network.report(await network.web.token())
    assert (answer.status_code, answer.json()["reportedBy"]) == (200, SERVICE_DID)
    assert network.directory.asked == []


async def test_a_key_is_a_key_among_those_of_one_account(network: Network) -> None:
    first, other = network.directory.new(), network.directory.new()
    taken = await network.report(first.token(), idempotency_key="k-1")
    again = await network.report(first.token(), idempotency_key="k-1")
    apart = await network.report(other.token(), idempotency_key="k-1")
    assert taken.json() == again.json()
    assert apart.status_code == 200
    assert apart.json()["id"] != taken.json()["id"]


async def test_nobody_reports_in_the_name_of_another(network: Network) -> None:
    account = network.directory.new()
    body = {
        "reasonType": "com.atproto.moderation.defs#reasonSpam",
        "subject": {"did": account.did},
        "reportedBy": "did:plc:somebodyelse",
    }
    headers = {"authorization": f"Bearer {account.token()}"}
    answer = await network.client.post(CREATE_REPORT, json=body, headers=headers)
    assert answer.json()["reportedBy"] == account.did
    stored = await network.web.sealed_body()
    assert isinstance(stored, dict)
    assert stored["reportedBy"] == account.did


async def test_a_directory_that_is_away_asks_to_come_back(network: Network) -> None:
    account = network.directory.new()
    network.directory.status = "500 Internal Server Error"
    answer = await network.report(account.token())
    assert (answer.status_code, answer.json()["error"]) == (503, "DidResolutionFailed")
    assert answer.headers["retry-after"]


async def test_a_rotated_key_is_taken_and_the_old_one_no_longer(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dids, "REFRESH_SECONDS", 0.0)
    account = network.directory.new()
    old = [account.token() for _ in range(2)]
    assert (await network.report(old[0])).status_code == 200
    account.rotate("ES256")
    network.directory.publish(account)
    assert (await network.report(account.token())).status_code == 200
    assert (await network.report(old[1])).json()["error"] == "BadJwtSignature"


async def test_a_document_without_the_key_is_refused(network: Network) -> None:
    account = network.directory.new()
    document = {**account.document, "verificationMethod": []}
    network.directory.documents[f"/{account.did}"] = document
    answer = await network.report(account.token())
    assert (answer.status_code, answer.json()["error"]) == (401, "DidResolutionFailed")


async def test_a_key_of_the_other_kind_signs_nothing(network: Network) -> None:
    account = network.directory.new()
    network.directory.publish(Account(account.did, "ES256"))
    assert (await network.report(account.token())).json()["error"] == "BadJwtSignature"


@pytest.mark.parametrize("algorithm", ["ES256K", "ES256"])
async def test_a_token_of_an_independent_library_is_taken(network: Network, algorithm: str) -> None:
    account = network.directory.new(algorithm)
    half = CURVES[algorithm].group_order // 2
    for _ in range(40):
        token = jwt.encode(account.claims(), account.key, algorithm=algorithm)
        if int.from_bytes(jwt.utils.base64url_decode(token.rpartition(".")[2])[32:]) <= half:
            break
    assert (await network.report(token)).status_code == 200


async def test_of_two_uses_at_once_one_counts(network: Network) -> None:
    token = network.directory.new().token()
    answers = await asyncio.gather(*(network.report(token) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 401, 401, 401]


async def test_an_account_that_reports_too_often_is_asked_to_wait_and_no_other(
    network: Network,
) -> None:
    paces = Paces(per_second=1.0, burst=2.0, names_max=9)
    seconds = 0.0
    desk = replace(xrpc.desk(network.rooms), paces=paces, monotonic=lambda: seconds)
    account, other = network.directory.new(), network.directory.new()
    for _ in range(2):
        await desk.caller(f"Bearer {account.token()}")
    late = account.token()
    with pytest.raises(AccountTooFast) as caught:
        await desk.caller(f"Bearer {late}")
    told = xrpc.xrpc_problem(caught.value)
    assert (told.status, b"RateLimitExceeded" in told.body) == (429, True)
    assert dict(told.headers)[b"retry-after"]
    assert (await desk.caller(f"Bearer {other.token()}")).name == other.did
    seconds = 1.0
    assert (await desk.caller(f"Bearer {late}")).name == account.did


async def test_what_is_refused_of_accounts_does_not_fill_the_disk(network: Network) -> None:
    account = network.directory.new()
    public_caller = await network.web.house.caller()
    refusal = Refusal("x", replace(public_caller, name=account.did), TutelaError(), b"{}")
    for _ in range(int(ANONYMOUS_ROWS_BURST) + 20):
        await network.web.refusals.record(refusal)
    assert 0 < network.web.refusals.unrecorded <= 20
