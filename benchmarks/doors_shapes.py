"""The doors in the shapes of other systems: Coop's report, Osprey's stream of actions."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import msgspec

from benchmarks.doors_own import address_of
from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged, Send, one_by_one
from benchmarks.doors_world import Lack, Report
from tutela.client import Receipt
from tutela.client.answers import LineResult

COOP_PATH = "/api/v1/report"
OSPREY_PATH = "/osprey/events"


class CoopAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What Coop would answer, with a receipt beside it."""

    report_id: str
    receipt: Receipt


async def open_coop(place: Place, *, stack: AsyncExitStack) -> Send:
    """A platform's server that reports to Coop."""
    token = place.token(name="doors-coop")
    client = await stack.enter_async_context(
        httpx.AsyncClient(
            base_url=place.url, headers={"X-API-KEY": token}, timeout=60.0, trust_env=False
        )
    )

    async def send(report: Report) -> Acknowledged:
        named = {"Idempotency-Key": report.key}
        answer = await client.post(COOP_PATH, json=coop_report(report), headers=named)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        told = msgspec.json.decode(answer.content, type=CoopAnswer)
        code = told.receipt.code
        return Acknowledged(
            report=report, notice_id=told.report_id, code=code, receipt=told.receipt
        )

    return one_by_one(send)


async def open_osprey(place: Place, *, stack: AsyncExitStack) -> Send:
    """A platform's stream of actions, of which only some are reports."""
    token = place.token(name="doors-osprey")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    client = await stack.enter_async_context(
        httpx.AsyncClient(base_url=place.url, headers=headers, timeout=60.0, trust_env=False)
    )

    async def send(reports: Sequence[Report]) -> list[Acknowledged]:
        actions = [each for report in reports for each in (post_made(report), flag(report))]
        body = b"".join(msgspec.json.encode(action) + b"\n" for action in actions)
        answer = await client.post(OSPREY_PATH, content=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        told = [msgspec.json.decode(line) for line in answer.content.splitlines()]
        assert {each["status"] for each in told[::2]} == {"not_a_report"}
        results = [msgspec.convert(each, LineResult) for each in told[1::2]]
        return [
            Acknowledged(
                report=report,
                notice_id=result.id,
                code=None if result.receipt is None else result.receipt.code,
                receipt=result.receipt,
            )
            for report, result in zip(reports, results, strict=True)
        ]

    return send


def coop_report(report: Report) -> dict[str, Any]:
    """The body of Coop's `POST /api/v1/report`."""
    address = address_of(report)
    return {
        "reporter": {"kind": "user", "typeId": "user", "id": "user-9b07"},
        "reportedForReason": {
            "policyId": str(report.category or "our-own-policy"),
            **({} if Lack.EXPLANATION in report.lacks else {"reason": report.words}),
        },
        "reportedItem": {
            "id": report.subject,
            "typeId": "user" if report.is_account else "post",
            "data": {} if address is None else {"url": address},
        },
    }


def flag(report: Report) -> dict[str, Any]:
    """The report as an action."""
    said = {
        "user_id": "user-9b07",
        "item_id": report.subject,
        "item_type": "account" if report.is_account else "post",
        "url": address_of(report),
        "reason": None if Lack.EXPLANATION in report.lacks else report.words,
        "category": report.category,
    }
    return {
        "action_id": report.number,
        "action_name": "report_user" if report.is_account else "report_post",
        "data": {name: value for name, value in said.items() if value is not None},
    }


def post_made(report: Report) -> dict[str, Any]:
    """An action of the same stream that is no report."""
    data = {"user_id": "user-4f1c", "post": {"id": f"other-{report.number}"}}
    return {"action_id": -report.number - 1, "action_name": "create_post", "data": data}
