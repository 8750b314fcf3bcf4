"""Who asks how things stand, and how much of it they may know."""

from dataclasses import dataclass

from tutela.access.roles import Right, has
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.decisions.endpoints import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Whose status is asked for, and whether the ids behind what is red may be seen."""

    tenant: str
    service: str
    with_ids: bool
    #: Whether who looked at what may be seen.
    with_views: bool = False

    @property
    def name(self) -> str:
        """`tenant/service`."""
        return f"{self.tenant}/{self.service}"

    @property
    def whose(self) -> Whose:
        """Whose things are asked for."""
        return Whose(tenant=self.tenant, service=self.service)

    @property
    def station(self) -> Station:
        """Whose measures are asked for."""
        return Station(tenant=self.tenant, service=self.service)


def viewer_of(caller: Caller) -> Viewer:
    """The caller's service, as far as the caller may know of it."""
    return Viewer(
        tenant=caller.tenant,
        service=caller.service,
        with_ids=has(caller.role, right=Right.SEE_STATUS_IDS),
        with_views=has(caller.role, right=Right.SEE_VIEWS),
    )
