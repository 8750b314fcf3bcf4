"""Lists that follow an exchange: read in turn, a page at a time, each page whole or not at all."""

import asyncio
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec
import structlog

from tutela.database import queries
from tutela.database.pool import (
    Connection,
    Pool,
    every_tenant_transaction,
    tenant_transaction,
)
from tutela.detection.lists import importing
from tutela.detection.lists.changing import NO_LIMIT, Account, held, held_by_operator
from tutela.detection.lists.entries import Entry, Family
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.exchange.pages import (
    Access,
    Adapter,
    Api,
    ExchangeFailed,
    Failure,
    Page,
)
from tutela.detection.lists.importing import Asked
from tutela.detection.lists.room import Holder, ListName, ListRoom
from tutela.detection.lists.verdicts import Verdict, entry_in
from tutela.domain import canonical

#: How often an exchange is read, unless it is told.
EVERY: Final = timedelta(hours=1)
CREDENTIALS_MAX_BYTES: Final = 4_096
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ADAPTERS: Final = {Api.NCMEC: ("ncmec", "Ncmec"), Api.STOPNCII: ("stopncii", "StopNcii")}

_sql = queries.load("tutela.detection.lists")
_log = structlog.get_logger(__name__)


class Opener(Protocol):
    """What reads an exchange; raises ExchangeFailed."""

    def __call__(self, api: Api, *, access: Access) -> Adapter: ...


class ExchangeStanding(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange that a list follows, and whether it answers."""

    tenant: str
    service: str
    list: str
    api: Api
    url: str
    every_seconds: int
    succeeded_at: str | None
    failure: str | None
    failing_since: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Which exchange a list follows, and where name and password for it lie."""

    api: Api
    url: str
    credentials_file: Path
    every: timedelta = EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    list_id: int
    name: ListName
    api: Api
    url: str
    credentials_file: str
    checkpoint: str


async def follow(room: ListRoom, *, name: ListName, exchange: Exchange) -> None:
    """The list follows the exchange from now on; raises UnknownList, ListUnfit."""
    parts = urlsplit(exchange.url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ListUnfit("An exchange is read over https.")
    async with held_by_operator(room, name=name) as found:
        if found.family is not Family.HASHES:
            raise ListUnfit("Exchanges hold hashes; this list holds terms.")
        wanted = {
            **found.columns,
            "api": exchange.api,
            "url": exchange.url,
            "credentials_file": str(exchange.credentials_file),
            "every_seconds": int(exchange.every.total_seconds()),
        }
        await found.connection.execute(_sql.follow_exchange, wanted)


async def unfollow(room: ListRoom, *, name: ListName) -> None:
    """The list follows no exchange any more and keeps what it has; UnknownList, ListUnfit."""
    async with held_by_operator(room, name=name) as found:
        await found.connection.execute(_sql.unfollow_exchange, found.columns)


async def exchanges(pool: Pool) -> list[ExchangeStanding]:
    """Every exchange that a list follows."""
    async with every_tenant_transaction(pool) as connection:
        return await exchanges_in(connection)


async def exchanges_in(
    connection: Connection, *, holder: Holder | None = None
) -> list[ExchangeStanding]:
    """The exchanges of a service, or all that a connection may see."""
    asked = {"tenant": None, "service": None} if holder is None else holder.columns
    cursor = await connection.execute(_sql.exchanges, asked)
    return [_standing(row) for row in await cursor.fetchall()]


class Following:
    """Reads what is due. Nothing leaves the house but to the hosts that it was told."""

    def __init__(
        self, room: ListRoom, *, hosts: frozenset[str], opener: Opener | None = None
    ) -> None:
        self._room = room
        self._hosts = hosts
        self._open = opener or open_adapter

    async def turn(self) -> int:
        """How many exchanges were read, or tried, because they were due."""
        count = 0
        while (due := await self._claim()) is not None:
            count += 1
            failure = await self._read(due)
            await self._write_down(due, failure=failure)
        return count

    async def _claim(self) -> _Due | None:
        async with every_tenant_transaction(self._room.pool) as connection:
            cursor = await connection.execute(_sql.claim_exchange, {"now": self._room.clock()})
            row = await cursor.fetchone()
        if row is None:
            return None
        list_id, tenant, service, name, api, url, credentials_file, checkpoint = row
        return _Due(
            list_id=list_id,
            name=ListName(tenant=tenant, service=service, name=name),
            api=Api(api),
            url=url,
            credentials_file=credentials_file,
            checkpoint=checkpoint,
        )

    async def _read(self, due: _Due) -> Failure | None:
        try:
            adapter = await asyncio.to_thread(self._opened, due)
            pages = adapter.pages(due.checkpoint, now=self._room.clock())
            before = due.checkpoint
            while (page := await asyncio.to_thread(next, pages, None)) is not None:
                if not await self._apply(page, due=due, before=before):
                    return None
                before = page.checkpoint
            await self._tell(adapter, due=due)
        except ExchangeFailed as error:
            return error.failure
        except Exception as error:  # noqa: BLE001 - one exchange stops no other
            _log.error("exchange_broke", list=due.name.name, exc_info=error)
            return Failure.BROKEN
        return None

    def _opened(self, due: _Due) -> Adapter:
        host = urlsplit(due.url).hostname or ""
        if host not in self._hosts:
            raise ExchangeFailed(Failure.NOT_ALLOWED)
        try:
            raw = Path(due.credentials_file).read_bytes()[:CREDENTIALS_MAX_BYTES]
            credentials = raw.decode().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ExchangeFailed(Failure.NO_CREDENTIALS) from error
        return self._open(due.api, access=Access(url=due.url, credentials=credentials))

    async def _apply(self, page: Page, *, due: _Due, before: str) -> bool:
        account = Account(by=f"exchange {due.api}", reason="read from the exchange")
        asked = Asked(
            name=due.name,
            family=Family.HASHES,
            account=account,
            of_source=True,
            is_whole=page.is_last,
        )
        moved = {"list_id": due.list_id, "api": due.api, "url": due.url, "before": before}
        async with (
            tenant_transaction(
                self._room.pool, tenant=due.name.tenant, limit_seconds=NO_LIMIT
            ) as connection,
            held(connection, name=due.name, at=self._room.clock()) as found,
        ):
            cursor = await connection.execute(
                _sql.exchange_moved, {**moved, "checkpoint": page.checkpoint}
            )
            if await cursor.fetchone() is None:
                return False
            await importing.take_into(found, rows=page.rows, asked=asked, room=self._room)
        return True

    async def _tell(self, adapter: Adapter, *, due: _Due) -> None:
        pool, tenant = self._room.pool, due.name.tenant
        asked = {"list_id": due.list_id}
        async with tenant_transaction(pool, tenant=tenant) as connection:
            rows = await (await connection.execute(_sql.untold_verdicts, asked)).fetchall()
        for verdict_id, number, verdict in rows:
            async with tenant_transaction(pool, tenant=tenant) as connection:
                entry = await entry_in(
                    connection, room=self._room, list_id=due.list_id, number=number
                )
            took = entry is not None and await _told(adapter, entry=entry, verdict=verdict)
            settled = {"id": verdict_id, "took": took, "now": self._room.clock()}
            async with tenant_transaction(pool, tenant=tenant) as connection:
                await connection.execute(_sql.verdict_told, settled)

    async def _write_down(self, due: _Due, *, failure: Failure | None) -> None:
        said = {"list_id": due.list_id, "now": self._room.clock(), "failure": failure}
        sql = _sql.exchange_succeeded if failure is None else _sql.exchange_failed
        if failure is not None:
            _log.warning("exchange_failed", list=due.name.name, api=due.api, failure=failure)
        async with tenant_transaction(self._room.pool, tenant=due.name.tenant) as connection:
            await connection.execute(sql, said)


def open_adapter(api: Api, *, access: Access) -> Adapter:
    """What reads an exchange of this kind; the clients are imported by the first one who asks."""
    module, kind = _ADAPTERS[api]
    try:
        found = importlib.import_module(f"tutela.detection.lists.exchange.{module}")
    except ImportError as error:
        raise ExchangeFailed(Failure.NOT_INSTALLED) from error
    adapter: Adapter = getattr(found, kind)(access)
    return adapter


async def _told(adapter: Adapter, *, entry: Entry, verdict: str) -> bool:
    try:
        return await asyncio.to_thread(adapter.tell, entry, verdict=Verdict(verdict))
    except ExchangeFailed as error:
        if error.failure in {Failure.AWAY, Failure.SLOW}:
            raise
        _log.warning("verdict_not_taken", failure=error.failure)
        return False


def _standing(row: Sequence[Any]) -> ExchangeStanding:
    tenant, service, name, api, url, every_seconds, succeeded_at, failure, failing_since = row
    return ExchangeStanding(
        tenant=tenant,
        service=service,
        list=name,
        api=Api(api),
        url=url,
        every_seconds=every_seconds,
        succeeded_at=_at(succeeded_at),
        failure=failure,
        failing_since=_at(failing_since),
    )


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else canonical.timestamp(instant)
