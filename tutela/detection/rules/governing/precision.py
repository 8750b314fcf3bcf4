"""How often people confirm what a policy leads to: by policy and language, with an interval."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.detection.detectors import DOOR
from tutela.detection.rules.governing.room import RuleRoom
from tutela.detection.rules.policies import DETECTOR
from tutela.domain.canonical import timestamp
from tutela.domain.proportion import wilson_95

#: Over how long verdicts are counted.
PERIOD: Final = timedelta(days=90)
METHOD: Final = "Wilson score interval, 95 %"
_SHARE_DIGITS: Final = 4

_sql = queries.load("tutela.detection.rules.governing", file="events.sql")
_versions_sql = queries.load("tutela.detection.rules.governing", file="versions.sql")


class RuleVerdicts(msgspec.Struct, frozen=True, kw_only=True):
    """What people decided about what a policy led to; null language: nobody said which."""

    language: str | None
    acted: int
    dismissed: int
    #: The share that was acted on, and where it lies.
    share: float
    low: float
    high: float


class RulePrecision(msgspec.Struct, frozen=True, kw_only=True):
    """One policy over all its versions."""

    policy: str
    #: What whoever proposed its live version promised; null where nothing was.
    precision_min: float | None
    #: Whether even the upper end of the interval lies below it.
    below: bool
    all: RuleVerdicts
    by_language: list[RuleVerdicts]


class Precisions(msgspec.Struct, frozen=True, kw_only=True):
    """Every policy of which something was decided since then."""

    since: str
    method: str
    policies: list[RulePrecision]


async def precision(room: RuleRoom, *, caller: Caller) -> Precisions:
    """The figures of the caller's service; raises Forbidden."""
    refuse_unless(caller.role, right=Right.SEE_LISTS)
    since = room.clock() - PERIOD
    asked = {"tenant": caller.tenant, "service": caller.service, "since": since}
    asked |= {"detector": DETECTOR, "door": DOOR}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.judged_matches, asked)).fetchall()
        promised = await (await connection.execute(_versions_sql.promised, asked)).fetchall()
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for policy, language, acted, dismissed in rows:
        found[policy][language] = (acted, dismissed)
    least = dict(promised)
    return _told(since, found=found, least=least)


def _told(
    since: datetime,
    *,
    found: Mapping[str, Mapping[str, tuple[int, int]]],
    least: Mapping[str, float | None],
) -> Precisions:
    return Precisions(
        since=timestamp(since),
        method=METHOD,
        policies=[
            _of_policy(policy, of_languages=of_languages, least=least.get(policy))
            for policy, of_languages in sorted(found.items())
        ],
    )


def _of_policy(
    policy: str, *, of_languages: Mapping[str, tuple[int, int]], least: float | None
) -> RulePrecision:
    acted = sum(each[0] for each in of_languages.values())
    dismissed = sum(each[1] for each in of_languages.values())
    everything = _verdicts(None, acted=acted, dismissed=dismissed)
    return RulePrecision(
        policy=policy,
        precision_min=least,
        below=least is not None and everything.high < least,
        all=everything,
        by_language=[
            _verdicts(language or None, acted=acted, dismissed=dismissed)
            for language, (acted, dismissed) in of_languages.items()
        ],
    )


def _verdicts(language: str | None, *, acted: int, dismissed: int) -> RuleVerdicts:
    trials = acted + dismissed
    interval = wilson_95(acted, trials=trials)
    return RuleVerdicts(
        language=language,
        acted=acted,
        dismissed=dismissed,
        share=round(acted / trials, _SHARE_DIGITS),
        low=round(interval.low, _SHARE_DIGITS),
        high=round(interval.high, _SHARE_DIGITS),
    )
