"""What an operator chose about logins, and how far a login has come."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tutela.domain.vocabulary import Role


class Stage(StrEnum):
    """How far a login has come; a session that is not whole opens nothing but its next step."""

    #: The password was right; a code of the authenticator is asked.
    CODE = "code"
    #: The proofs were right; the password was given by another person and is to be changed.
    RENEWAL = "renewal"
    #: The password was right; the role asks for an authenticator, which has to be set up first.
    ENROLMENT = "enrolment"
    #: Every proof that is asked was given.
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRules:
    """How long sessions last, and of whom a second proof is asked."""

    #: A session ends so long after its login, whatever is done in it.
    session_hours: float = 12.0
    #: A session ends that is not used for so long.
    idle_minutes: float = 60.0
    #: How long somebody may take for the next step of a login.
    step_minutes: float = 10.0
    #: Roles of whom a second proof is asked beside the password.
    strong_roles: frozenset[Role] = frozenset()

    def lasts(self, stage: Stage) -> timedelta:
        """How long a session of this stage lasts at most."""
        if stage is Stage.WHOLE:
            return timedelta(hours=self.session_hours)
        return timedelta(minutes=self.step_minutes)
