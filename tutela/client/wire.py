"""A request as httpx sends it, and what comes back as the steps read it."""

from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tutela import __version__
from tutela.client.steps import Lost, Reply, Request

USER_AGENT: Final = f"tutela-client/{__version__}"
#: What no repetition would mend: the call itself is wrong.
MISTAKES: Final = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
_NEVER_THERE: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the service is, who calls, and how long one attempt may be silent."""

    base_url: str
    token: str | None = field(repr=False)
    timeout_seconds: float

    def call(self, request: Request) -> dict[str, Any]:
        """The arguments of `httpx.Client.request`."""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json, application/x-ndjson"}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        if request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        if self.token is not None and not request.is_public:
            headers["Authorization"] = f"Bearer {self.token}"
        return {
            "method": request.method,
            "url": f"{self.base_url.rstrip('/')}{request.path}",
            "params": list(request.query) or None,
            "content": request.body,
            "headers": headers,
            "timeout": self.timeout_seconds,
        }


def reply(response: httpx.Response) -> Reply:
    """What came back."""
    return Reply(response.status_code, response.content, response.headers.get("retry-after"))


def lost(cause: httpx.RequestError) -> Lost:
    """That nothing came back, and whether the request may have arrived all the same."""
    return Lost(type(cause).__name__, not isinstance(cause, _NEVER_THERE))
