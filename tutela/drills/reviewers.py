"""Simulated reviewers: they claim over HTTP, take their time, and decide with reasons."""

import asyncio
import random
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

import httpx
import structlog

from tutela.domain.lanes import Lane
from tutela.domain.vocabulary import Category, MeasureKind, SubjectKind

#: How often a simulated reviewer finds something to act on.
ACT_SHARE: Final = 0.4
IDLE_SECONDS: Final = 1.0
#: After so many cases it looks how many are open.
LOOK_EVERY: Final = 5
CASES_LOOKED_AT: Final = 200
ALL_LANES: Final = frozenset(Lane)
PAUSE_SECONDS: Final = 4.0
GUIDELINE_VERSION: Final = "demo-1"

_log = structlog.get_logger(__name__)


class SimulatedReviewer:
    """One reviewer at work; what it decides is chance, how it decides is the real contract."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        token: str,
        chance: random.Random,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = chance
        self._clock = clock

    async def keep_reviewing(
        self, *, seconds_per_case: float, leaves: int = 0, lanes: Collection[Lane] = ALL_LANES
    ) -> None:
        """Claims and decides, one case after the other, for as long as it is let.

        It pauses where no more open cases than it is to leave to others wait in these lanes.
        """
        done = 0
        while True:
            try:
                if await self._rests(done, leaves=leaves, lanes=lanes):
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                worked = await self.review_one(seconds_per_case=seconds_per_case)
            except httpx.HTTPError as cause:
                _log.warning("reviewer_retries", cause=type(cause).__name__)
                worked = False
            done += worked
            if not worked:
                await asyncio.sleep(IDLE_SECONDS)

    async def _rests(self, done: int, *, leaves: int, lanes: Collection[Lane]) -> bool:
        if not leaves or done % LOOK_EVERY:
            return False
        told = await self._client.get(
            "/v1/cases",
            params={"state": "open", "limit": CASES_LOOKED_AT},
            headers=self._headers,
        )
        told.raise_for_status()
        page = told.json()
        is_whole = page["next"] is None
        return is_whole and sum(case["lane"] in lanes for case in page["cases"]) <= leaves

    async def review_one(self, *, seconds_per_case: float) -> bool:
        """Whether there was a case; it is decided when this returns, or its lease was lost."""
        claimed = await self._client.post("/v1/cases/claim", headers=self._headers, json={})
        claimed.raise_for_status()
        if claimed.status_code == httpx.codes.NO_CONTENT:
            return False
        case = claimed.json()
        await asyncio.sleep(self._chance.expovariate(1 / seconds_per_case))
        decided = await self._client.post(
            f"/v1/cases/{case['id']}/decisions", headers=self._headers, json=self.decide(case)
        )
        if decided.status_code != httpx.codes.CONFLICT:
            decided.raise_for_status()
        return True

    def decide(self, case: dict[str, Any]) -> dict[str, object]:
        """A decision on every open item of the case, with reasons of random tokens."""
        items = [item for item in case["items"] if item["state"] == "open"]
        decision: dict[str, object] = {
            "lease_token": case["lease_token"],
            "items": [item["id"] for item in items],
            "explanation": f"demo reasons {self._chance.randbytes(8).hex()}",
            "guideline_version": GUIDELINE_VERSION,
            "automated_detection": False,
            "automated_decision": "none",
        }
        if self._chance.random() >= ACT_SHARE:
            return {**decision, "outcome": "dismiss"}
        return {**decision, **self._action(items[0])}

    def _action(self, item: dict[str, Any]) -> dict[str, object]:
        subject = item["subject"]
        is_account = subject["kind"] == SubjectKind.ACCOUNT
        kind = MeasureKind.ACCOUNT_SUSPENDED if is_account else MeasureKind.VISIBILITY_REMOVED
        today = self._clock().date().isoformat()
        return {
            "outcome": "act",
            "category": str(Category.OTHER_VIOLATION_TC),
            "ground": "terms",
            "terms_clause": "demo clause 1",
            "terms_version": "demo-1",
            "facts": f"demo facts {self._chance.randbytes(8).hex()}",
            "content": {"types": ["text"], "date": today},
            "measures": [{"kind": str(kind), "subject": subject}],
            "application_date": today,
        }
