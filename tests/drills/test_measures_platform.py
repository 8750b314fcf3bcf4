"""The simulated platform does as told and reports it, or misbehaves in the way it was told to."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tutela.drills.measures_platform import EVENTS, PATH, Conduct, MeasuresPlatform, Misstep
from tutela.drills.wire import Answer, Call, Outcome, serving

SECRET = "whsec_" + "A" * 32
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Stage:
    """A platform, the hour on its clock, and the reports that came to us."""

    def __init__(self, **rates: float) -> None:
        self.now = NOON
        conduct = Conduct(rates={Misstep(name): rate for name, rate in rates.items()})
        self.platform = MeasuresPlatform(
            lambda: SECRET, clock=lambda: self.now, chance=random.Random(7), conduct=conduct
        )
        self.reports: list[dict[str, object]] = []
        self.answer = 202

    def say(self, name: str, *, revision: int = 1, **says: object) -> Outcome:
        """A measure is ordered, or what else is said."""
        body = {
            "type": "measure.apply",
            "revision": revision,
            "measure_id": name,
            "kind": "visibility_removed",
            "subject": {"kind": "content", "id": "post-1"},
            **says,
        }
        return self.platform.take(signed(json.dumps(body), at=self.now))

    def in_force(self) -> set[str]:
        return set(self.platform.in_force().get("content:post-1", {}))

    def take_reports(self, call: Call) -> Outcome:
        assert call.path == EVENTS
        if self.answer != 202:
            return Outcome(Answer(self.answer, b"{}"))
        lines = [json.loads(line) for line in call.body.splitlines()]
        self.reports += lines
        results = [{"line": n, "status": "accepted"} for n, _ in enumerate(lines, 1)]
        return Outcome(Answer(202, b"\n".join(json.dumps(r).encode() for r in results)))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[httpx.AsyncClient]:
        async with (
            serving(self.take_reports) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            yield client


def signed(body: str, *, at: datetime, secret: str = SECRET) -> Call:
    headers = {
        "webhook-id": "id-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("id-1", at, body),
    }
    return Call(method="POST", path=PATH, headers=headers, body=body.encode())


def effects(stage: Stage) -> list[tuple[object, object]]:
    return [(each["measure_id"], each["effect"]) for each in stage.reports]


def status(outcome: Outcome) -> int | None:
    return None if outcome.answer is None else int(outcome.answer.status)


async def test_a_measure_is_done_and_reported_once() -> None:
    stage = Stage()
    assert status(stage.say("m-1")) == 204
    assert stage.in_force() == {"m-1"}
    async with stage.listening() as client:
        assert await stage.platform.report(client, token="t") == 1
        assert await stage.platform.report(client, token="t") == 0
    assert effects(stage) == [("m-1", "applied")]


async def test_an_undoing_and_a_reconciliation_are_done_and_reported() -> None:
    stage = Stage()
    stage.say("m-1")
    stage.say("m-1", type="measure.undo", revision=2)
    held = {"measure_id": "m-2", "kind": "visibility_removed"}
    stage.say("", type="measure.reconcile", revision=3, measures=[held])
    assert stage.in_force() == {"m-2"}
    async with stage.listening() as client:
        await stage.platform.report(client, token="t")
    assert set(effects(stage)[2:]) == {("m-1", "undone"), ("m-2", "applied")}


async def test_a_statement_that_came_is_reported_as_delivered() -> None:
    stage = Stage()
    stage.say("", type="statement.issued", statement_id="s-1")
    stage.say("", type="notice.answered")
    async with stage.listening() as client:
        await stage.platform.report(client, token="t")
    (report,) = stage.reports
    assert (report["type"], report["statement_id"]) == ("statement_delivered", "s-1")


@pytest.mark.parametrize("wrong", ["secret", "time", "path"])
def test_a_message_that_is_not_ours_is_not_followed(wrong: str) -> None:
    stage = Stage()
    call = signed("{}", at=NOON, secret="whsec_" + "B" * 32 if wrong == "secret" else SECRET)
    stage.now += timedelta(minutes=6 if wrong == "time" else 0)
    if wrong == "path":
        call = Call(method="POST", path="/", headers=call.headers, body=call.body)
    assert status(stage.platform.take(call)) == 401


@pytest.mark.parametrize(
    ("misstep", "answered"),
    [("silent", None), ("gone", 410), ("moved", 301), ("busy", 503), ("ignored", 204)],
)
def test_what_is_not_done_is_neither_in_force_nor_reported(
    misstep: str, answered: int | None
) -> None:
    stage = Stage(**{misstep: 1.0})
    assert status(stage.say("m-1")) == answered
    assert (stage.in_force(), stage.platform.unreported) == (set(), 0)
    assert stage.platform.missteps == {misstep: 1}


def test_a_measure_about_nothing_is_refused() -> None:
    stage = Stage()
    assert status(stage.say("m-1", subject=None)) == 422
    assert stage.platform.taken == {}


async def test_a_late_report_comes_late() -> None:
    stage = Stage(late=1.0)
    stage.say("m-1")
    async with stage.listening() as client:
        assert await stage.platform.report(client, token="t") == 0
        stage.now += timedelta(hours=1)
        assert await stage.platform.report(client, token="t") == 1


async def test_what_is_done_twice_is_in_force_once() -> None:
    stage = Stage(twice=1.0)
    stage.say("m-1")
    assert stage.in_force() == {"m-1"}
    async with stage.listening() as client:
        await stage.platform.report(client, token="t")
    assert effects(stage) == [("m-1", "applied")] * 3
    assert len({each["id"] for each in stage.reports}) == 2


def test_what_is_put_off_is_done_in_another_order() -> None:
    stage = Stage(shuffled=1.0)
    for number in range(1, 9):
        stage.say(f"m-{number}", revision=number)
    stage.say("m-8", type="measure.undo", revision=9)
    assert stage.in_force() == set()
    assert stage.platform.catch_up() == 9
    assert stage.in_force() == {f"m-{number}" for number in range(1, 8)}


def test_what_is_lost_is_neither_in_force_nor_reported() -> None:
    stage = Stage(lost=1.0)
    stage.say("m-1")
    assert (stage.in_force(), stage.platform.unreported) == (set(), 0)


async def test_what_was_lost_later_is_reported_as_not_applied() -> None:
    stage = Stage()
    stage.say("m-1")
    assert stage.platform.lose() == 1
    async with stage.listening() as client:
        await stage.platform.report(client, token="t")
    assert (stage.in_force(), effects(stage)) == (set(), [("m-1", "not_applied")])


def test_a_huge_answer_is_huge_and_the_measure_done() -> None:
    stage = Stage(huge=1.0)
    outcome = stage.say("m-1")
    assert outcome.answer is not None
    assert len(outcome.answer.content) > 10_000_000
    assert stage.in_force() == {"m-1"}


async def test_a_platform_that_is_down_answers_503_and_reports_nothing() -> None:
    stage = Stage()
    stage.say("m-1")
    stage.platform.conduct.down_until = NOON + timedelta(days=1)
    assert status(stage.say("m-2")) == 503
    async with stage.listening() as client:
        assert await stage.platform.report(client, token="t") == 0
        stage.now += timedelta(days=1)
        assert await stage.platform.report(client, token="t") == 1
    assert stage.in_force() == {"m-1"}


@pytest.mark.parametrize("answer", [500, 401])
async def test_reports_that_are_not_taken_are_made_again(answer: int) -> None:
    stage = Stage()
    stage.say("m-1")
    stage.answer = answer
    async with stage.listening() as client:
        assert await stage.platform.report(client, token="t") == 0
        stage.answer = 202
        assert await stage.platform.report(client, token="t") == 1
    assert list(stage.platform.refused) == [answer]
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False) as nobody:
        stage.say("m-2", revision=2)
        assert await stage.platform.report(nobody, token="t") == 0
    assert stage.platform.unreported == 1
