"""Who may know of a case: what `sight.sql` asks, and what is said of the caller for it."""

from tutela.access.roles import Right, has
from tutela.access.tokens import Caller


def sight(caller: Caller) -> dict[str, object]:
    """The values that the fragments of `sight.sql` name, and whose the cases are.

    Own tenant, service and mark; specialists' cases by right; of the harms one works on; never
    about whomever one is too near to.
    """
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "specialist": has(caller.role, right=Right.DECIDE_SPECIALIST_CASES),
        "person": caller.person,
        "asker": caller.person,
    }
