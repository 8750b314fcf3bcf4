"""What is answered where no call is: unknown paths and wrong methods, as errors are told here."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tutela.errors import TutelaError
from tutela.web.answer import Answer
from tutela.web.api.xrpc import xrpc_problem
from tutela.web.endpoint import BARE_POLICY
from tutela.web.problem import problem


class NoSuchCall(TutelaError):
    """Nothing answers under this path."""

    code = "not_found"
    title = "There is no such call"
    status = HTTPStatus.NOT_FOUND


class NoSuchMethod(TutelaError):
    """The path is a call's, and not with this method."""

    code = "method_not_allowed"
    title = "The call does not take this method"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class NotImplementedHere(TutelaError):
    """A method of AT Protocol that this service does not offer."""

    code = "method_not_implemented"
    title = "This service does not offer the method"
    status = HTTPStatus.NOT_IMPLEMENTED


async def no_call(request: Request, exc: Exception) -> Response:
    """The problem document of an `HTTPException` that routing raised; XRPC's own under `/xrpc/`."""
    wrong_method = (
        isinstance(exc, HTTPException) and exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    )
    allowed = (exc.headers or {}).get("Allow", "") if isinstance(exc, HTTPException) else ""
    if request.url.path.startswith("/xrpc/"):
        told = xrpc_problem(
            NoSuchMethod(f"Send {allowed}.") if wrong_method else NotImplementedHere()
        )
    else:
        told = problem(
            NoSuchMethod(f"Send {allowed}.")
            if wrong_method
            else NoSuchCall("The calls are listed in /openapi.json.")
        )
    return _response(told, allowed=allowed)


def _response(told: Answer, *, allowed: str) -> Response:
    policy = {BARE_POLICY[0].decode(): BARE_POLICY[1].decode()}
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff", **policy}
    if allowed:
        headers["allow"] = allowed
    return Response(told.body, told.status, headers, told.content_type)
