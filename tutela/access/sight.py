"""Who may know of a case: what `sight.sql` asks, and what is said of the caller for it."""

from tutela.access.roles import Right, has
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.errors import TutelaError

_sql = queries.load("tutela.access", file="sight.sql")


class ConflictOfInterest(TutelaError):
    """Whoever acts has declared that they are too near to what the act is about."""

    code = "conflict_of_interest"
    title = "Someone else must do this"
    status = 403


def sight(caller: Caller) -> dict[str, object]:
    """The values that the fragments of `sight.sql` name, and whose the cases are.

    Own tenant, service and mark; specialists' cases by right; of the harms one works on; never
    about whomever one is too near to.
    """
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "specialist": has(caller.role, right=Right.DECIDE_SPECIALIST_CASES),
        "person": caller.person,
        "asker": caller.person,
    }


async def kept_from(connection: Connection, *, caller: Caller) -> frozenset[bytes]:
    """The digests of subjects and accounts that the caller must not decide about."""
    if caller.person is None:
        return frozenset()
    ((keys,),) = await (await connection.execute(_sql.all_near, sight(caller))).fetchall()
    return frozenset(bytes(key) for key in keys or ())


def conflict_of_interest() -> ConflictOfInterest:
    """The refusal of an act about somebody whom its author knows; it does not say about whom."""
    return ConflictOfInterest(
        "Something of this is about an account or a subject that you said you are too near to."
    )
