"""The short way to a call: on a notice, routing and its layers cost as much as reading the body."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from starlette.types import ExceptionHandler, Receive, Scope, Send

from tutela.web.endpoint import Endpoint

_Answering = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


class DirectSite(Starlette):
    """An application whose calls with a fixed path are answered by their endpoint at once.

    So are calls whose parameters have few values, each written out in `spelled`, as paths by the
    path of their route. All else goes through Starlette. An endpoint answers its own errors, so no
    layer is missed.
    """

    def __init__(
        self,
        routes: Sequence[BaseRoute],
        *,
        exception_handlers: Mapping[Any, ExceptionHandler],
        spelled: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    ) -> None:
        super().__init__(routes=routes, exception_handlers=exception_handlers)
        self._direct: dict[tuple[str, str], _Answering] = {
            (method, route.path): route.endpoint
            for route in routes
            if isinstance(route, Route) and isinstance(route.endpoint, Endpoint)
            for method in route.methods or ()
            if not route.param_convertors
        }
        for route in routes:
            if isinstance(route, Route) and isinstance(route.endpoint, Endpoint):
                for given in (spelled or {}).get(route.path, ()):
                    path = route.path.format_map(given)
                    answering = _with_parameters(route.endpoint, given=given)
                    self._direct.update({(each, path): answering for each in route.methods or ()})

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answers one call."""
        if scope["type"] == "http":
            answering = self._direct.get((scope["method"], scope["path"]))
            if answering is not None:
                return answering(scope, receive, send)
        return super().__call__(scope, receive, send)


def _with_parameters(endpoint: Endpoint, *, given: Mapping[str, str]) -> _Answering:
    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_params"] = dict(given)
        await endpoint(scope, receive, send)

    return answering
