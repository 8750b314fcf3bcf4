"""On a legal basis and until its end nobody is told; the measure goes out at once."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.deciding import action, claimed, dismissal, take_decision
from tests.fixtures.house import Rooms
from tests.fixtures.platform import Platform
from tutela.access.roles import Forbidden
from tutela.decisions.dead_letters import Standing, backlog
from tutela.decisions.reading import read_decision
from tutela.decisions.withholding import register
from tutela.domain import canonical
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.intake.acknowledgement import Accepted
from tutela.intake.evidence import AlreadyAnswered, Evidence, add_evidence
from tutela.intake.reading import Unfit
from tutela.intake.receipts import look_up
from tutela.law.parameters import LawUnreadable
from tutela.reconciliation.status import status
from tutela.reconciliation.viewing import Viewer

BASIS = "eu_terrorist_content"
POST: dict[str, object] = {"kind": "content", "id": "post-1", "account_id": "a-7"}
DAY = timedelta(days=1)


async def acted(
    rooms: Rooms, *, role: Role = Role.SPECIALIST, basis: str = BASIS, until: datetime | None = None
) -> Accepted:
    """The notice on which somebody decides, telling nobody for a day."""
    accepted = await rooms.take(await rooms.caller(), subjects=[POST])
    reviewer = await rooms.caller(role)
    lease = await claimed(rooms, reviewer=reviewer)
    end = canonical.timestamp(until or rooms.clock.now() + DAY)
    body = action(
        lease,
        items=[item.id for item in accepted.items],
        on=POST,
        withhold={"basis": basis, "until": end, "order": "O-1"},
    )
    await take_decision(rooms, reviewer=reviewer, case_id=lease.case_id, body=body)
    return accepted


async def end_now(rooms: Rooms) -> None:
    """Time goes by, for the database too."""
    await rooms.rows("UPDATE decision SET withheld_until = withheld_until - interval '2 days'")


def kinds(platform: Platform) -> list[Any]:
    return [each.content["type"] for each in platform.receiver.received]


async def test_the_measure_goes_out_and_people_are_told_at_the_end(platform: Platform) -> None:
    rooms = platform.rooms
    await platform.configure()
    until = rooms.clock.now() + DAY
    await acted(rooms, until=until)
    await platform.deliver()
    assert kinds(platform) == ["measure.apply"]
    (measure,) = platform.receiver.received
    assert measure.content["withheld_until"] == canonical.timestamp(until)
    rooms.clock.ahead += DAY - timedelta(seconds=60)
    await platform.deliver()
    assert kinds(platform) == ["measure.apply"]
    rooms.clock.ahead += timedelta(seconds=61)
    await platform.deliver()
    assert kinds(platform) == ["measure.apply", "statement.issued", "notice.answered"]


async def test_it_holds_back_nothing_else_about_the_subject(platform: Platform) -> None:
    rooms = platform.rooms
    await platform.configure()
    await acted(rooms)
    accepted = await rooms.take(await rooms.caller(), subjects=[POST])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=[item.id for item in accepted.items])
    await take_decision(rooms, reviewer=reviewer, case_id=lease.case_id, body=body)
    await platform.deliver()
    assert kinds(platform) == ["measure.apply", "notice.answered"]


async def test_the_notifier_reads_that_it_is_under_review(rooms: Rooms) -> None:
    accepted = await acted(rooms)
    standing = await look_up(rooms.pool, code=accepted.receipt.code)
    assert [(item.state, item.outcome, item.ground) for item in standing.items] == [
        ("under_review", None, None)
    ]
    assert standing.state == "open"
    await end_now(rooms)
    told = await look_up(rooms.pool, code=accepted.receipt.code)
    assert [(item.state, item.outcome) for item in told.items] == [("answered", "act")]


async def test_who_adds_evidence_learns_no_more_than_before(rooms: Rooms) -> None:
    accepted = await acted(rooms)
    adding = Evidence(code=accepted.receipt.code, text="token 9b07", key=None)
    now = rooms.clock.now()
    _, fresh = await add_evidence(
        rooms.pool, evidence=adding, keys=rooms.keys, now=now, chance=os.urandom
    )
    assert fresh
    await end_now(rooms)
    with pytest.raises(AlreadyAnswered):
        await add_evidence(rooms.pool, evidence=adding, keys=rooms.keys, now=now, chance=os.urandom)


async def test_the_ledger_and_the_status_say_so(rooms: Rooms) -> None:
    await acted(rooms)
    ((content,),) = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'decision.taken'"
    )
    assert json.loads(bytes(content))["projection"]["withheld_basis"] == BASIS
    viewer = Viewer(tenant="main", service="main", with_ids=False)
    now = rooms.clock.now()
    seen = await status(rooms.pool, viewer=viewer, now=now, canary_seconds_max=600.0)
    assert [(each.basis, each.decisions) for each in seen.withheld] == [(BASIS, 1)]
    assert (seen.outbox.waiting, seen.outbox.dead) == (1, 0)
    standings = {
        each.kind: each.standing for each in await backlog(rooms.pool, tenant="main", now=now)
    }
    assert standings["statement.issued"] is Standing.WITHHELD
    later = now + 2 * DAY
    after = await status(rooms.pool, viewer=viewer, now=later, canary_seconds_max=600.0)
    assert after.withheld == []
    assert after.outbox.waiting == 3


async def test_its_filing_waits_as_long(rooms: Rooms) -> None:
    await acted(rooms)
    rows = await rooms.rows(
        "SELECT s.filing_retry_at = d.withheld_until FROM statement s"
        " JOIN decision d ON d.id = s.decision_id"
    )
    assert rows == [(True,)]


@pytest.mark.parametrize(
    ("basis", "ahead", "pointer"),
    [
        ("my_wish", DAY, "/withhold/basis"),
        (BASIS, -DAY, "/withhold/until"),
        (BASIS, 43 * DAY, "/withhold/until"),
    ],
)
async def test_without_a_basis_or_an_end_nothing_is_withheld(
    rooms: Rooms, basis: str, ahead: timedelta, pointer: str
) -> None:
    with pytest.raises(Unfit) as caught:
        await acted(rooms, basis=basis, until=rooms.clock.now() + ahead)
    assert [error.pointer for error in caught.value.errors] == [pointer]
    assert await rooms.rows("SELECT FROM decision") == []


async def test_who_may_not_decide_for_specialists_may_not_withhold(rooms: Rooms) -> None:
    with pytest.raises(Forbidden):
        await acted(rooms, role=Role.REVIEWER)
    assert await rooms.rows("SELECT FROM decision") == []


@pytest.mark.parametrize(
    ("withheld", "pointer"),
    [
        ({"basis": BASIS}, "/withhold/until"),
        ({"basis": BASIS, "until": "2026-12-01"}, "/withhold/until"),
        ({"basis": BASIS, "until": "2026-12-01T10:00:00"}, "/withhold/until"),
        ({"until": "2026-12-01T10:00:00Z"}, "/withhold/basis"),
        ({"basis": BASIS, "until": "2026-12-01T10:00:00Z"}, "/withhold"),
    ],
)
def test_a_withholding_is_read_strictly_and_only_to_act(
    withheld: dict[str, str], pointer: str
) -> None:
    body = {
        "lease_token": "l",
        "items": ["i"],
        "outcome": "escalate",
        "explanation": "possibly a minor",
        "withhold": withheld,
    }
    with pytest.raises(TutelaError) as caught:
        read_decision(json.dumps(body).encode())
    assert [error.pointer for error in caught.value.errors] == [pointer]


async def test_an_operators_register_adds_bases(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        '[[basis]]\ncode = "de_own"\ncountry = "DE"\nreference = "Act 1"\nlongest_days = 9\n'
        "from = 2024-01-01\nverified = true\n"
    )
    assert {each.code for each in register(file)} == {BASIS, "de_own"}
    assert {each.code for each in register(None)} == {BASIS}
    with pytest.raises(LawUnreadable, match="nowhere"):
        register(tmp_path / "nowhere.toml")
