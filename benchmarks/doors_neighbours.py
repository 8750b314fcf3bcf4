"""Who else is on the network: those whom the service asks about the senders."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.fixtures.accounts import Directory, directory
from tests.fixtures.federation import Federated, federated


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """A directory of AT Protocol and two federated servers, all on this machine."""

    directory: Directory
    #: Reports by its instance actor.
    instance: Federated
    #: Reports by the actor of a person.
    person: Federated

    @property
    def environment(self) -> Mapping[str, str]:
        """How the service is told of them."""
        return {
            "TUTELA_PLC_DIRECTORY": self.directory.url,
            "TUTELA_OUTSIDE_ALLOWED": "127.0.0.0/8,::1/128",
        }


@asynccontextmanager
async def neighbours() -> AsyncIterator[Neighbours]:
    """All of them, for as long as the context lasts."""
    async with directory() as known, federated() as instance, federated() as person:
        yield Neighbours(directory=known, instance=instance, person=person)
