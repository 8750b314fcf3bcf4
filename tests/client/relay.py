"""A relay between a client and the service that breaks connections at a chosen moment."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

CHUNK_BYTES = 65_536


class Break(StrEnum):
    """What befalls one connection."""

    #: It is cut as soon as it is made.
    AT_ONCE = "at_once"
    #: The service has answered, so that all is committed; the answer is lost with the connection.
    BEFORE_THE_ANSWER = "before_the_answer"
    #: Half of the first piece of the answer arrives.
    WITHIN_THE_ANSWER = "within_the_answer"
    #: The answer never comes, and the connection stays.
    SILENCE = "silence"


class Relay:
    """Passes on; each new connection takes the next of `breaks`, if there is one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.breaks: deque[Break] = deque()
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connections += 1
        fault = self.breaks.popleft() if self.breaks else None
        if fault is Break.AT_ONCE:
            writer.transport.abort()
            return
        from_service, to_service = await asyncio.open_connection("127.0.0.1", self._port)
        sending = asyncio.create_task(_pass_on(reader, writer=to_service))
        try:
            await _answer(from_service, writer=writer, fault=fault)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            to_service.transport.abort()
            writer.transport.abort()


@asynccontextmanager
async def relaying(url: str) -> AsyncIterator[Relay]:
    """A relay to the service at the URL."""
    relay = Relay(int(url.rpartition(":")[2]))
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(relay.serve(reader, writer=writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(
        lambda reader, writer: accept(reader, writer=writer), "127.0.0.1", 0
    )
    relay.port = listening.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while sent := await reader.read(CHUNK_BYTES):
            writer.write(sent)
            await writer.drain()


async def _answer(
    reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter, fault: Break | None
) -> None:
    if fault is None:
        await _pass_on(reader, writer=writer)
        return
    answer = await reader.read(CHUNK_BYTES)
    if fault is Break.SILENCE:
        await asyncio.sleep(3_600)
    if fault is Break.WITHIN_THE_ANSWER:
        writer.write(answer[: len(answer) // 2])
        await writer.drain()
