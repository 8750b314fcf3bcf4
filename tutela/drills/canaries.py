"""Canaries: probes that the server issues, and that travel every route from the door to the proof.

Only a token can carry a mark and only the server issues such tokens, so no body can pass for a
probe and no probe for a notice. What a probe meets on its way is what a notice meets: the same
HTTP calls, the same tables, the same queue, the same ledger.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import httpx
import msgspec
import structlog

from tutela.access import tokens
from tutela.access.keys import KeySet
from tutela.access.tokens import Grant
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.drills.probes import PROBES, Probe
from tutela.drills.proving import proves
from tutela.ledger import receipts

#: Probes older than this are not followed any more; reconciliation has named them long before.
FOLLOW = timedelta(days=1)
CLAIMS_MAX = 100
TOKEN_NAME = "canary"  # noqa: S105 - the name under which probes are sent, no secret

_sql = queries.load("tutela.drills")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """One way a notice can come in: service, channel and door."""

    tenant: str
    service: str
    channel: Channel
    door: str


class Canaries:
    """Issues probes, reviews them as a reviewer would, and follows each to its proof."""

    def __init__(
        self,
        pool: Pool,
        *,
        keys: KeySet,
        client: httpx.AsyncClient,
        clock: Callable[[], datetime],
        chance: Callable[[int], bytes],
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._client = client
        self._clock = clock
        self._chance = chance
        self._tokens: dict[Grant, str] = {}

    async def open(self) -> None:
        """Takes over: the tokens of an earlier worker's probes are revoked."""
        self._tokens.clear()
        await self._ask(_sql.revoke_probe_tokens, name=TOKEN_NAME)

    async def round(self, *, period_seconds: float) -> None:
        """One round: send where a probe is due, decide what arrived, follow what is under way."""
        for route in await self._due(period_seconds):
            await self._issue(route)
        for tenant, service in await self._waiting():
            await self._review(tenant, service=service)
        await self._follow()

    async def _due(self, period_seconds: float) -> list[Route]:
        rows = await self._ask(
            _sql.due_routes,
            doors=list(PROBES),
            now=self._clock(),
            period_seconds=period_seconds,
        )
        return [
            Route(tenant, service, Channel(channel), door)
            for tenant, service, channel, door in rows
        ]

    async def _waiting(self) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in await self._ask(_sql.services_with_open_canaries)]

    async def _issue(self, route: Route) -> None:
        now = self._clock()
        key = f"canary-{self._chance(16).hex()}"
        chance = random.Random(self._chance(16))
        probe = PROBES[route.door](key, channel=route.channel, chance=chance)
        canary_id = uuid7(
            unix_ms=int(now.timestamp() * 1000), random=self._chance(UUID7_RANDOM_BYTES)
        )
        await self._ask(
            _sql.issue_canary,
            id=canary_id,
            tenant=route.tenant,
            service=route.service,
            channel=str(route.channel),
            door=route.door,
            external_id=key,
            now=now,
        )
        try:
            await self._send(probe, route=route)
            await self._accepted(canary_id, route=route, key=key)
        except (httpx.HTTPError, LookupError) as cause:
            await self._ask(
                _sql.canary_faulted, id=canary_id, fault=f"at the door: {_words(cause)}"
            )

    async def _send(self, probe: Probe, *, route: Route) -> None:
        sender = Grant(
            tenant=route.tenant,
            service=route.service,
            name=TOKEN_NAME,
            role=Role.SERVICE,
            channels=(route.channel,),
            mark=Mark.CANARY,
        )
        headers = await self._headers(sender)
        body = probe.body
        response = await self._client.post(
            probe.path,
            content=body if isinstance(body, bytes) else msgspec.json.encode(body),
            headers={
                **headers,
                "Idempotency-Key": probe.key,
                "Content-Type": probe.content_type,
            },
        )
        response.raise_for_status()

    async def _accepted(self, canary_id: UUID, *, route: Route, key: str) -> None:
        rows = await self._ask(
            _sql.notice_of_canary, tenant=route.tenant, service=route.service, key=key
        )
        if not rows:
            raise LookupError("acknowledged, and not there")
        await self._ask(
            _sql.canary_accepted,
            id=canary_id,
            notice_id=rows[0][0],
            leaf_hash=rows[0][1],
            now=self._clock(),
        )

    async def _review(self, tenant: str, *, service: str) -> None:
        reviewer = Grant(
            tenant=tenant,
            service=service,
            name=TOKEN_NAME,
            role=Role.SPECIALIST,
            channels=(Channel.INTERNAL,),
            mark=Mark.CANARY,
        )
        headers = await self._headers(reviewer)
        try:
            for _ in range(CLAIMS_MAX):
                response = await self._client.post("/v1/cases/claim", headers=headers, json={})
                response.raise_for_status()
                if response.status_code == httpx.codes.NO_CONTENT:
                    return
                await self._decide(response.json(), headers=headers)
        except httpx.HTTPError as cause:
            _log.warning("canary_review_failed", tenant=tenant, cause=_words(cause))

    async def _decide(self, case: dict[str, Any], *, headers: dict[str, str]) -> None:
        items = [item["id"] for item in case["items"] if item["state"] == "open"]
        notice_ids = [UUID(item.partition(".")[0]) for item in items]
        await self._ask(_sql.canary_claimed, notice_ids=notice_ids, now=self._clock())
        decision = {
            "lease_token": case["lease_token"],
            "items": items,
            "outcome": "dismiss",
            "explanation": "A probe of the house: nothing was reported.",
            "guideline_version": "canary",
            "automated_detection": False,
            "automated_decision": "full",
        }
        response = await self._client.post(
            f"/v1/cases/{case['id']}/decisions", headers=headers, json=decision
        )
        response.raise_for_status()
        await self._ask(_sql.canary_answered, notice_ids=notice_ids, now=self._clock())

    async def _follow(self) -> None:
        for canary_id, notice_id, leaf_hash, told_at, proven_at in await self._ask(
            _sql.under_way, since=self._clock() - FOLLOW
        ):
            try:
                if told_at is None and await self._is_told(notice_id):
                    await self._ask(_sql.canary_told, id=canary_id, now=self._clock())
                if proven_at is None and await self._is_proven(leaf_hash):
                    await self._ask(_sql.canary_proven, id=canary_id, now=self._clock())
            except httpx.HTTPError as cause:
                await self._ask(
                    _sql.canary_faulted, id=canary_id, fault=f"on the way: {_words(cause)}"
                )

    async def _is_told(self, notice_id: UUID) -> bool:
        code = receipts.write_code(self._keys.code_digest(notice_id.bytes))
        response = await self._client.post("/v1/receipts/lookup", json={"code": code})
        response.raise_for_status()
        return bool(response.json()["state"] == "answered")

    async def _is_proven(self, leaf_hash: bytes) -> bool:
        response = await self._client.get(f"/v1/ledger/proof/{leaf_hash.hex()}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return False
        response.raise_for_status()
        return any(
            proves(response.json(), leaf_hash=leaf_hash, public_key=key.public_key)
            for key in self._keys.signing
        )

    async def _headers(self, grant: Grant) -> dict[str, str]:
        token = self._tokens.get(grant)
        if token is None:
            token = self._tokens[grant] = await tokens.create(
                self._pool, grant=grant, now=self._clock(), chance=self._chance
            )
        return {"Authorization": f"Bearer {token}"}

    async def _ask(self, sql: LiteralString, **params: object) -> list[tuple[Any, ...]]:
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall() if cursor.description else []


def _words(cause: Exception) -> str:
    if isinstance(cause, httpx.HTTPStatusError):
        return f"status {cause.response.status_code}"
    return str(cause) if isinstance(cause, LookupError) else type(cause).__name__
