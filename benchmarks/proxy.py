"""A relay between a process and PostgreSQL that breaks connections by command, as networks do.

It reads the frontend side of the protocol (PostgreSQL, chapter "Frontend/Backend Protocol",
version 3) as far as it takes to see a COMMIT go by; everything else is passed on as it is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path

#: The name that libpq looks for in a socket folder, for its usual port.
SOCKET_NAME = ".s.PGSQL.5432"
CHUNK_BYTES = 65_536
#: A silent link whose client has gone is held open this long, as by a server that hears nothing.
SILENCE_SECONDS = 45.0

_LENGTH_BYTES = 4
_QUERY, _PARSE, _BIND, _EXECUTE = b"Q", b"P", b"B", b"E"


class Silence(StrEnum):
    """Which way a half-open connection swallows what is sent."""

    #: What the client says never arrives.
    TO_SERVER = "to_server"
    #: The server's answers never arrive.
    TO_CLIENT = "to_client"
    #: Nothing arrives anywhere.
    BOTH = "both"


class CommitWatch:
    """Sees a COMMIT in the bytes that a client sends, however they are cut into pieces."""

    def __init__(self) -> None:
        self._pending = b""
        self._started = False
        self._commit_statements: set[bytes] = set()
        self._bound_to_commit = False

    def feed(self, sent: bytes) -> bool:
        """True where these bytes end a message on which the server commits."""
        self._pending += sent
        commits = False
        while (message := self._next()) is not None:
            commits = self._commits(message[:1], content=message[5:]) or commits
        return commits

    def _next(self) -> bytes | None:
        kind_bytes = 1 if self._started else 0
        head = self._pending[: kind_bytes + _LENGTH_BYTES]
        if len(head) < kind_bytes + _LENGTH_BYTES:
            return None
        whole = kind_bytes + int.from_bytes(head[kind_bytes:], "big")
        if len(self._pending) < whole:
            return None
        message, self._pending = self._pending[:whole], self._pending[whole:]
        if not self._started:
            self._started = True
            return b"\0" + message
        return message

    def _commits(self, kind: bytes, *, content: bytes) -> bool:
        first, _, rest = content.partition(b"\0")
        if kind == _QUERY:
            return is_commit(first)
        second = rest.partition(b"\0")[0]
        if kind == _PARSE:
            change = set.add if is_commit(second) else set.discard
            change(self._commit_statements, first)
        elif kind == _BIND:
            self._bound_to_commit = second in self._commit_statements
        return kind == _EXECUTE and self._bound_to_commit


def is_commit(statement: bytes) -> bool:
    """Whether the text of a statement is a plain COMMIT."""
    return statement.strip().rstrip(b";").upper() == b"COMMIT"


class Link:
    """One connection: two sockets and what is done to what passes between them."""

    def __init__(self, *, drops_next_commit: Callable[[], bool], silence_seconds: float) -> None:
        self._drops_next_commit = drops_next_commit
        self._silence_seconds = silence_seconds
        self._writers: list[asyncio.StreamWriter] = []
        self._watch = CommitWatch()
        self._waits_for_answer = False
        self.silence: Silence | None = None
        self.delay_seconds = 0.0
        self.done = asyncio.Event()

    async def run(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        *,
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Passes on, both ways, until a side has gone or `cut` was called."""
        self._writers = [client[1], server[1]]
        ways = [
            asyncio.create_task(self._to_server(client[0], writer=server[1])),
            asyncio.create_task(self._to_client(server[0], writer=client[1])),
        ]
        ending = asyncio.create_task(self.done.wait())
        try:
            await asyncio.wait([*ways, ending], return_when=asyncio.FIRST_COMPLETED)
            if self.silence is not None:
                await self._keep_up_appearances(ways)
        finally:
            self.cut()
            for task in (*ways, ending):
                task.cancel()
            await asyncio.gather(*ways, ending, return_exceptions=True)

    async def _keep_up_appearances(self, ways: list[asyncio.Task[None]]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._silence_seconds):
                await asyncio.gather(*ways, return_exceptions=True)

    def cut(self) -> None:
        """Both sides find the connection gone."""
        self.done.set()
        for writer in self._writers:
            writer.transport.abort()

    async def _to_server(
        self, reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter
    ) -> None:
        while sent := await _read(reader):
            await asyncio.sleep(self.delay_seconds)
            if self.silence in {Silence.TO_SERVER, Silence.BOTH}:
                continue
            if self._watch.feed(sent) and self._drops_next_commit():
                self._waits_for_answer = True
            writer.write(sent)
            await writer.drain()

    async def _to_client(
        self, reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter
    ) -> None:
        while answer := await _read(reader):
            await asyncio.sleep(self.delay_seconds)
            if self._waits_for_answer:
                return
            if self.silence in {Silence.TO_CLIENT, Silence.BOTH}:
                continue
            writer.write(answer)
            await writer.drain()


class Proxy:
    """A relay on a socket of its own; each command says how many connections it met."""

    def __init__(self, server_socket: Path, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._server_socket = server_socket
        self._silence_seconds = silence_seconds
        self._links: set[Link] = set()
        self._commits_to_drop = 0
        self._delay_seconds = 0.0
        self.dropped_commits = 0

    @property
    def connections(self) -> int:
        """How many are open now, silent ones included."""
        return len(self._links)

    @property
    def talking(self) -> int:
        """How many are open now and not silent."""
        return sum(link.silence is None for link in self._links)

    def cut(self) -> int:
        """Cuts every connection there is; new ones are passed on."""
        links = list(self._links)
        for link in links:
            link.cut()
        return len(links)

    def fall_silent(self, silence: Silence) -> int:
        """Leaves every connection there is half open; new ones are passed on."""
        talking = [link for link in self._links if link.silence is None]
        for link in talking:
            link.silence = silence
        return len(talking)

    def delay(self, seconds: float) -> int:
        """From now on everything arrives so much later, each way; 0 ends it."""
        self._delay_seconds = seconds
        for link in self._links:
            link.delay_seconds = seconds
        return len(self._links)

    def drop_next_commits(self, count: int) -> None:
        """The next commits reach the server, whose answer is lost with the connection."""
        self._commits_to_drop = count

    async def pass_on(
        self, client_reader: asyncio.StreamReader, *, client_writer: asyncio.StreamWriter
    ) -> None:
        """Serves one client; refused at once where the server is away."""
        try:
            server = await asyncio.open_unix_connection(str(self._server_socket))
        except OSError:
            client_writer.transport.abort()
            return
        link = Link(drops_next_commit=self._drops_commit, silence_seconds=self._silence_seconds)
        link.delay_seconds = self._delay_seconds
        self._links.add(link)
        try:
            await link.run((client_reader, client_writer), server=server)
        finally:
            self._links.discard(link)

    def _drops_commit(self) -> bool:
        if self._commits_to_drop == 0:
            return False
        self._commits_to_drop -= 1
        self.dropped_commits += 1
        return True


@asynccontextmanager
async def running(
    folder: Path, *, server_socket: Path, silence_seconds: float = SILENCE_SECONDS
) -> AsyncIterator[Proxy]:
    """A proxy to the server's socket; `folder` is the `host` of those who go through it."""
    proxy = Proxy(server_socket, silence_seconds=silence_seconds)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.pass_on(reader, client_writer=writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_unix_server(
        lambda reader, writer: accept(reader, writer=writer), folder / SOCKET_NAME
    )
    try:
        yield proxy
    finally:
        listening.close()
        proxy.cut()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK_BYTES)
    except OSError:
        return b""
