"""Who can be spoken for at the terminal of the house: the tenants and services that are there."""

from dataclasses import dataclass
from uuid import UUID

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.errors import TutelaError

_NO_TOKEN = UUID(int=0)

_sql = queries.load("tutela.access", file="services.sql")


class NoSuchService(TutelaError):
    """There is no such tenant, or it has no such service."""

    code = "no_such_service"
    title = "No such tenant or service"
    status = 404


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


def operator(service: Service, *, channel: Channel) -> Caller:
    """Whoever sits at the terminal, sending for one service over one channel, without a token."""
    return Caller(
        token_id=_NO_TOKEN,
        tenant=service.tenant,
        service=service.service,
        name="operator",
        role=Role.SERVICE,
        channels=(channel,),
        mark=Mark.REAL,
        log_id=service.log_id,
    )
