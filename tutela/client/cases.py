"""What reviewers do: claim a case, keep or release its lease, decide it."""

from dataclasses import replace
from urllib.parse import quote

import msgspec

from tutela.client.answers import Case, CasePage, Decided, Lease
from tutela.client.notices import encode
from tutela.client.paging import paged
from tutela.client.retrying import answered, read
from tutela.client.steps import Core, Request, Steps, Stream
from tutela.domain.decision import Decision


class CaseCalls:
    """What a reviewer asks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def every(self, *, state: str | None = None) -> Stream:
        """The cases that the caller may see, in the order in which they were opened, page by page.

        `state` is `open` or `closed`; both where it is None.
        """
        return paged(
            "/v1/cases",
            state=state,
            kind=CasePage,
            rows=lambda page: page.cases,
            core=self._core,
        )

    def show(self, case_id: str) -> Steps[Case]:
        """A case with its items; Refused (404) where the caller may not know of it."""
        request = Request(method="GET", path=_path(case_id))
        return read((yield from answered(request, core=self._core)), kind=Case)

    def claim(self) -> Steps[Case | None]:
        """The most urgent case under a lease; None where there is none.

        Not sent again where the answer was lost: the lease of a case so claimed runs out by itself.
        """
        request = Request(method="POST", path="/v1/cases/claim", body=b"{}", is_repeatable=False)
        reply = yield from answered(request, core=self._core)
        return read(reply, kind=Case) if reply.body else None

    def renew(self, case_id: str, *, lease_token: str) -> Steps[Lease]:
        """The lease with its new end; Refused `stale_lease` where it is not current."""
        request = _of_lease(case_id, act="renew", lease_token=lease_token)
        return read((yield from answered(request, core=self._core)), kind=Lease)

    def release(self, case_id: str, *, lease_token: str) -> Steps[None]:
        """Makes the case anybody's again; Refused `stale_lease` where the lease is not current."""
        request = _of_lease(case_id, act="release", lease_token=lease_token)
        yield from answered(replace(request, is_repeatable=False), core=self._core)

    def decide(
        self, case_id: str, *, decision: Decision, idempotency_key: str | None = None
    ) -> Steps[Decided]:
        """What was decided and answered: once, under its `external_id` or another key."""
        key = decision.external_id or idempotency_key or self._core.new_key()
        request = Request(
            method="POST",
            path=f"{_path(case_id)}/decisions",
            body=encode(decision),
            idempotency_key=key if decision.external_id is None else None,
            keys=(key,),
        )
        return read((yield from answered(request, core=self._core)), kind=Decided)


def _path(case_id: str) -> str:
    return f"/v1/cases/{quote(case_id, safe='')}"


def _of_lease(case_id: str, *, act: str, lease_token: str) -> Request:
    body = msgspec.json.encode({"lease_token": lease_token})
    return Request(method="POST", path=f"{_path(case_id)}/{act}", body=body)
