"""A form that is sent twice is done once: where it led is kept beside the session that sent it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from tutela.access.sessions import hash_of
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.errors import TutelaError

MARK_BYTES: Final = 12
#: After this time whoever began to act is taken for gone, and the next sender acts.
GIVEN_UP_SECONDS: Final = 10.0
#: How long a second sender waits for what the first one is led to.
PATIENCE_SECONDS: Final = GIVEN_UP_SECONDS + 2
#: Between two looks of somebody who waits.
LOOK_SECONDS: Final = 0.1

_sql = queries.load("tutela.access", file="sent_forms.sql")


class FormUnderWay(TutelaError):
    """The same form was sent before, and nobody knows yet where that leads."""

    code = "form_under_way"
    title = "That form is being worked on"
    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A form as somebody sent it: under which session, and a digest of the whole of it."""

    cookie: str
    digest: bytes

    @property
    def named(self) -> dict[str, object]:
        """The values as queries name them."""
        return {"session_hash": hash_of(self.cookie), "digest": self.digest}


class SentForms:
    """Knows of each form that was sent under a session where it led, in every process."""

    def __init__(self, pool: Pool, *, chance: Callable[[int], bytes]) -> None:
        self._pool = pool
        self._chance = chance

    def mark(self) -> str:
        """What tells the forms of a page from those of the same page shown again."""
        return self._chance(MARK_BYTES).hex()

    async def begin(self, sent: SentForm) -> str | None:
        """Where the form led when it was sent before; None where the caller is to act and `end` it.

        Waits while another sender acts. Raises FormUnderWay.
        """
        now = asyncio.get_running_loop().time
        until = now() + PATIENCE_SECONDS
        while now() < until:
            is_first, led_to = await self._begun(sent)
            if is_first or led_to is not None:
                return led_to
            await asyncio.sleep(LOOK_SECONDS)
        raise FormUnderWay(
            "You sent it before, and it has not come to its end. Nothing is done twice. "
            "Open the page again to see how it stands."
        )

    async def end(self, sent: SentForm, *, led_to: str | None) -> None:
        """The form led to an address; to None where it was not taken, and may be sent again."""
        query = _sql.drop_form if led_to is None else _sql.end_form
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(query, {**sent.named, "led_to": led_to})

    async def _begun(self, sent: SentForm) -> tuple[bool, str | None]:
        asked = {**sent.named, "given_up_seconds": GIVEN_UP_SECONDS}
        async with every_tenant_transaction(self._pool) as connection:
            begun = await (await connection.execute(_sql.begin_form, asked)).fetchone()
            if begun is not None:
                return True, None
            led = await (await connection.execute(_sql.form_led_to, asked)).fetchone()
        return False, None if led is None else led[0]
