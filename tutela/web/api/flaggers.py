"""`GET /v1/flaggers`: how precise those are who flag by calling."""

from collections.abc import Callable
from datetime import date, datetime

from tutela.database.pool import Pool
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.rights.flaggers import FlaggersAsked, flaggers
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler

PERIOD_QUERIES = frozenset({"from", "to"})


def show_flaggers(pool: Pool, *, clock: Callable[[], datetime]) -> Handler:
    """200 with the figures of the caller's service, of all time or of a period."""

    async def handle(asked: Asked) -> Answer:
        days: dict[str, date | None] = {"from": None, "to": None}
        errors = []
        for name in days:
            try:
                days[name] = _day(asked.query.get(name))
            except ValueError:
                errors.append(FieldError(f"?{name}", "a day, such as 2026-11-21"))
        if errors:
            raise Unfit(detail="The period can't be read.", errors=errors)
        caller = asked.caller
        wanted = FlaggersAsked(
            tenant=caller.tenant, service=caller.service, first=days["from"], last=days["to"]
        )
        return answer(await flaggers(pool, asked=wanted, now=clock()))

    return handle


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
