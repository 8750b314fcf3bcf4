"""What a call to the Transparency Database can come to other than its answer."""

from collections.abc import Mapping, Sequence

from tutela.errors import TutelaError

#: Field -> what the database says of it.
Messages = Mapping[str, Sequence[str]]


class DatabaseUnfit(TutelaError):
    """The address or the token can't be used: no TLS, no host, or no text for a token."""

    code = "transparency_unfit"
    title = "The Transparency Database can't be called like that"
    status = 422


class TokenRefused(TutelaError):
    """The database does not take the token (401); a newer one was asked for and is no better."""

    code = "transparency_token_refused"
    title = "The Transparency Database refuses the token"
    status = 401


class NotAllowed(TutelaError):
    """The user behind the token may not file, or belongs to no platform (403)."""

    code = "transparency_not_allowed"
    title = "The Transparency Database doesn't let this user file"
    status = 403


class CallLimited(TutelaError):
    """Too many calls (429); `retry_after_seconds` where the database said how long to wait."""

    code = "transparency_limited"
    title = "The Transparency Database takes no more calls for now"
    status = 429

    def __init__(self, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unanswered(TutelaError):
    """No answer, or that of a server in trouble (5xx); what was sent `may_be_stored` or not."""

    code = "transparency_unanswered"
    title = "The Transparency Database gave no answer"
    status = 503

    def __init__(self, detail: str = "", *, may_be_stored: bool) -> None:
        super().__init__(detail)
        self.may_be_stored = may_be_stored


class AnswerUnfit(TutelaError):
    """An answer that the database doesn't give: another status, a redirect, too large, not JSON."""

    code = "transparency_answer_unfit"
    title = "That is no answer of the Transparency Database"
    status = 502


class StatementsRefused(TutelaError):
    """What was sent breaks the rules (422), and nothing of it is stored.

    `by_index` holds what is wrong with each statement of a batch; `errors_of_call` what is wrong
    with a single statement, or with the call as a whole.
    """

    code = "transparency_refused"
    title = "The Transparency Database refuses what was sent"
    status = 422

    def __init__(
        self,
        detail: str = "",
        *,
        errors_of_call: Messages | None = None,
        by_index: Mapping[int, Messages] | None = None,
    ) -> None:
        super().__init__(detail)
        self.errors_of_call: Messages = dict(errors_of_call or {})
        self.by_index: Mapping[int, Messages] = dict(by_index or {})


class PuidsTaken(TutelaError):
    """Some of the `puids` were filed before, or are being filed (422); nothing is stored."""

    code = "transparency_puids_taken"
    title = "The Transparency Database knows the PUID"
    status = 409

    def __init__(self, detail: str = "", *, puids: Sequence[str]) -> None:
        super().__init__(detail)
        self.puids = tuple(puids)
