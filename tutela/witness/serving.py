"""The calls of a witness over HTTP, and the port where it answers them (C2SP tlog-witness)."""

import asyncio
from collections.abc import Callable

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tutela.ledger import notes
from tutela.witness import cosigning
from tutela.witness.cosigning import (
    REQUEST_BYTES_MAX,
    ForkShown,
    NotCosigned,
    RequestMalformed,
    SizeConflict,
)
from tutela.witness.state import State, StateUnusable, is_digest

SIZE_TYPE = "text/x.tlog.size"
#: How long a request may take to arrive.
BODY_SECONDS = 10.0
#: Requests that wait for their turn; more are sent away.
WAITING_MAX = 64


def application(state: State, *, clock: Callable[[], int]) -> Starlette:
    """`POST /add-checkpoint`, and what was cosigned and what was forked, for monitors.

    `clock` gives seconds since 1970.
    """
    turns = asyncio.Semaphore(WAITING_MAX)

    async def add_checkpoint(request: Request) -> Response:
        if turns.locked():
            return PlainTextResponse("Come back in a moment.\n", 503, {"retry-after": "5"})
        async with turns:
            try:
                body = await _body(request)
                return await asyncio.to_thread(_cosigned, state, body=body, clock=clock)
            except NotCosigned as refusal:
                return refused(refusal)
            except StateUnusable as error:
                return PlainTextResponse(f"{error.title}\n", 500)

    async def show_checkpoint(request: Request) -> Response:
        named = request.path_params["log"]
        watched = state.watched_by_digest(named) if is_digest(named) else None
        if watched is None or not watched.checkpoint:
            return PlainTextResponse("Nothing of this log was cosigned.\n", 404)
        text = notes.read(watched.checkpoint.encode()).text
        line = notes.cosign(
            text, by=state.verifier, signer=state.sign, at_seconds=watched.cosigned_at
        )
        return PlainTextResponse(f"{watched.checkpoint}{line}")

    async def show_forks(request: Request) -> Response:
        named = request.path_params["log"]
        forks = state.forks(named) if is_digest(named) else []
        return Response(msgspec.json.encode(forks), media_type="application/json")

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{log}/checkpoint", show_checkpoint),
            Route("/{log}/forks", show_forks),
        ]
    )


def refused(refusal: NotCosigned) -> Response:
    """The refusal as the protocol tells it; a fork with both checkpoints, which prove it."""
    match refusal:
        case SizeConflict():
            headers = {"content-type": SIZE_TYPE}
            return Response(f"{refusal.size}\n", refusal.status, headers)
        case ForkShown():
            return PlainTextResponse(f"{refusal.detail}\n\n{both(refusal)}", refusal.status)
    return PlainTextResponse(f"{refusal.title}: {refusal.detail}\n", refusal.status)


def both(shown: ForkShown) -> str:
    """The two checkpoints of a fork, one behind the other."""
    return f"{shown.fork.held}\n{shown.fork.shown}"


async def serve(site: Starlette, *, host: str, port: int, stopping: asyncio.Event) -> None:
    """Serves until `stopping`, then answers the calls in flight and returns."""
    server = Server(
        site,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
    )

    async def stop_in_time() -> None:
        await stopping.wait()
        server.stop()  # type: ignore[no-untyped-call]

    waiting = asyncio.create_task(stop_in_time())
    try:
        await server.serve()
    finally:
        waiting.cancel()


def _cosigned(state: State, *, body: bytes, clock: Callable[[], int]) -> Response:
    asked = cosigning.read_request(body)
    return PlainTextResponse(str(cosigning.cosign(state, request=asked, clock=clock)))


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > REQUEST_BYTES_MAX:
                    raise RequestMalformed("The request is too long.")
    except (TimeoutError, ClientDisconnect) as error:
        raise RequestMalformed("The request did not arrive.") from error
    return bytes(body)
