"""How a person likes media shown: their own choice, since none was shown to protect by itself."""

import msgspec

from tutela.access.persons import person_of
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.review.care.room import CareRoom

_sql = queries.load("tutela.review.care")


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """How media is shown to one person; sound is always off until they turn it on."""

    greyscale: bool = True
    blurred: bool = False
    small: bool = True


async def of_person(room: CareRoom, *, caller: Caller) -> Appearance:
    """How the caller likes it; the house's own choice where they made none."""
    named = {"tenant": caller.tenant, "person": person_of(caller)}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.appearance_of, named)
        row = await cursor.fetchone()
    if row is None:
        return Appearance()
    greyscale, blurred, small = row
    return Appearance(greyscale=greyscale, blurred=blurred, small=small)


async def choose(room: CareRoom, *, caller: Caller, chosen: Appearance) -> None:
    """From now on it is shown to the caller as they choose."""
    named = {"tenant": caller.tenant, "person": person_of(caller)}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(
            _sql.choose_appearance, {**named, **msgspec.structs.asdict(chosen)}
        )
