"""`tutela webhook`: where a service takes what it is told."""

import asyncio
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.decisions.endpoints import Station, WebhookEndpoint, resume, set_endpoint

webhooks = typer.Typer(no_args_is_help=True, help="Where a service takes what it is told.")


@webhooks.command("set")
@spread
def set_webhook(
    url: Annotated[str, typer.Argument(help="An absolute http or https URL, no credentials.")],
    *,
    tenant: Annotated[str, typer.Option(help="The operator.")] = MAIN,
    service: Annotated[str, typer.Option(help="The service that is told there.")] = MAIN,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Set the endpoint of a service; the last line printed is its new secret, shown this once."""
    with attached(where) as attachment:
        station = Station(tenant=tenant, service=service)
        endpoint = asyncio.run(_set(attachment, station=station, url=url))
    if as_json:
        print_json({"url": url, "secret": endpoint.secret})
    else:
        print(endpoint.secret)


@webhooks.command("resume")
@spread
def resume_webhook(*, of: OfService, where: Where) -> None:
    """Send again to an endpoint that said it was gone (410), under the same secret."""
    station = Station(tenant=of.tenant, service=of.service)
    with attached(where) as attachment:

        async def run() -> None:
            async with house_of(attachment) as house:
                await resume(house.pool, station=station)

        asyncio.run(run())
    print(f"{of.tenant}/{of.service}: messages go out again")


async def _set(attachment: Attachment, *, station: Station, url: str) -> WebhookEndpoint:
    async with house_of(attachment) as house:
        return await set_endpoint(
            house.pool, keys=house.keys, station=station, url=url, chance=house.chance
        )
