"""Reviewers: each claims and decides all along, and repeats a decision with its key."""

import asyncio
import json
import random
from typing import Any

from benchmarks.crash_book import Book, DecisionTaken
from benchmarks.crash_http import Answer, Line, Request, Unanswered
from benchmarks.crash_senders import NEVER_SECONDS, RETRY_SECONDS, World, told_of

ACT_ONE_IN = 3
#: What a reviewer does between two cases, on average.
PAUSE_SECONDS = 0.15
ITEMS_MAX = 20


class Reviewer:
    """One reviewer under a token of their own; what is decided is chance."""

    def __init__(self, number: int, *, world: World, token: str, book: Book) -> None:
        self._world = world
        self._token = token
        self._book = book
        self._name = f"{world.seed}-decision-{number}"
        self._taken = 0
        self._chance = random.Random(f"reviewer {self._name}")
        self._lines = [Line(port) for port in world.ports]
        #: Keys of decisions that were refused for good: none of them may have been taken.
        self.refused: list[str] = []

    async def decide_until(self, enough: asyncio.Event) -> None:
        """Claims and decides until told that it is enough."""
        while not enough.is_set():
            case = await self._claim()
            if case is not None:
                await self._pursue(case)
            await asyncio.sleep(self._chance.expovariate(1 / PAUSE_SECONDS))
        for line in self._lines:
            line.close()

    async def _claim(self) -> dict[str, Any] | None:
        answer = await self._call("/v1/cases/claim", body=b"{}")
        if answer is None or answer.status == 204 or not self._is_answer(answer):
            return None
        if answer.status != 200:
            self._world.faults.add("claim refused", text=f"{answer.status} {answer.body[:300]!r}")
            return None
        claimed: dict[str, Any] = json.loads(answer.body)
        return claimed

    async def _pursue(self, case: dict[str, Any]) -> None:
        self._taken += 1
        key = f"{self._name}-{self._taken:06d}"
        body = json.dumps(self._decision(case, key=key)).encode()
        try:
            async with asyncio.timeout(NEVER_SECONDS):
                settled = False
                while not settled:
                    settled = await self._attempt(case["id"], key=key, body=body)
                    await asyncio.sleep(self._chance.uniform(0.02, RETRY_SECONDS))
        except TimeoutError:
            self._world.faults.add("decision never acknowledged", text=key)

    async def _attempt(self, case_id: str, *, key: str, body: bytes) -> bool:
        answer = await self._call(f"/v1/cases/{case_id}/decisions", body=body)
        if answer is None or not self._is_answer(answer):
            return False
        if answer.status in {200, 201}:
            told = json.loads(answer.body)
            self._book.write(
                DecisionTaken(key=key, id=told["id"], case=case_id, answered=told["answered"])
            )
            fresh = answer.status == 201
            self._world.tally["decided" if fresh else "decided before"] += 1
        elif answer.status == 409:
            self.refused.append(key)
            self._world.tally["decisions too late"] += 1
        else:
            self._world.faults.add("decision refused", text=f"{key} {answer.body[:300]!r}")
        return True

    async def _call(self, path: str, *, body: bytes) -> Answer | None:
        line = self._chance.choice(self._lines)
        try:
            return await line.call(Request(path=path, token=self._token, body=body))
        except Unanswered as cause:
            self._world.tally[f"reviewers: {told_of(cause)}"] += 1
            return None

    def _is_answer(self, answer: Answer) -> bool:
        if answer.status >= 500 or answer.status == 429:
            self._world.tally[f"reviewers: {answer.status}"] += 1
            return False
        return True

    def _decision(self, case: dict[str, Any], *, key: str) -> dict[str, object]:
        items = [item for item in case["items"] if item["state"] == "open"][:ITEMS_MAX]
        decision: dict[str, object] = {
            "external_id": key,
            "lease_token": case["lease_token"],
            "items": [item["id"] for item in items],
            "explanation": self._chance.randbytes(8).hex(),
            "guideline_version": "crash-1",
            "automated_detection": False,
            "automated_decision": "none",
        }
        if self._chance.randrange(ACT_ONE_IN):
            return {**decision, "outcome": "dismiss"}
        return {**decision, **self._action(items[0]["subject"])}

    def _action(self, subject: dict[str, Any]) -> dict[str, object]:
        return {
            "outcome": "act",
            "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
            "ground": "terms",
            "terms_clause": "clause 1",
            "terms_version": "1",
            "facts": self._chance.randbytes(8).hex(),
            "content": {"types": ["text"], "date": "2026-01-15"},
            "measures": [{"kind": "visibility_removed", "subject": subject}],
            "application_date": "2026-01-15",
        }
