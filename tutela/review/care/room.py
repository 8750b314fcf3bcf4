"""What care stands on, and what it refuses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.errors import TutelaError
from tutela.review.care.rules import CareRules
from tutela.review.care.vault import NoVault, Vault


class BudgetSpent(TutelaError):
    """Who asks has seen as much as anybody may in a day."""

    code = "budget_spent"
    title = "Enough for today"
    status = 403


class AlreadyRevealed(TutelaError):
    """Somebody looked at the same media before."""

    code = "already_revealed"
    title = "It was looked at before"
    status = 409


class BreakTaken(TutelaError):
    """Who asks has worked long enough without a pause."""

    code = "break_taken"
    title = "A pause, first"
    status = 409


class OptedOut(TutelaError):
    """Who asks said that they don't take cases of this kind."""

    code = "opted_out"
    title = "You don't take this kind"
    status = 409


class NothingToReveal(TutelaError):
    """The case is about no medium, or nothing is left that names it."""

    code = "nothing_to_reveal"
    title = "There is no medium to reveal"
    status = 409


class UnknownReveal(TutelaError):
    """There is no such reveal, it was another's, or its time is over."""

    code = "unknown_reveal"
    title = "No such reveal"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRoom:
    """What care stands on; its days and minutes go by the database's clock."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    rules: CareRules = field(default_factory=CareRules)
    #: Where the platform's media is; None where nobody said.
    vault: Vault | None = None

    @property
    def opened_vault(self) -> Vault:
        """The vault; raises NoVault."""
        if self.vault is None:
            raise NoVault(
                "This service was not told where its media is kept (TUTELA_VAULT_TEMPLATE):"
                " decide by the text, or look at it on the platform."
            )
        return self.vault
