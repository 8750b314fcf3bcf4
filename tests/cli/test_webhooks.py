import asyncio
import secrets
from datetime import date

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.cli.conftest import Command
from tests.cli.sending import a_notice, send
from tests.database.until import until
from tests.fixtures.receiver import Received, receiving
from tests.fixtures.service import RunningTutela


def decide_everything(client: httpx.Client) -> None:
    """Acts on the only case there is."""
    case = client.post("/v1/cases/claim").raise_for_status().json()
    today = date.today().isoformat()  # noqa: DTZ011 - any day will do
    decision = {
        "lease_token": case["lease_token"],
        "items": case["open_items"],
        "outcome": "act",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "ground": "terms",
        "terms_clause": "clause",
        "terms_version": "1",
        "facts": "token",
        "explanation": "token",
        "content": {"types": ["text"], "date": today},
        "measures": [{"kind": "visibility_removed", "subject": case["items"][0]["subject"]}],
        "automated_detection": False,
        "automated_decision": "none",
        "application_date": today,
        "guideline_version": "1",
    }
    client.post(f"/v1/cases/{case['id']}/decisions", json=decision).raise_for_status()


async def told(running: RunningTutela) -> tuple[str, list[Received]]:
    """The secret of a service's endpoint, and what the endpoint was told of a decision."""
    tenant = f"t-{secrets.token_hex(4)}"
    sender = await asyncio.to_thread(running.token, tenant=tenant)
    reviewer = await asyncio.to_thread(running.token, role="specialist", tenant=tenant)
    async with receiving() as receiver:
        done = await asyncio.to_thread(
            running.command, "webhook", "set", f"{receiver.url}/hooks", "--tenant", tenant
        )
        with running.client(sender) as client:
            assert await asyncio.to_thread(send, client, notice=a_notice()) is not None
        with running.client(reviewer) as client:
            await asyncio.to_thread(decide_everything, client)
        await asyncio.to_thread(until, lambda: len(receiver.received) > 2, what="three messages")
        return done.stdout.splitlines()[-1], list(receiver.received)


async def test_what_is_decided_comes_signed_with_the_secret_that_was_printed(
    running_tutela: RunningTutela,
) -> None:
    secret, received = await told(running_tutela)
    assert secret.startswith("whsec_")
    assert {message.content["type"] for message in received} == {
        "measure.apply",
        "notice.answered",
        "statement.issued",
    }
    for message in received:
        Webhook(secret).verify(message.body, message.headers)


def test_a_second_endpoint_has_another_secret(beside: Command) -> None:
    once, again = (beside("webhook", "set", "http://127.0.0.1:9/hooks") for _ in range(2))
    assert once.status == again.status == 0
    assert once.last_line != again.last_line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "absolute http or https URL"),
        (("ftp://example.org/hooks",), "absolute http or https URL"),
        (("https://user:secret@example.org/hooks",), "absolute http or https URL"),
        (("https://example.org/hooks", "--service", "typo"), "Create a token for the service"),
        (("https://example.org/hooks", "--tenant", "typo"), "Create a token for the service"),
    ],
)
def test_an_endpoint_that_can_not_be_set_is_refused_in_one_line(
    beside: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = beside("webhook", "set", *arguments)
    assert done.status == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
