"""Programs load the guard's snapshot for their token alone, and say what they serve."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.fixtures.guarding import MAIN, Guarded, blocked
from tests.fixtures.service import until
from tests.fixtures.site import Site, served
from tutela.access import keys as access_keys
from tutela.domain.vocabulary import Role
from tutela.guard import Guard, sealing
from tutela.guard.asking import Verdict
from tutela.guard.library import Options
from tutela.guard.publishing.alarms import Sentry
from tutela.guard.publishing.programs import GONE_SECONDS
from tutela.guard.sealing import Manifest, SnapshotMisplaced

WORD = "zorvaplim"
REPORT: dict[str, Any] = {
    "program": "p-1",
    "name": "search",
    "version": 1,
    "age_seconds": 2.5,
    "degraded": False,
    "surfaces": ["search"],
    "verdicts": {"search": {"allow": 9, "block": 1}},
}


@dataclass
class Programs:
    """A site whose guard lists one text, and a program's token."""

    site: Site
    guarded: Guarded
    token: str

    async def load(self, query: str = "", *, token: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token or self.token}"}
        return await self.site.client.get(f"/v1/guard/snapshot{query}", headers=headers)

    async def report(self, **changed: object) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        body = {**REPORT, **changed}
        return await self.site.client.post("/v1/guard/reports", json=body, headers=headers)

    async def standings(self) -> list[tuple[Any, ...]]:
        return await self.guarded.rooms.rows(
            "SELECT name, version, age_seconds, surfaces FROM guard_standing"
            " WHERE kind = 'program' ORDER BY name"
        )

    def believed(self, manifest: Manifest) -> list[bytes]:
        public_key = self.guarded.rooms.keys.public_key
        return [public_key] if manifest.key_id == access_keys.key_id(public_key) else []


@pytest_asyncio.fixture
async def programs(web: Site) -> AsyncIterator[Programs]:
    token = await web.new_token(Role.GUARD)
    guarded = Guarded(web.house)
    await guarded.publish(blocked(WORD))
    yield Programs(web, guarded, token)


async def test_a_program_is_given_the_newest_version_for_its_token_alone(
    programs: Programs,
) -> None:
    answer = await programs.load()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert WORD.encode() not in answer.content
    token, believed = programs.token, programs.believed
    opened = sealing.open_document(answer.content, token=token, believed=believed)
    assert (opened.snapshot.version, opened.snapshot.texts[0].value) == (1, WORD)
    other = await programs.site.new_token(Role.GUARD)
    with pytest.raises(SnapshotMisplaced):
        sealing.open_document(answer.content, token=other, believed=believed)


async def test_who_has_the_newest_version_is_told_so_and_how_old_that_is(
    programs: Programs,
) -> None:
    programs.guarded.rooms.clock.ahead += timedelta(seconds=42)
    answer = await programs.load("?have=1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert float(answer.headers["tutela-snapshot-age"]) >= 42
    document = (await programs.load()).content
    digest = sealing.manifest_of(document).body_digest
    assert (await programs.load(f"?have=1&digest={digest}")).status_code == 204
    assert (await programs.load(f"?have=1&digest={'0' * 64}")).status_code == 200
    await programs.guarded.publish(blocked("quibdrastel"))
    assert (await programs.load("?have=1")).status_code == 200
    assert (await programs.load("?have=9")).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.GUARD])
async def test_only_a_guards_token_loads_what_is_listed(programs: Programs, role: Role) -> None:
    token = await programs.site.token(role)
    assert (await programs.load(token=token)).status_code == 403


async def test_before_anything_is_published_there_is_nothing_to_load(web: Site) -> None:
    token = await web.new_token(Role.GUARD)
    headers = {"authorization": f"Bearer {token}"}
    answer = await web.client.get("/v1/guard/snapshot", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "snapshot_missing")


@pytest.mark.parametrize("have", ["", "-1", "1.5", "x", "9" * 19])
async def test_a_version_that_is_none_is_refused(programs: Programs, have: str) -> None:
    answer = await programs.load(f"?have={have}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?have"


async def test_each_service_is_given_its_own(programs: Programs) -> None:
    other = await programs.site.new_token(Role.GUARD, tenant="other", service="app")
    await programs.guarded.turn()
    opened = sealing.open_document(
        (await programs.load(token=other)).content, token=other, believed=programs.believed
    )
    assert (opened.snapshot.tenant, opened.snapshot.texts) == ("other", ())


async def test_what_a_program_serves_is_written_down_until_it_ends(programs: Programs) -> None:
    assert (await programs.report()).status_code == 202
    assert (await programs.report(version=2, verdicts={})).status_code == 202
    assert (await programs.report(program="p-2")).status_code == 202
    assert await programs.standings() == [
        ("search p-1", 2, 2.5, ["search"]),
        ("search p-2", 1, 2.5, ["search"]),
    ]
    metrics = (await programs.site.client.get("/metrics")).text
    told = 'tutela_guard_reported_verdicts_total{surface="search",verdict="block"}'
    assert told in metrics
    assert (await programs.report(ended=True)).status_code == 202
    assert [name for name, *_ in await programs.standings()] == ["search p-2"]


async def test_a_program_that_says_nothing_for_long_has_gone(programs: Programs) -> None:
    await programs.report()
    programs.guarded.rooms.clock.ahead += timedelta(seconds=GONE_SECONDS + 1)
    await programs.report(program="p-2")
    assert [name for name, *_ in await programs.standings()] == ["search p-2"]


async def test_a_viewer_whom_a_program_found_is_shut_out_everywhere_and_told_of(
    programs: Programs,
) -> None:
    found = {"account_id": "a-7", "trait": "refused", "shut_seconds": 900.0}
    assert (await programs.report(probing=[found])).status_code == 202
    rooms = programs.guarded.rooms
    ((key, trait, times),) = await rooms.rows("SELECT viewer_key, trait, times FROM guard_probing")
    assert (trait, times) == ("refused", 1)
    assert b"a-7" not in bytes(key)
    sentry = Sentry(keys=rooms.keys, clock=rooms.clock.now, monotonic=lambda: 0.0)
    await sentry.exchange(rooms.pool)
    assert sentry.is_shut(sentry.viewer("a-7", place=MAIN))
    assert not sentry.is_shut(sentry.viewer("a-8", place=MAIN))


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"version": -1}, "/version"),
        ({"program": ""}, "/program"),
        ({"surfaces": ["elsewhere"]}, "/surfaces/0"),
        ({"verdicts": {"search": {"block": -1}}}, "/verdicts"),
        ({"queries": ["a"]}, "/queries"),
        ({"probing": [{"account_id": "", "trait": "many", "shut_seconds": 1}]}, "/probing/0"),
    ],
)
async def test_a_report_that_is_none_is_refused_and_its_place_is_named(
    programs: Programs, changed: dict[str, object], pointer: str
) -> None:
    answer = await programs.report(**changed)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert await programs.standings() == []


async def test_the_library_loads_follows_and_reports(programs: Programs) -> None:
    """Over a real port, with the ledger's real keys."""
    options = Options(name="search", poll_seconds=0.02)
    async with served(programs.site.application) as url:
        guard = await asyncio.to_thread(Guard, url, token=programs.token, options=options)
        with guard:
            assert await asyncio.to_thread(guard.wait, 20)
            assert guard.search(WORD).verdict is Verdict.BLOCK
            assert guard.search("quibdrastel").verdict is Verdict.ALLOW
            await programs.guarded.publish(blocked("quibdrastel"))
            await asyncio.to_thread(
                until, lambda: guard.standing().version == 2, what="the second version"
            )
            assert guard.search("quibdrastel").verdict is Verdict.BLOCK
            ((name, version, *_),) = await programs.standings()
            assert (name.split()[0], version) == ("search", 1)
            await asyncio.to_thread(guard.close)
        assert await programs.standings() == []
