"""Drops at the door: nothing is acknowledged that is not kept, and nothing is kept twice."""

import json
import os
from datetime import timedelta

import pytest

from tests.drops import losing
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.channels.batch import Batch, LineRefused, notices_of, split, take_lines
from tutela.intake.commit import ClockWrong
from tutela.intake.door import Intake, Sending

LINES = 300
CUT_AFTER = 128


@pytest.mark.parametrize("clock", [losing.clock_ahead, losing.clock_behind])
async def test_a_clock_that_is_an_hour_off_can_not_sign_a_receipt(
    rooms: Rooms, clock: losing.Loss
) -> None:
    with pytest.raises(ClockWrong):
        await clock(rooms)
    assert await rooms.rows("SELECT * FROM notice") == []


@pytest.mark.parametrize("clock", [losing.clock_ahead, losing.clock_behind])
async def test_without_its_constraint_a_wrong_clock_would_sign(
    rooms: Rooms, clock: losing.Loss
) -> None:
    await rooms.rows("ALTER TABLE notice DROP CONSTRAINT notice_clock")
    await clock(rooms)
    ((off,),) = await rooms.rows("SELECT received_at - committed_at FROM notice")
    assert abs(off) > timedelta(minutes=59)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_sender_s_clock_that_is_an_hour_off_loses_no_report(
    rooms: Rooms, hours: int
) -> None:
    told = rooms.clock.now() + timedelta(hours=hours)
    accepted = await rooms.take(await rooms.caller(), submitted_at=told.isoformat())
    assert accepted.id


async def test_a_key_that_is_taken_by_another_report_is_refused_aloud(rooms: Rooms) -> None:
    with pytest.raises(KeyReused):
        await losing.duplicate_key_with_another_body(rooms)
    assert await rooms.rows("SELECT count(*) FROM notice") == [(1,)]


async def test_without_its_key_table_the_second_report_would_hide_as_a_retry(
    rooms: Rooms,
) -> None:
    await _take_out_keys(rooms)
    await losing.duplicate_key_with_another_body(rooms)
    assert await rooms.rows("SELECT count(*) FROM notice") == [(2,)]


async def _send(rooms: Rooms, *, caller: Caller, strides: int | None) -> list[str]:
    """The statuses of a batch; the process dies after so many strides, if any."""
    intake = Intake(rooms.pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)
    lines = split(b"\n".join(json.dumps(_notice(number)).encode() for number in range(LINES)))
    statuses: list[str] = []

    async def record(_: LineRefused) -> None:
        raise AssertionError("no line of this batch is bad")

    sending = Sending(caller=caller, door="batch")
    prepare = notices_of(intake, sending=sending)
    batch = Batch(intake=intake, sending=sending, record_line=record, prepare=prepare)
    async for part in take_lines(lines, batch=batch):
        statuses += [json.loads(line)["status"] for line in part.splitlines()]
        if strides is not None and len(statuses) >= strides * CUT_AFTER:
            break
    return statuses


async def test_a_restart_in_the_middle_of_a_batch_loses_no_line_and_doubles_none(
    rooms: Rooms,
) -> None:
    caller = await rooms.caller()
    before = await _send(rooms, caller=caller, strides=1)
    after = await _send(rooms, caller=caller, strides=None)
    assert before == ["accepted"] * CUT_AFTER
    assert after == ["duplicate"] * CUT_AFTER + ["accepted"] * (LINES - CUT_AFTER)
    assert await rooms.rows("SELECT count(*) FROM notice") == [(LINES,)]


async def test_without_its_key_table_a_restart_would_double_lines(rooms: Rooms) -> None:
    await _take_out_keys(rooms)
    caller = await rooms.caller()
    await _send(rooms, caller=caller, strides=1)
    await _send(rooms, caller=caller, strides=None)
    assert await rooms.rows("SELECT count(*) FROM notice") == [(LINES + CUT_AFTER,)]


async def _take_out_keys(rooms: Rooms) -> None:
    await rooms.rows("ALTER TABLE submission_key DROP CONSTRAINT submission_key_pkey")


def _notice(number: int) -> dict[str, object]:
    return {
        "external_id": f"n-{number}",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "subjects": [{"kind": "content", "id": f"subject-{number}"}],
    }
