"""What a person says of themselves: kinds that they don't take, bounds of their own, a pause."""

from collections.abc import Collection, Mapping
from typing import Final

from tutela.access.persons import person_of
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.harm import HarmFamily
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.review.care.room import CareRoom
from tutela.review.care.rules import ALL
from tutela.review.queue import holder

REVEALS_MAX: Final = 1_000_000
MINUTES_MAX: Final = 1_440

_sql = queries.load("tutela.review.care")


async def wish(room: CareRoom, *, caller: Caller, avoided: Collection[HarmFamily]) -> None:
    """From now on no claim gives the caller a case of these families, and of no others less."""
    named = {**_who(caller), "families": [str(each) for each in avoided]}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(_sql.forget_wishes, named)
        await connection.execute(_sql.add_wishes, named)


async def bound(
    room: CareRoom, *, caller: Caller, family: str, reveals: int | None, minutes: int | None
) -> None:
    """Bounds of the caller's own beside everybody's; None is no bound. Raises Unfit, NeedsPerson.

    A lower one holds at once, a higher one from the next day on.
    """
    if family not in {ALL, *HarmFamily}:
        wrong = FieldError("/family", f"a kind of harm, or {ALL} for all")
        raise Unfit("No such kind.", errors=[wrong])
    for name, number, most in (
        ("reveals", reveals, REVEALS_MAX),
        ("minutes", minutes, MINUTES_MAX),
    ):
        if number is not None and not 0 <= number <= most:
            wrong = FieldError(f"/{name}", f"a whole number from 0 to {most}, or nothing")
            raise Unfit("The bound can't be kept.", errors=[wrong])
    set_by = person_of(caller)
    said = {"family": family, "reveals": reveals, "minutes": minutes, "set_by": set_by}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(_sql.add_bound, {**_who(caller), **said})


async def pause(room: CareRoom, *, caller: Caller) -> None:
    """A pause begins; what the caller held is anybody's again."""
    named = {**_who(caller), "holder": holder(caller), "seconds": room.rules.break_seconds}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(_sql.begin_pause, named)
        await connection.execute(_sql.give_back, named)


async def end_pause(room: CareRoom, *, caller: Caller) -> None:
    """A pause that the caller began ends; one that is taken goes on."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(_sql.end_pause, _who(caller))


async def debriefed(room: CareRoom, *, caller: Caller) -> None:
    """The caller was asked how they are; what they said is nobody's, and is not kept."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(_sql.debriefed, _who(caller))


def _who(caller: Caller) -> Mapping[str, object]:
    return {"tenant": caller.tenant, "person": person_of(caller)}
