"""What a call can end with, as types; texts hold no personal data."""

from collections.abc import Sequence

from tutela.client.answers import Accepted, Sent
from tutela.errors import FieldError


class ClientError(Exception):
    """A call that did not end well. `errors` names the places of what was sent (RFC 9457).

    `code` is stable; `status` is that of the last answer, 0 where none came.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str,
        status: int = 0,
        errors: Sequence[FieldError] = (),
    ) -> None:
        self.detail = detail
        self.code = code
        self.status = status
        self.errors = tuple(errors)
        places = "; ".join(f"{each.pointer}: {each.message}" for each in self.errors)
        super().__init__(f"{code}: {detail}" + (f" ({places})" if places else ""))


class Refused(ClientError):
    """The service answered no (4xx); sending the same again would not help."""


class Unanswered(ClientError):
    """No answer within the attempts and the time allowed: what became of it is unknown.

    `keys` are those under which it was sent: send the same again under the same keys.
    """

    def __init__(
        self, detail: str, *, code: str, status: int, attempts: int, keys: Sequence[str] = ()
    ) -> None:
        super().__init__(detail, code=code, status=status)
        self.attempts = attempts
        self.keys = tuple(keys)


class Unreadable(ClientError):
    """The answer does not have the form of one: there is something else at this address."""


class ReceiptRefused(ClientError):
    """Acknowledged, under a receipt that proves nothing.

    `accepted` is the acknowledgement of a notice that was sent alone, `sent` are those of many.
    """

    def __init__(
        self, detail: str, *, accepted: Accepted | None = None, sent: Sequence[Sent] = ()
    ) -> None:
        super().__init__(detail, code="receipt_refused")
        self.accepted = accepted
        self.sent = tuple(sent)


class ProofRefused(ClientError):
    """The proof does not show that the receipt's leaf is in the log."""


class NotIncluded(ClientError):
    """The leaf had no place in the log within the time allowed."""
