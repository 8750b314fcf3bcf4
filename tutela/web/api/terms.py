"""`GET /v1/terms`: the versions of the service's terms, which decisions cite."""

import msgspec

from tutela.database.pool import Pool
from tutela.decisions.endpoints import Station
from tutela.decisions.terms import TermsVersion, versions
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler


class TermsRegister(msgspec.Struct, frozen=True):
    """All versions by their first day."""

    versions: list[TermsVersion]


def show_terms(pool: Pool) -> Handler:
    """200 with the register of the caller's service."""

    async def handle(asked: Asked) -> Answer:
        station = Station(tenant=asked.caller.tenant, service=asked.caller.service)
        return answer(TermsRegister(await versions(pool, station=station)))

    return handle
