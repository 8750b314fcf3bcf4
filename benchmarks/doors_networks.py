"""The doors of other networks: AT Protocol with the published SDK."""

import itertools
from contextlib import AsyncExitStack
from typing import Any, Final

import msgspec
from atproto import AsyncClient as AtprotoClient
from atproto import AsyncRequest, models

from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged, Send, one_by_one
from benchmarks.doors_world import Lack, Report
from tutela.client import Receipt

#: Accounts of the network that report.
ACCOUNTS: Final = 20


async def open_atproto(place: Place, *, stack: AsyncExitStack) -> Send:
    """A bridge with a token of ours."""
    token = place.token(name="doors-atproto")
    client = _sdk(place, stack=stack)

    async def send(report: Report) -> Acknowledged:
        return await _create_report(client, report=report, token=token)

    return one_by_one(send)


async def open_accounts(place: Place, *, stack: AsyncExitStack) -> Send:
    """Accounts of the network with inter-service tokens, each for one report."""
    client = _sdk(place, stack=stack)
    accounts = itertools.cycle(
        [
            place.neighbours.directory.new(("ES256K", "ES256")[number % 2])
            for number in range(ACCOUNTS)
        ]
    )

    async def send(report: Report) -> Acknowledged:
        return await _create_report(client, report=report, token=next(accounts).token())

    return one_by_one(send)


def report_of(report: Report) -> Any:  # noqa: ANN401 - the SDK has no types
    """The report as AT Protocol says it."""
    did = f"did:plc:{report.subject}{'a' * 12}"
    subject = (
        models.ComAtprotoAdminDefs.RepoRef(did=did)
        if report.is_account
        else models.ComAtprotoRepoStrongRef.Main(
            uri=f"at://{did}/app.bsky.feed.post/3k{report.subject}", cid="bafytoken"
        )
    )
    return models.ComAtprotoModerationCreateReport.Data(
        reason_type="com.atproto.moderation.defs#reasonSpam",
        reason=None if Lack.EXPLANATION in report.lacks else report.words,
        subject=subject,
    )


def _sdk(place: Place, *, stack: AsyncExitStack) -> AtprotoClient:
    client = AtprotoClient(f"{place.url}/xrpc", request=AsyncRequest())
    stack.push_async_callback(client.request.close)
    return client


async def _create_report(client: AtprotoClient, *, report: Report, token: str) -> Acknowledged:
    answer = await client.com.atproto.moderation.create_report(
        report_of(report),
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": report.key},
    )
    receipt = msgspec.convert(answer.receipt, Receipt)
    return Acknowledged(report=report, code=receipt.code, receipt=receipt)
