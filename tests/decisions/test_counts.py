"""Whatever is decided, the counts on the decision's row are those of the rows it led to."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.fixtures.deciding import (
    action,
    claimed,
    dismissal,
    escalation,
    subject,
    take_decision,
)
from tests.fixtures.house import Rooms
from tutela.access import keys as access_keys
from tutela.access.tokens import Caller
from tutela.database.pool import open_pool
from tutela.domain.vocabulary import Role
from tutela.intake.reading import Unfit

COUNTS = """
SELECT d.outcome, d.item_count, d.statement_count, d.measure_count, d.outbox_count,
    (SELECT count(*) FROM item i WHERE i.decision_id = d.id),
    (SELECT count(*) FROM answer a WHERE a.decision_id = d.id),
    (SELECT count(*) FROM statement s WHERE s.decision_id = d.id),
    (SELECT count(*) FROM measure m WHERE m.decision_id = d.id),
    (SELECT count(*) FROM outbox o WHERE o.decision_id = d.id),
    (SELECT count(DISTINCT notice_id) FROM answer a WHERE a.decision_id = d.id)
FROM decision d WHERE d.id = %(id)s::uuid
"""

CLOSE_ALL = """
UPDATE case_file SET closed_at = now(), lease_token = NULL, lease_holder = NULL, lease_from = NULL,
    lease_until = NULL
WHERE closed_at IS NULL
"""

measures = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["visibility_removed", "visibility_demoted"]),
            "subject": st.sampled_from([subject("one"), subject("two", account_id="a-2")]),
            "territory": st.sampled_from([None, ["DE"], ["AT", "DE"]]),
            "until": st.sampled_from([None, "2027-01-31"]),
        }
    ),
    min_size=1,
    max_size=5,
)
notices = st.lists(st.integers(1, 3), min_size=1, max_size=3)
outcomes = st.sampled_from(["act", "dismiss", "escalate"])


class Bench:
    """A reviewer and a sender on a loop of their own."""

    def __init__(self, *, url: str, key_folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.runner.run(self._open(url, key_folder=key_folder))

    async def _open(self, url: str, *, key_folder: Path) -> None:
        pool = await open_pool(url, min_size=1, max_size=2)
        self.rooms = Rooms(pool=pool, keys=access_keys.load_or_create(key_folder))
        self.sender: Caller = await self.rooms.caller()
        self.reviewer: Caller = await self.rooms.caller(Role.SPECIALIST)

    async def counts(self, *, sizes: list[int], named: int, fields: dict[str, Any]) -> list[Any]:
        """The stored counts of one decision on notices with so many items each."""
        await self.rooms.rows(CLOSE_ALL)
        ids = []
        for size in sizes:
            accepted = await self.rooms.take(self.sender, subjects=[subject("one")] * size)
            ids += [item.id for item in accepted.items]
        lease = await claimed(self.rooms, reviewer=self.reviewer)
        items = ids[: named % len(ids) + 1]
        body: dict[str, object]
        if fields["outcome"] == "act":
            body = action(lease, items=items, on=subject("one"), measures=fields["measures"])
        else:
            make = dismissal if fields["outcome"] == "dismiss" else escalation
            body = make(lease, items=items)
        taken = await take_decision(
            self.rooms, reviewer=self.reviewer, case_id=lease.case_id, body=body
        )
        return [len(items), *(await self.rooms.rows(COUNTS, id=taken.decided.id))[0]]

    def close(self) -> None:
        self.runner.run(self.rooms.pool.close())
        self.runner.close()


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(url=database_url, key_folder=tmp_path / "keys")
    yield made
    made.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sizes=notices, named=st.integers(0, 20), outcome=outcomes, measures=measures)
def test_the_counts_of_a_decision_are_those_of_its_rows(
    bench: Bench, sizes: list[int], named: int, outcome: str, measures: list[dict[str, object]]
) -> None:
    fields = {"outcome": outcome, "measures": measures}
    try:
        found = bench.runner.run(bench.counts(sizes=sizes, named=named, fields=fields))
    except Unfit as refused:
        contradictions = [error for error in refused.errors if "contradicts" in error.message]
        assume(len(refused.errors) != len(contradictions))
        raise
    items, stored_outcome, item_count, *rest = found
    statement_count, measure_count, outbox_count, *rows = rest
    answered, answers, statements, measured, messages, told = rows
    assert (stored_outcome, item_count) == (outcome, items)
    assert answered == answers == (0 if outcome == "escalate" else items)
    assert (statements, measured) == (statement_count, measure_count)
    assert measured == (len(measures) if outcome == "act" else 0)
    assert messages == outbox_count == measured + statements + told
