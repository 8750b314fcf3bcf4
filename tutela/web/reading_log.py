"""What auditors and inspectors read is written down: they are shown nothing without a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tutela.access.roles import Right
from tutela.access.tokens import Caller
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.review.views.noting import Reading, Way, note_reading

#: Who may only read, and is watched by nobody else.
READERS: Final = frozenset({Role.AUDITOR, Role.INSPECTOR})
#: What notes itself, with what was looked for.
_NOTED_THERE: Final = frozenset({Right.SEE_OWN_VIEWS, Right.SEE_VIEWS})
#: What a page brings up to date by itself, every few seconds.
_BROUGHT_UP: Final = "/progress"
_WHAT_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class ReadingLog:
    """Where it is written down what was read."""

    pool: Pool
    clock: Callable[[], datetime]

    async def note(self, caller: Caller, *, path: str, right: Right | None) -> None:
        """Nothing, once the reading is a row; raises DatabaseUnavailable, and nothing is shown.

        A row names the address and no parameter: a page of a list is one.
        """
        if caller.role not in READERS or right in _NOTED_THERE or path.endswith(_BROUGHT_UP):
            return
        reading = Reading(caller=caller, way=Way.READ, what=path[:_WHAT_MAX], at=self.clock())
        async with tenant_transaction(self.pool, tenant=caller.tenant) as connection:
            await note_reading(connection, reading=reading)
