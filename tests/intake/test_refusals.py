"""Refused calls are rows: with what was said for a week, and no faster than disks can bear."""

import asyncio
from datetime import timedelta

from tests.fixtures.site import Site
from tutela.access.keys import Sealed
from tutela.database.errors import DatabaseUnavailable
from tutela.errors import FieldError, TutelaError
from tutela.intake.housekeeping import forget_refused_bodies
from tutela.intake.refusals import ANONYMOUS_ROWS_BURST, KEEP_BODY_BYTES, Refusal


async def test_what_was_said_is_sealed_for_a_week(web: Site) -> None:
    said = b'{"category": "token 5dd0"}'
    await web.post("/v1/notices", body=said)
    ((row, key, body, service, pointers),) = await web.house.rows(
        "SELECT id, sealed_key, sealed_body, service, pointers FROM refused_call"
    )
    assert web.house.keys.open(Sealed(key, body), row=row.bytes) == said
    assert b"5dd0" not in body
    assert service == "main"
    assert sorted(pointers) == ["/category", "/subjects"]
    await forget_refused_bodies(
        web.house.pool, now=web.house.clock.now() + timedelta(days=6, hours=23)
    )
    assert await web.house.rows("SELECT sealed_key IS NULL FROM refused_call") == [(False,)]
    await forget_refused_bodies(web.house.pool, now=web.house.clock.now() + timedelta(days=8))
    rows = await web.house.rows("SELECT sealed_key, sealed_body, code FROM refused_call")
    assert rows == [(None, None, "invalid_body")]


async def test_of_a_large_body_the_beginning_is_kept(web: Site) -> None:
    said = b'"' + b"x" * 500_000 + b'"'
    await web.post("/v1/notices", body=said)
    ((row, key, body),) = await web.house.rows(
        "SELECT id, sealed_key, sealed_body FROM refused_call"
    )
    assert web.house.keys.open(Sealed(key, body), row=row.bytes) == said[:KEEP_BODY_BYTES]


async def test_of_nobody_known_no_body_is_kept(web: Site) -> None:
    await web.post("/v1/notices", body=b"{}", authorization="Bearer tutela_nobody")
    rows = await web.house.rows("SELECT tenant, token_id, sealed_key, status FROM refused_call")
    assert rows == [("", None, None, 401)]


async def test_nobody_fills_the_disk_without_a_token(web: Site) -> None:
    refusal = Refusal("POST /v1/notices", None, TutelaError(), b"")
    times = int(ANONYMOUS_ROWS_BURST) + 100
    await asyncio.gather(*(web.refusals.record(refusal) for _ in range(times)))
    ((rows,),) = await web.house.rows("SELECT count(*) FROM refused_call")
    assert ANONYMOUS_ROWS_BURST <= rows < times
    assert rows + web.refusals.unrecorded == times


async def test_what_the_database_can_not_take_is_counted(web: Site) -> None:
    caller = await web.house.caller()
    await web.refusals.record(Refusal("x", caller, DatabaseUnavailable(), b""))
    assert web.refusals.unrecorded == 1
    await web.house.pool.close()
    await web.refusals.record(Refusal("x", caller, TutelaError(), b""))
    assert web.refusals.unrecorded == 2


async def test_hostile_places_are_kept_as_they_can_be(web: Site) -> None:
    caller = await web.house.caller()
    errors = [FieldError("/a b\x00c", "m"), *(FieldError(f"/{n}", "m") for n in range(40))]
    await web.refusals.record(Refusal("x", caller, TutelaError(errors=errors), b""))
    ((pointers,),) = await web.house.rows("SELECT pointers FROM refused_call")
    assert pointers[0] == "/a_bc"
    assert len(pointers) == 20
