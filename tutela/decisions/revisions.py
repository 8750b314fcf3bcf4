"""The revision of a subject: a number that rises with every change of what holds for it."""

from collections.abc import Iterable

from tutela.database import queries
from tutela.database.pool import Connection

_sql = queries.load("tutela.decisions", file="measures.sql")


async def advance(
    connection: Connection, *, tenant: str, service: str, subject_keys: Iterable[bytes]
) -> dict[bytes, int]:
    """The next revision of each subject, from 1, in one statement of sorted order.

    Call it before the messages are added: the locks of the rows are held until the transaction
    ends, so that messages about one subject are added in the order of their revisions.
    """
    keys = sorted(set(subject_keys))
    if not keys:
        return {}
    named = {"tenant": tenant, "service": service, "subject_keys": keys}
    cursor = await connection.execute(_sql.advance_revisions, named)
    return {bytes(key): revision for key, revision in await cursor.fetchall()}
