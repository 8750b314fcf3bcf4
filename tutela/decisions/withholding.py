"""A decision of which nobody is told before a day: only on a legal basis, and only with an end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.decision import Decision
from tutela.errors import FieldError
from tutela.intake.reading import refuse_if_any
from tutela.law.parameters import LawUnreadable
from tutela.law.withholding import REGISTER, Bases, basis_on

_sql = queries.load("tutela.decisions", file="withholding.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """By which basis and until when neither the recipient nor a notifier is told."""

    basis: str
    until: datetime


def register(file: Path | None) -> Bases:
    """The bases that come with the house and those of the operator's file.

    Raises LawUnreadable, naming the file and what is wrong in it.
    """
    if file is None:
        return REGISTER.built_in()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LawUnreadable(f"{file}: {error}", evidence={"file": str(file)}) from error
    return REGISTER.with_own(text, file=str(file))


def withholding(
    decision: Decision, *, caller: Caller, bases: Bases, now: datetime
) -> Withholding | None:
    """What the decision asks for; None where everybody is told at once.

    Raises Unfit, naming the basis that does not hold today or the end that is past or too far, and
    Forbidden for a caller who may not decide what is reserved for specialists.
    """
    asked = decision.withhold
    if asked is None:
        return None
    refuse_unless(caller.role, right=Right.DECIDE_SPECIALIST_CASES)
    basis = basis_on(bases, code=asked.basis, on=now.date())
    if basis is None:
        refuse_if_any([FieldError("/withhold/basis", "is no basis that is in force today")])
        return None
    latest = now + timedelta(days=basis.longest_days)
    if not now < asked.until <= latest:
        why = f"is not within {basis.longest_days} days from now, the longest for this basis"
        refuse_if_any([FieldError("/withhold/until", why)])
    return Withholding(basis=basis.code, until=asked.until)


async def withhold(
    connection: Connection, *, decision: dict[str, object], withheld: Withholding
) -> None:
    """Nothing, once what tells people of the decision waits; its measures do not.

    `decision` names it: tenant, service and decision_id. In the transaction that wrote it.
    """
    named = {**decision, "basis": withheld.basis, "until": withheld.until}
    await connection.execute(_sql.withhold, named)
