"""Work on a thread of its own, given up after its time; a thread that hangs holds nobody up."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

_Answer = TypeVar("_Answer")


async def in_thread(work: Callable[[], _Answer], *, done: Callable[[], None], name: str) -> _Answer:
    """What `work` returns or raises; `done` is called on the loop once it has really ended.

    The thread is not waited for where the caller is cancelled, and dies with the process.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Answer] = loop.create_future()

    def settle(tell: Callable[[], None]) -> None:
        done()
        if not future.done():
            tell()

    def run() -> None:
        tell: Callable[[], None]
        try:
            tell = partial(future.set_result, work())
        except BaseException as error:  # noqa: BLE001 - a panic of a library in Rust is one too
            tell = partial(future.set_exception, Broke(type(error).__name__))
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, tell)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future


class Broke(RuntimeError):
    """The work raised; the text is the type of what it raised, never words of an item."""
