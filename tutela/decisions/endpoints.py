"""Where a service takes its webhooks, and the secret by which it knows that they are ours."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.errors import FieldError, TutelaError

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix that Standard Webhooks gives to secrets
URL_MAX_CODE_POINTS = 2_048
SCHEMES = frozenset({"http", "https"})
#: How long the platform may take to confirm what it took, unless the operator says otherwise.
CONFIRM_SECONDS = 3_600.0

_sql = queries.load("tutela.decisions", file="outbox.sql")


class BadEndpoint(TutelaError):
    """The URL can't take webhooks."""

    code = "bad_endpoint"
    title = "The endpoint can't be used"
    status = 422


class UnknownService(TutelaError):
    """The tenant has no such service."""

    code = "unknown_service"
    title = "No such service"
    status = 404


class UnknownEndpoint(TutelaError):
    """Nobody has said where the service takes its messages."""

    code = "unknown_endpoint"
    title = "No endpoint is set"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A service of a tenant, as the receiver of messages."""

    tenant: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """A URL and the secret of its signatures, `whsec_` and base64 (Standard Webhooks)."""

    url: str
    secret: str


async def set_endpoint(
    pool: Pool,
    *,
    keys: KeySet,
    station: Station,
    url: str,
    chance: Callable[[int], bytes],
) -> WebhookEndpoint:
    """The endpoint with a new secret, which is told this once and stored sealed.

    Raises BadEndpoint, UnknownService.
    """
    _refuse_bad(url)
    secret = SECRET_PREFIX + base64.b64encode(chance(SECRET_BYTES)).decode()
    sealed = keys.seal(secret.encode(), row=_row(station))
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(
            _sql.set_endpoint,
            {
                "tenant": station.tenant,
                "service": station.service,
                "url": url,
                "sealed_key": sealed.key,
                "sealed_body": sealed.body,
            },
        )
        if await cursor.fetchone() is None:
            raise UnknownService("Create a token for the service first.")
    return WebhookEndpoint(url=url, secret=secret)


async def endpoint_of(pool: Pool, *, station: Station, keys: KeySet) -> WebhookEndpoint | None:
    """The endpoint of a service; None where none was set, and messages wait."""
    named = {"tenant": station.tenant, "service": station.service}
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(_sql.endpoint, named)
        row = await cursor.fetchone()
    if row is None:
        return None
    url, sealed_key, sealed_body = row
    return opened(url, sealed=Sealed(sealed_key, sealed_body), station=station, keys=keys)


async def mark_gone(pool: Pool, *, station: Station, url: str | None, now: datetime) -> None:
    """Nothing is sent to the endpoint any more, until it is set again; the lead is told."""
    named = {"tenant": station.tenant, "service": station.service, "url": url, "now": now}
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        await connection.execute(_sql.mark_gone, named)


async def resume(pool: Pool, *, station: Station) -> None:
    """Messages go again to an endpoint that said it was gone, under the same secret.

    Raises UnknownEndpoint where none was set.
    """
    named = {"tenant": station.tenant, "service": station.service}
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(_sql.resume_endpoint, named)
        if await cursor.fetchone() is None:
            raise UnknownEndpoint("Set one first: `tutela webhook set URL`.")


def opened(url: str, *, sealed: Sealed, station: Station, keys: KeySet) -> WebhookEndpoint:
    """The endpoint with its secret; `SealBroken` where that was sealed for another service."""
    return WebhookEndpoint(url=url, secret=keys.open(sealed, row=_row(station)).decode())


def _refuse_bad(url: str) -> None:
    why = _fault(url)
    if why is not None:
        raise BadEndpoint(
            "Give an absolute http or https URL without credentials.",
            errors=[FieldError("/url", why)],
        )


def _fault(url: str) -> str | None:
    if len(url) > URL_MAX_CODE_POINTS:
        return f"longer than {URL_MAX_CODE_POINTS} characters"
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "not a URL"
    if parsed.scheme not in SCHEMES or not parsed.host:
        return "not an absolute http or https URL"
    return "holds credentials" if parsed.userinfo else None


def _row(station: Station) -> bytes:
    return f"webhook endpoint\x00{station.tenant}\x00{station.service}".encode()
