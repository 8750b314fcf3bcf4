"""The files that pages load: as they lie in the package, and under headers that keep them files."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tutela.web.endpoint import BARE_POLICY

_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    BARE_POLICY[0].decode(): BARE_POLICY[1].decode(),
}


class Files(StaticFiles):
    """The files below `tutela/web/static`; 404 for whatever else a path says (CWE-22, CWE-158)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with the headers; raises HTTPException."""
        if "\0" in path:
            raise HTTPException(status_code=404)
        given = await super().get_response(path, scope)
        given.headers.update(_HEADERS)
        return given
