"""A client of the DSA Transparency Database.

Each call is one request; `submit` makes as many as it takes to file each statement once.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Self
from urllib.parse import quote

import httpx
import msgspec

from tutela.compliance.transparency.answers import Stored, is_known, stored_many, stored_one
from tutela.compliance.transparency.checking import BATCH_LIMIT
from tutela.compliance.transparency.errors import AnswerUnfit
from tutela.compliance.transparency.outcomes import Outcome
from tutela.compliance.transparency.pace import Pace
from tutela.compliance.transparency.submitting import Statements, Submission
from tutela.compliance.transparency.terms import Means, Terms
from tutela.compliance.transparency.tokens import Tokens, TokenSource
from tutela.compliance.transparency.wire import Bounds, Wire

_API: Final = "/api/v1"


class Client:
    """Speaks for one platform; an asynchronous context manager, which closes what it opened.

    `token` is a token, a file that holds one, or what is called for one; `http` an `AsyncClient` of
    the caller, whose trust and proxies are taken and which is left open. `DatabaseUnfit` where the
    address is neither https nor loopback.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: TokenSource,
        http: httpx.AsyncClient | None = None,
        terms: Terms | None = None,
        means: Means | None = None,
    ) -> None:
        self._terms = terms or Terms()
        self._means = means or Means()
        used = http or httpx.AsyncClient(trust_env=False)
        self._own = used if http is None else None
        self._wire = Wire(
            base_url,
            http=used,
            tokens=Tokens(token),
            pace=Pace(
                self._terms.calls_per_second,
                monotonic=self._means.monotonic,
                sleep=self._means.sleep,
            ),
            bounds=Bounds(
                seconds=self._terms.timeout_seconds, answer_bytes=self._terms.answer_max_bytes
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections that the client opened itself."""
        if self._own is not None:
            await self._own.aclose()

    async def ping(self) -> None:
        """Returns where the database answers and takes the token."""
        answer = await self._wire.call("GET", path="/api/ping")
        if answer.status != HTTPStatus.OK:
            raise AnswerUnfit(f"Status {answer.status} for a ping.")

    async def create(self, statement: Mapping[str, object]) -> Stored:
        """Files one; `StatementsRefused` or `PuidsTaken` where it isn't stored, see `errors`."""
        body = msgspec.json.encode(statement)
        return stored_one(await self._wire.call("POST", path=f"{_API}/statement", body=body))

    async def create_batch(
        self, statements: Sequence[Mapping[str, object] | msgspec.Raw]
    ) -> list[Stored]:
        """Files 1 to 100, all or none, in order; raises as `create` does."""
        if not 1 <= len(statements) <= BATCH_LIMIT:
            raise ValueError(f"a batch holds 1 to {BATCH_LIMIT} statements")
        body = msgspec.json.encode({"statements": statements})
        return stored_many(await self._wire.call("POST", path=f"{_API}/statements", body=body))

    async def existing_puid(self, puid: str) -> bool:
        """Whether the platform has used the PUID."""
        path = f"{_API}/statement/existing-puid/{quote(puid, safe='')}"
        return is_known(await self._wire.call("GET", path=path), puid=puid)

    def submit(self, statements: Statements) -> AsyncGenerator[Outcome, None]:
        """The outcome of each statement, in order: `Filed`, `Refused` or `Unclear`.

        Each is filed once however often it is sent, here or by another submission: its PUID stands
        for it. `TokenRefused`, `NotAllowed` and `AnswerUnfit` end the submission; what has no
        outcome by then was not filed.
        """
        submission = Submission(self, terms=self._terms, means=self._means)
        return submission.outcomes(statements)
