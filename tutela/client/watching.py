"""What a platform says it sent, and how the service stands."""

from tutela.client.answers import Declared, Status
from tutela.client.notices import encode
from tutela.client.retrying import answered, read
from tutela.client.steps import Core, Request, Steps
from tutela.domain.declaration import Declaration


class WatchCalls:
    """What a platform asks of the whole."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def declare(
        self, declaration: Declaration, *, idempotency_key: str | None = None
    ) -> Steps[Declared]:
        """What was declared, and how many notices of that time have come in."""
        key = declaration.external_id or idempotency_key or self._core.new_key()
        request = Request(
            method="POST",
            path="/v1/declarations",
            body=encode(declaration),
            idempotency_key=key if declaration.external_id is None else None,
            keys=(key,),
        )
        return read((yield from answered(request, core=self._core)), kind=Declared)

    def status(self) -> Steps[Status]:
        """How the service stands."""
        request = Request(method="GET", path="/v1/status")
        return read((yield from answered(request, core=self._core)), kind=Status)
