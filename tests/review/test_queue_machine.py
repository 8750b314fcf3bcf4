"""The queue against a small model: whatever happens in what order, nothing is lost or shared."""

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.fixtures.deciding import (
    CHILD,
    LEASE_SECONDS,
    SCAM,
    action,
    claim,
    dismissal,
    escalation,
    held,
    subject,
)
from tests.fixtures.house import Rooms
from tutela.access import keys as access_keys
from tutela.access.tokens import Caller
from tutela.database.pool import open_pool
from tutela.decisions.decide import Submission, decide
from tutela.decisions.reading import read_decision
from tutela.domain import canonical
from tutela.domain.vocabulary import Role
from tutela.review import queue
from tutela.review.queue import Lease, StaleLease, UnknownCase

Result = TypeVar("Result")
SUBJECTS = ("one", "two", "three")
BODIES = {"act": action, "dismiss": dismissal, "escalate": escalation}


@dataclass
class Case:
    """What the model knows of a case."""

    subject: str
    category: str
    open_items: list[str]
    specialist: bool
    lease: tuple[Lease, Caller] | None = None
    answered: list[str] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        return not self.open_items


class QueueMachine(RuleBasedStateMachine):
    """Reports, claims, leases and decisions in any order."""

    tenants = iter(range(1_000_000))
    url = ""
    key_folder = Path()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.base = datetime.now(UTC)
        self.elapsed = timedelta()
        self.cases: dict[UUID, Case] = {}
        self.given: list[tuple[Lease, Caller]] = []

    def run(self, what: Coroutine[None, None, Result]) -> Result:
        return self.runner.run(what)

    @property
    def now(self) -> datetime:
        return self.base + self.elapsed

    @initialize()
    def open_the_house(self) -> None:
        self.run(self._open())

    async def _open(self) -> None:
        pool = await open_pool(self.url, min_size=1, max_size=2)
        self.rooms = Rooms(pool=pool, keys=access_keys.load_or_create(self.key_folder))
        tenant = f"t{next(self.tenants)}"
        self.sender = await self.rooms.caller(tenant=tenant)
        self.staff = [
            await self.rooms.caller(role, tenant=tenant)
            for role in (Role.REVIEWER, Role.REVIEWER, Role.SPECIALIST)
        ]

    def teardown(self) -> None:
        if hasattr(self, "rooms"):
            self.run(self.rooms.pool.close())
        self.runner.close()

    @rule(name=st.sampled_from(SUBJECTS), category=st.sampled_from([SCAM, CHILD]))
    def report(self, name: str, category: str) -> None:
        accepted = self.run(
            self.rooms.take(self.sender, category=category, subjects=[subject(name)])
        )
        found = self.run(
            self.rooms.rows(
                "SELECT case_id FROM item WHERE notice_id = %(id)s",
                tenant=self.sender.tenant,
                id=accepted.id,
            )
        )
        case_id = found[0][0]
        merges_into = [
            known
            for known, case in self.cases.items()
            if (case.subject, case.category) == (name, category) and not case.is_closed
        ]
        if merges_into:
            assert [case_id] == merges_into
        else:
            assert case_id not in self.cases
            self.cases[case_id] = Case(name, category, [], specialist=category == CHILD)
        self.cases[case_id].open_items += [item.id for item in accepted.items]

    @rule(who=st.integers(0, 2))
    def claim(self, who: int) -> None:
        reviewer = self.staff[who]
        lease = self.run(claim(self.rooms, reviewer=reviewer, now=self.now))
        waiting = {
            case_id
            for case_id, case in self.cases.items()
            if self._visible(case, to=reviewer) and not case.is_closed and not self._leased(case)
        }
        if lease is None:
            assert waiting == set()
            return
        assert lease.case_id in waiting
        self.cases[lease.case_id].lease = (lease, reviewer)
        self.given.append((lease, reviewer))

    @rule(seconds=st.integers(1, LEASE_SECONDS))
    def wait(self, seconds: int) -> None:
        self.elapsed += timedelta(seconds=seconds)

    @precondition(lambda self: self.given)
    @rule(which=st.integers(0, 1_000), who=st.integers(0, 2))
    def renew(self, which: int, who: int) -> None:
        lease, case = self._lease(which)
        reviewer = self.staff[who]
        kept = self._done(
            queue.renew(
                self.rooms.pool,
                caller=reviewer,
                held=held(lease),
                now=self.now,
                lease_seconds=LEASE_SECONDS,
            )
        )
        assert (kept is not None) == self._holds(reviewer, lease=lease, case=case)
        if kept is not None:
            case.lease = (kept, reviewer)

    @precondition(lambda self: self.given)
    @rule(which=st.integers(0, 1_000), who=st.integers(0, 2))
    def release(self, which: int, who: int) -> None:
        lease, case = self._lease(which)
        reviewer = self.staff[who]
        owned = case.lease is not None and case.lease[1] is reviewer
        current = owned and self._leased(case) and case.lease is not None
        may = current and case.lease is not None and case.lease[0].token == lease.token
        released = self._done(self._release(reviewer, lease=lease))
        assert (released is not None) == may
        if released is not None:
            case.lease = None

    async def _release(self, reviewer: Caller, *, lease: Lease) -> bool:
        await queue.release(self.rooms.pool, caller=reviewer, held=held(lease), now=self.now)
        return True

    @precondition(lambda self: self.given)
    @rule(
        which=st.integers(0, 1_000),
        who=st.integers(0, 2),
        outcome=st.sampled_from(sorted(BODIES)),
        part=st.integers(1, 3),
    )
    def decide(self, which: int, who: int, outcome: str, part: int) -> None:
        lease, case = self._lease(which)
        reviewer = self.staff[who]
        items = case.open_items[:part] or case.answered[:1]
        extra = {"on": subject(case.subject)} if outcome == "act" else {}
        body = BODIES[outcome](lease, items=items, **extra)  # type: ignore[operator]
        taken = self._done(
            decide(
                self.rooms.pool,
                keys=self.rooms.keys,
                submission=Submission(
                    caller=reviewer,
                    case_id=lease.case_id,
                    read=read_decision(canonical.encode(body)),
                ),
                now=self.now,
                chance=os.urandom,
            )
        )
        assert (taken is not None) == self._holds(reviewer, lease=lease, case=case)
        if taken is None:
            return
        case.lease = None
        if outcome == "escalate":
            case.specialist = True
            return
        case.answered += items
        case.open_items = [item for item in case.open_items if item not in items]

    @invariant()
    def what_was_received_is_open_or_answered(self) -> None:
        if not hasattr(self, "rooms"):
            return
        found = self.run(
            self.rooms.rows(
                "SELECT c.id, c.closed_at IS NOT NULL, c.specialist, c.lease_token,"
                " array_agg(i.notice_id || '.' || i.ordinal) FILTER (WHERE i.decision_id IS NULL),"
                " count(a.notice_id)"
                " FROM case_file c JOIN item i ON i.case_id = c.id"
                " LEFT JOIN answer a ON (a.notice_id, a.ordinal) = (i.notice_id, i.ordinal)"
                " GROUP BY c.tenant, c.service, c.id",
                tenant=self.sender.tenant,
            )
        )
        assert {row[0] for row in found} == set(self.cases)
        for case_id, closed, specialist, token, open_items, answers in found:
            case = self.cases[case_id]
            assert closed == case.is_closed
            assert specialist == case.specialist
            assert set(open_items or []) == set(case.open_items)
            assert answers == len(case.answered)
            assert token == (None if case.lease is None else case.lease[0].token)

    def _done(self, what: Coroutine[None, None, Result]) -> Result | None:
        try:
            return self.run(what)
        except (StaleLease, UnknownCase):
            return None

    def _lease(self, which: int) -> tuple[Lease, Case]:
        lease, _ = self.given[which % len(self.given)]
        return lease, self.cases[lease.case_id]

    def _visible(self, case: Case, *, to: Caller) -> bool:
        return not case.specialist or to.role is Role.SPECIALIST

    def _leased(self, case: Case) -> bool:
        return case.lease is not None and case.lease[0].until > self.now

    def _holds(self, reviewer: Caller, *, lease: Lease, case: Case) -> bool:
        return (
            case.lease is not None
            and case.lease[0].token == lease.token
            and case.lease[1] is reviewer
            and self._leased(case)
            and self._visible(case, to=reviewer)
        )


def test_the_queue_does_what_the_model_says(database_url: str, tmp_path: Path) -> None:
    QueueMachine.url = database_url
    QueueMachine.key_folder = tmp_path / "keys"
    run_state_machine_as_test(
        QueueMachine, settings=settings(max_examples=40, stateful_step_count=40, deadline=None)
    )
