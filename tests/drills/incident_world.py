"""Four simulated days of a synthetic platform, and faults that keep a list of what they touch."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tutela.domain.lanes import Lane
from tutela.domain.vocabulary import Role
from tutela.drills.platform import SyntheticPlatform
from tutela.intake.door import Sending
from tutela.intake.preparation import PreparedNotice
from tutela.intake.reading import NoticeRead

HOURS = 96
FAULT_FROM, FAULT_TO = timedelta(hours=24), timedelta(hours=72)
#: What the fault touches: some languages over one surface of the platform.
LANGUAGES, SURFACE = ("de", "fr", "pl"), "app"
#: The world ends so long before now that every window in it has settled.
QUIET = timedelta(minutes=30)
BEYOND = timedelta(days=30)
#: People who report again and again.
REGULARS = 8
GUIDELINES = "auto-7"


@dataclass(frozen=True)
class Report:
    """One notice as the platform sent it, and the ids it was told."""

    notice: dict[str, Any]
    at: datetime
    id: str
    items: tuple[str, ...]

    @property
    def person(self) -> str | None:
        """Who gave it, as far as it says."""
        named: dict[str, str] | None = self.notice.get("notifier")
        return None if named is None else named["email"]


@dataclass
class World:
    """The house under a clock that the world moves, and what the world remembers of its own."""

    web: Site
    chance: random.Random
    begun: datetime = field(
        default_factory=lambda: datetime.now(UTC) - timedelta(hours=HOURS) - QUIET
    )
    reports: list[Report] = field(default_factory=list)

    @property
    def rooms(self) -> Rooms:
        return self.web.house

    @property
    def fault(self) -> dict[str, str]:
        """When the fault worked."""
        begun, ended = self.begun + FAULT_FROM, self.begun + FAULT_TO
        return {"from": begun.isoformat(), "to": ended.isoformat()}

    def is_faulty(self, at: datetime) -> bool:
        return self.begun + FAULT_FROM <= at < self.begun + FAULT_TO

    def move_to(self, at: datetime) -> None:
        self.rooms.clock.ahead = at - datetime.now(UTC)

    async def live(self, *, notices: int, daily: Callable[[], Any] | None = None) -> None:
        """Notices come in over all the days, one after the other; now and then `daily` happens."""
        # the database's own clock can't be moved, and would refuse what comes in four days ago
        await self.rooms.rows("ALTER TABLE notice DROP CONSTRAINT notice_clock")
        token = await self.web.token()
        platform = SyntheticPlatform(
            self.web.client, token=token, chance=self.chance, clock=self.rooms.clock.now
        )
        for number in range(notices):
            at = self.begun + timedelta(hours=HOURS) * number / notices
            self.move_to(at)
            await self.send(self.joined(platform.write_notice()))
            if daily is not None and number % 3 == 0:
                await daily()
        self.rooms.clock.ahead = timedelta()

    def joined(self, notice: dict[str, Any]) -> dict[str, Any]:
        """The notice; one in four is about what another was about, so that it joins its case."""
        if self.reports and self.chance.random() < 1 / 4:
            earlier = self.chance.choice(self.reports[-60:]).notice
            notice |= {name: earlier[name] for name in ("category", "subjects")}
            notice.pop("keyword", None)
        return notice

    async def send(self, notice: dict[str, Any], *, at: datetime | None = None) -> Report:
        """One notice over HTTP; half of those who say who they are report often."""
        if "notifier" in notice and self.chance.random() < 1 / 2:
            notice["notifier"]["email"] = f"{self.chance.randrange(REGULARS)}@example.org"
        if at is not None:
            self.move_to(at)
        came = self.rooms.clock.now()
        accepted = (await self.web.post("/v1/notices", body=notice)).json()
        items = tuple(item["id"] for item in accepted["items"])
        report = Report(notice=notice, at=came, id=accepted["id"], items=items)
        self.reports.append(report)
        return report


@dataclass
class Misrouting:
    """A fault in the routing: some languages over one surface go to the wrong lane, not to
    specialists, and far down in it; it writes down every item that it touched."""

    world: World
    touched: set[str] = field(default_factory=set)

    def begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        intake = self.world.rooms.intake
        right = intake.prepare

        def wrong(read: NoticeRead, *, sending: Sending) -> PreparedNotice:
            prepared = right(read, sending=sending)
            notice, at = prepared.notice, prepared.received_at
            is_meant = notice.language in LANGUAGES and notice.surface == SURFACE
            if not is_meant or not self.world.is_faulty(at):
                return prepared
            self.touched |= {f"{prepared.id}.{item.ordinal}" for item in prepared.items}
            late = prepared.due_at + BEYOND
            return replace(prepared, lane=Lane.GENERAL, specialist=False, due_at=late)

        monkeypatch.setattr(intake, "prepare", wrong)


@dataclass
class FaultyReviewer:
    """An automated reviewer that dismisses whatever it claims while the fault lasts, and decides
    nothing at other times; it writes down every item that it dismissed."""

    world: World
    dismissed: set[str] = field(default_factory=set)

    async def work(self) -> None:
        web = self.world.web
        faulty = self.world.is_faulty(web.house.clock.now())
        headers = {"authorization": f"Bearer {await web.token(Role.SPECIALIST)}"}
        claimed = await web.client.post("/v1/cases/claim", json={}, headers=headers)
        if claimed.status_code == httpx.codes.NO_CONTENT:
            return
        case = claimed.json()
        body = {
            "lease_token": case["lease_token"],
            "items": case["open_items"],
            "outcome": "dismiss",
            "explanation": "token",
            "guideline_version": GUIDELINES if faulty else "2026-10",
            "automated_decision": "full" if faulty else "none",
        }
        done = await web.client.post(
            f"/v1/cases/{case['id']}/decisions", json=body, headers=headers
        )
        assert done.status_code == httpx.codes.CREATED, done.text
        if faulty:
            self.dismissed |= set(done.json()["answered"])


def should_wait(report: Report) -> tuple[Lane, bool]:
    """The lane of a notice and whether it is for specialists, told by hand from what was sent."""
    notice = report.notice
    minor = notice.get("possible_minor", {}).get("depicted", False)
    child = notice["category"].endswith("PROTECTION_OF_MINORS") or minor
    if notice.get("imminent_danger"):
        return Lane.DANGER, child
    return (Lane.CHILD_SAFETY if child else Lane.GENERAL), child
