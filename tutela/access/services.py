"""Who can be spoken for without a token: at the terminal of the house, and at its public doors."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import structlog

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.errors import TutelaError

#: How long a process goes on trusting what it knows of the public service.
TRUST_SECONDS = 5.0

#: Under which name notices are taken at the terminal, unless another is given.
OPERATOR = "operator"
_NO_TOKEN = UUID(int=0)

_sql = queries.load("tutela.access", file="services.sql")
_log = structlog.get_logger(__name__)


class NoSuchService(TutelaError):
    """There is no such tenant, or it has no such service."""

    code = "no_such_service"
    title = "No such tenant or service"
    status = 404


class NoPublicService(TutelaError):
    """The service of the public doors is not there: the operator named another."""

    code = "no_public_service"
    title = "Reports can't be taken here yet"
    status = HTTPStatus.SERVICE_UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of a tenant, and the tenant's log."""

    tenant: str
    service: str
    log_id: str


async def find(pool: Pool, *, tenant: str, service: str | None = None) -> Service:
    """The service, or any one of the tenant where none is named; `NoSuchService`."""
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.find_service, {"tenant": tenant, "service": service})
        row = await cursor.fetchone()
    if row is None:
        named = tenant if service is None else f"{tenant}/{service}"
        raise NoSuchService(f"There is no {named}; `tutela token create` makes it.")
    return Service(tenant=tenant, service=row[0], log_id=row[1])


class PublicService:
    """The service that `TUTELA_PUBLIC_SERVICE` names; remembered for `TRUST_SECONDS`."""

    def __init__(self, pool: Pool, *, named: str, monotonic: Callable[[], float]) -> None:
        self._pool = pool
        self._named = named
        self._monotonic = monotonic
        self._known: tuple[float, Service] | None = None

    async def find(self) -> Service:
        """The service; `NoPublicService` where it is not there."""
        if self._known is not None and self._monotonic() < self._known[0]:
            return self._known[1]
        tenant, _, name = self._named.partition("/")
        try:
            service = await find(self._pool, tenant=tenant, service=name)
        except NoSuchService as cause:
            _log.exception("no_public_service", setting="TUTELA_PUBLIC_SERVICE", named=self._named)
            raise NoPublicService("Nothing was stored. Please try again later.") from cause
        self._known = (self._monotonic() + TRUST_SECONDS, service)
        return service


def operator(service: Service, *, channel: Channel, name: str = OPERATOR) -> Caller:
    """Whoever sits at the terminal, sending for one service over one channel, without a token."""
    return public_caller(service, name=name, channel=channel)


def public_caller(service: Service, *, name: str, channel: Channel = Channel.USER) -> Caller:
    """Whoever comes through a door that asks for no token of ours, under the name of the door."""
    return Caller(
        token_id=_NO_TOKEN,
        tenant=service.tenant,
        service=service.service,
        name=name,
        role=Role.SERVICE,
        channels=(channel,),
        mark=Mark.REAL,
        log_id=service.log_id,
    )
