"""The guideline of the day by harm: its version, its words, and reasons that it words already."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec

from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain.decision import (
    Decision,
    Explanation,
    Facts,
    GroundText,
    Version,
)
from tutela.domain.harm import HarmFamily
from tutela.domain.vocabulary import Ground, Mark, Outcome
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import Unfit

WORDS_MAX_CODE_POINTS = 20_000
REASONS_MAX = 9

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]

_sql = queries.load("tutela.review", file="around.sql")


class GuidelinesUnreadable(TutelaError):
    """A register of guidelines that can't be used as it is."""

    code = "guidelines_unreadable"
    title = "The guidelines can't be read"


class Reasons(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for a decision of one kind, which a person fills in and answers for."""

    name: Name
    outcome: Outcome
    explanation: Explanation
    facts: Facts | None = None
    ground: Ground | None = None
    legal_ground: GroundText | None = None
    terms_clause: GroundText | None = None


class Guideline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of the guideline for some harms, from a day on."""

    version: Version
    valid_from: date
    families: Annotated[tuple[HarmFamily, ...], msgspec.Meta(min_length=1)]
    title: Name
    words: Annotated[str, msgspec.Meta(max_length=WORDS_MAX_CODE_POINTS)]
    url: Annotated[str, msgspec.Meta(max_length=2_048, pattern="^https?://")] | None = None
    reasons: Annotated[tuple[Reasons, ...], msgspec.Meta(max_length=REASONS_MAX)] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    guideline: tuple[Guideline, ...]


@dataclass(frozen=True, slots=True)
class Guidelines:
    """Every guideline of an operator; none where none are kept here."""

    every: Sequence[Guideline] = ()

    def on(self, day: date, *, family: str) -> Guideline | None:
        """The one in force for a harm; None where the register has none."""
        begun = [each for each in self.every if family in each.families and each.valid_from <= day]
        return max(begun, key=lambda each: each.valid_from, default=None)

    def is_stale(self, version: str, *, family: str, day: date) -> bool:
        """Whether another version than this one was in force for a harm on a day."""
        there = self.on(day, family=family)
        return there is not None and there.version != version


def read_guidelines(path: Path | None) -> Guidelines:
    """The register in a file of TOML; raises GuidelinesUnreadable, which names file and place.

    Two versions for one harm can't begin on one day.
    """
    if path is None:
        return Guidelines()
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).guideline
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, why=str(error)) from error
    except msgspec.ValidationError as error:
        raise _unreadable(path, why=str(error)) from error
    begun: set[tuple[HarmFamily, date]] = set()
    for each in found:
        for family in each.families:
            if (family, each.valid_from) in begun:
                raise _unreadable(path, why=f"{family} has two from {each.valid_from} on")
            begun.add((family, each.valid_from))
    return Guidelines(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A decision on a case that may cite a guideline, and the day of the decision."""

    caller: Caller
    case_id: UUID
    decision: Decision
    on: date


async def refuse_stale(pool: Pool, *, cited: Cited, guidelines: Guidelines) -> None:
    """Raises Unfit where the guideline that is cited is not the one in force for the case's harm.

    Probes and drills cite what they always do. Where the register has none, anything is taken.
    """
    version, caller = cited.decision.guideline_version, cited.caller
    if version is None or not guidelines.every or caller.mark is not Mark.REAL:
        return
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        named = {**sight(caller), "id": cited.case_id}
        row = await (await connection.execute(_sql.keys_of_case, named)).fetchone()
    if row is None or not guidelines.is_stale(version, family=row[2], day=cited.on):
        return
    there = guidelines.on(cited.on, family=row[2])
    now = "" if there is None else f"; {there.version} is, since {there.valid_from}"
    raise Unfit(
        detail="The guideline changed. Read the one of today, and decide by it.",
        errors=[FieldError("/guideline_version", f"is not in force for this harm{now}")],
    )


def _unreadable(path: Path, *, why: str) -> GuidelinesUnreadable:
    return GuidelinesUnreadable(f"{path}: {why}", evidence={"file": str(path)})
