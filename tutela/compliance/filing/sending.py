"""The one way by which statements leave the house."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from tutela.compliance.filing.preparation import Ready
from tutela.compliance.filing.rounds import Send
from tutela.compliance.filing.settlement import Postponed, Sent, Taken, Turned
from tutela.compliance.transparency import Client, Filed, Refused, Terms, Unclear
from tutela.decisions.sending import MarkedRefused
from tutela.domain.vocabulary import Mark

#: All calls about one batch together take less time than its lease lasts.
TERMS = Terms(timeout_seconds=20.0, patience_seconds=40.0)


def sender(client: Client) -> Send:
    """Files through a client of the Transparency Database.

    Raises MarkedRefused, before anything leaves, where one statement is of a canary or a drill; and
    what ends a submission of the client.
    """

    async def send(ready: Sequence[Ready]) -> AsyncIterator[Sent]:
        for each in ready:
            if each.claimed.mark is not Mark.REAL:
                raise MarkedRefused(f"A statement of a {each.claimed.mark} would have left.")
        by_puid = {each.puid: each for each in ready}
        async for outcome in client.submit([each.payload for each in ready]):
            yield _sent(outcome, ready=by_puid[outcome.puid])

    return send


def _sent(outcome: Filed | Refused | Unclear, *, ready: Ready) -> Sent:
    match outcome:
        case Filed(uuid=uuid):
            return Taken(ready=ready, uuid=_uuid(uuid))
        case Refused(errors=errors):
            told = [f"{field}: {' '.join(said)}" for field, said in errors.items()]
            return Turned(ready=ready, why="; ".join(told))
        case Unclear(why=why):
            return Postponed(ready=ready, why=why)


def _uuid(text: str | None) -> UUID | None:
    """The database's own name; None for one that is no UUID."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
