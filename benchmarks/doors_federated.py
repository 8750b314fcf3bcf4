"""The door of federated servers: Flags signed by independent libraries, in either form."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged, Send, one_by_one
from benchmarks.doors_world import Lack, Report
from tests.fixtures.federation import Federated, How, Signed, rsa_key, sign_draft, sign_rfc9421
from tutela.client import Accepted

PATH = "/activitypub/inbox"

#: The Flag as its server signs it for the inbox of the place.
Sign = Callable[[dict[str, Any]], Signed]


class Heard(msgspec.Struct, frozen=True):
    """The answer to a Flag."""

    notice: Accepted


async def open_older_form(place: Place, *, stack: AsyncExitStack) -> Send:
    """An instance actor, as Mastodon reports, in the form of the older draft."""
    server = place.neighbours.instance
    server.publish_actor(rsa_key("instance"))

    def sign(flag: dict[str, Any]) -> Signed:
        now = datetime.now(UTC)
        return sign_draft(
            flag, key=rsa_key("instance"), key_id=server.key_id, at=now, url=_inbox(place)
        )

    return await _opened(place, stack=stack, server=server, sign=sign)


async def open_rfc9421(place: Place, *, stack: AsyncExitStack) -> Send:
    """A person's own actor, in the form of RFC 9421."""
    server = place.neighbours.person
    server.publish_actor(rsa_key("person"), kind="Person")

    def sign(flag: dict[str, Any]) -> Signed:
        now = datetime.now(UTC)
        how = How(key=rsa_key("person"), key_id=server.key_id, at=now, url=_inbox(place))
        return sign_rfc9421(flag, how=how)

    return await _opened(place, stack=stack, server=server, sign=sign)


def flag_of(report: Report, *, server: Federated) -> dict[str, Any]:
    """The report as a federated server says it: an account, or one with a post of theirs."""
    account = f"https://here.example/users/{report.subject}"
    post = f"{account}/statuses/1"
    return server.flag(
        id=f"{server.url}/flags/{report.key}",
        content="" if Lack.EXPLANATION in report.lacks else f"<p>{report.words}</p>",
        object=[account] if report.is_account else [account, post],
    )


async def _opened(place: Place, *, stack: AsyncExitStack, server: Federated, sign: Sign) -> Send:
    client = await stack.enter_async_context(httpx.AsyncClient(timeout=60.0, trust_env=False))

    async def send(report: Report) -> Acknowledged:
        signed = sign(flag_of(report, server=server))
        answer = await client.post(_inbox(place), content=signed.body, headers=signed.headers)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        accepted = msgspec.json.decode(answer.content, type=Heard).notice
        return Acknowledged(
            report=report,
            notice_id=accepted.id,
            code=accepted.receipt.code,
            receipt=accepted.receipt,
            missing=frozenset(accepted.article_16.missing),
        )

    return one_by_one(send)


def _inbox(place: Place) -> str:
    return f"{place.url}{PATH}"
