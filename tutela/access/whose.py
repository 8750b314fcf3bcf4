"""Whose something is: of one service, and of its real things, its canaries or its drills."""

from dataclasses import dataclass

from tutela.access.tokens import Caller
from tutela.domain.vocabulary import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """One service's, real or marked; the three never merge."""

    tenant: str
    service: str
    mark: Mark = Mark.REAL

    @classmethod
    def of(cls, caller: Caller) -> "Whose":
        """The caller's."""
        return cls(tenant=caller.tenant, service=caller.service, mark=caller.mark)

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries of a room take."""
        return {"tenant": self.tenant, "service": self.service, "mark": str(self.mark)}
