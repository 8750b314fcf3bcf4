"""A command's way to the database: beside a running service, or by itself."""

import dataclasses
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from tutela import app
from tutela.app import House
from tutela.cli.options import Where
from tutela.database.embedded import EmbeddedServer, locate_database
from tutela.database.errors import DatabaseError
from tutela.database.migrations import migrate, pending
from tutela.settings import Settings, read_settings


class ServiceOlder(DatabaseError):
    """The running service is older than this command."""

    code = "service_older"
    title = "The running service is older than this command"


@dataclasses.dataclass(frozen=True, slots=True)
class Attachment:
    """Settings whose `database_url` answers, and what is known of a service on it."""

    settings: Settings
    #: A service runs on it, whose schema is not ours to change.
    beside_service: bool
    #: False where the database runs for this command alone.
    service_may_run: bool


@contextmanager
def attached(where: Where) -> Iterator[Attachment]:
    """A database that answers for as long as the context lasts.

    It is that of a running `tutela up`, of the URL, or our own for the time of this command.
    """
    settings = read_settings(os.environ, given=where.given())
    server = locate_database(settings.data_folder, url=settings.database_url)
    if isinstance(server, EmbeddedServer):
        server.join()
    try:
        beside_service = isinstance(server, EmbeddedServer) and server.is_attached
        yield Attachment(
            dataclasses.replace(settings, database_url=server.url),
            beside_service=beside_service,
            service_may_run=beside_service or not settings.is_embedded,
        )
    finally:
        server.stop()


@asynccontextmanager
async def house_of(attachment: Attachment) -> AsyncIterator[House]:
    """The house on an attached database, its schema up to date."""
    settings = attachment.settings
    url = settings.database_url or ""
    if not attachment.beside_service:
        await migrate(url)
    elif lacking := await pending(url):
        raise ServiceOlder(
            f"The database lacks {lacking} migrations of this version: restart `tutela up`."
        )
    async with app.open_house(settings, name="tutela command") as house:
        yield house
