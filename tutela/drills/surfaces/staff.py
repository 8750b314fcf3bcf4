"""Two people of the simulated platform's staff: one proposes entries, the other agrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tutela.access.tokens import Caller
from tutela.guard.governance.entries import EntryAsked, Proposal
from tutela.guard.governance.judging import Agreeing, Order, approve
from tutela.guard.governance.proposing import AlreadyListed, Proposing, propose
from tutela.guard.governance.room import GovernanceRoom

REASON: Final = "planted in the simulated platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Where they list, and who they are."""

    room: GovernanceRoom
    proposer: Caller
    approver: Caller

    async def list_entries(self, entries: Sequence[EntryAsked]) -> int:
        """How many are in force by their word; none where one was listed before."""
        proposal = Proposal(entries=tuple(entries), reason=REASON)
        try:
            proposed, _ = await propose(
                self.room, proposing=Proposing(caller=self.proposer, proposal=proposal)
            )
        except AlreadyListed:
            return 0
        order = Order(caller=self.approver, id=UUID(proposed.id))
        moved = await approve(self.room, order=order, said=Agreeing())
        return moved.entries
