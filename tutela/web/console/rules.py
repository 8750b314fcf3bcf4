"""Policies that say which events need a person: in force, in shadow, and why files are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from tutela.access.roles import Right
from tutela.detection.pipeline.counting import matches_by_rule
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.rules.book import Standing
from tutela.detection.rules.governing import showing, switching
from tutela.detection.rules.governing.precision import precision
from tutela.detection.rules.policy import Act, Mode, Policy
from tutela.errors import TutelaError
from tutela.web.answer import Answer
from tutela.web.console.pages import page
from tutela.web.console.rule_keeping import STATES, rule_keeping_screens
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

DAY: Final = timedelta(days=1)
MODES: Final[Mapping[str, str]] = MappingProxyType(
    {Mode.LIVE: "Live", Mode.SHADOW: "In shadow: counted, nothing follows"}
)
ACTS: Final[Mapping[str, str]] = MappingProxyType(
    {Act.OPEN_CASE: "A case is opened for a person", Act.LABEL: "Labels alone"}
)


class NoSuchRule(TutelaError):
    """No policy of that name is in force or in shadow."""

    code = "no_such_rule"
    title = "There is no such rule"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A policy, and on how many looks of the last day it matched; None of one in shadow."""

    policy: Policy
    matches: int | None


def rule_screens(room: DetectionRoom) -> Sequence[Screen]:
    """All policies, and one with its own tests."""
    desk, below = _Desk(room), "/console/{service}/rules"
    return (
        Screen("GET", below, Right.SEE_LISTS, desk.show_all),
        *rule_keeping_screens(room.ruling),
        Screen("GET", f"{below}/{{policy_id}}", Right.SEE_LISTS, desk.show_one),
    )


class _Desk:
    def __init__(self, room: DetectionRoom) -> None:
        self._room = room

    async def show_all(self, visit: Visit) -> Answer:
        """Every policy; above them what is wrong with the files."""
        standing = self._standing()
        rules = await self._matched(visit, policies=_policies(standing))
        kept = await showing.list_versions(
            self._room.ruling, caller=visit.caller, wanted=showing.STANDING
        )
        found = await switching.show(self._room.ruling, caller=visit.caller)
        precise = await precision(self._room.ruling, caller=visit.caller)
        return page(
            visit,
            template="rules.html",
            standing=standing,
            rules=rules,
            modes=MODES,
            acts=ACTS,
            kept=kept.versions,
            states=STATES,
            off=found.off,
            precise=precise.policies,
        )

    async def show_one(self, visit: Visit) -> Answer:
        """A policy as it is in force and as it is in shadow, with its own tests."""
        policies = _policies(self._standing())
        named = [each for each in policies if each.id == visit.path["policy_id"]]
        if not named:
            raise NoSuchRule("No policy of that name is in force or in shadow.")
        rules = await self._matched(visit, policies=named)
        return page(visit, template="rule.html", rules=rules, modes=MODES, acts=ACTS)

    def _standing(self) -> Standing | None:
        bench = self._room.panel.bench
        return None if bench is None or bench.book is None else bench.book.standing

    async def _matched(self, visit: Visit, *, policies: Sequence[Policy]) -> list[Matched]:
        since = self._room.clock() - DAY
        found = await matches_by_rule(self._room.pool, caller=visit.caller, since=since)
        return [
            Matched(
                policy=each,
                matches=found.get((each.id, each.version), 0) if each.mode is Mode.LIVE else None,
            )
            for each in policies
        ]


def _policies(standing: Standing | None) -> Sequence[Policy]:
    policies = None if standing is None else standing.policies
    return () if policies is None else policies.policies
