"""The synthetic platform's own side of the webhooks: it checks the signature and does as told."""

import json
from collections import Counter
from collections.abc import Callable

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/webhooks"
BODY_MAX_BYTES = 1024 * 1024


class PlatformReceiver:
    """Takes each message once, by its id, and counts what it was told by type."""

    def __init__(self, secret: Callable[[], str | None]) -> None:
        self._secret = secret
        self._seen: set[str] = set()
        self.taken: Counter[str] = Counter()

    def application(self) -> Starlette:
        """The endpoint as an ASGI application."""
        return Starlette(routes=[Route(PATH, self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        """204 for a message that is ours, new or not; 401 for any other."""
        body = await request.body()
        secret = self._secret()
        try:
            if secret is None or len(body) > BODY_MAX_BYTES:
                return Response(status_code=401)
            Webhook(secret).verify(body, dict(request.headers))
        except WebhookVerificationError:
            return Response(status_code=401)
        message_id = request.headers["webhook-id"]
        if message_id not in self._seen:
            self._seen.add(message_id)
            self.taken[json.loads(body)["type"]] += 1
        return Response(status_code=204)
