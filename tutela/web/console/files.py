"""The files that pages load: as they lie in the package, and under headers that keep them files."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from tutela.web.endpoint import BARE_POLICY

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    BARE_POLICY,
)


class Files:
    """The files below `tutela/web/static`; 404 for whatever else a path says (CWE-22, CWE-158)."""

    def __init__(self) -> None:
        self._files = StaticFiles(packages=[("tutela.web", "static")])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends one file; raises HTTPException where there is none."""

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        if "\0" in scope["path"]:
            raise HTTPException(status_code=404)
        await self._files(scope, receive, safely)
