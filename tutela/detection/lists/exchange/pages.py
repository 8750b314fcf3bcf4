"""What an adapter makes of an exchange: pages of rows, and how far that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tutela.detection.lists.entries import BadLine, Entry, Row
from tutela.detection.lists.verdicts import Verdict
from tutela.errors import TutelaError


class Api(StrEnum):
    """Whose exchange it is."""

    #: Hash sharing of the National Center for Missing & Exploited Children.
    NCMEC = "ncmec"
    #: Hashes that people submit of pictures of themselves.
    STOPNCII = "stopncii"


class Failure(StrEnum):
    """Why an exchange could not be read."""

    #: Nobody answers there.
    AWAY = "exchange_away"
    #: It does not end its answer in time.
    SLOW = "exchange_slow"
    #: The answer breaks off, or is none that its client understands.
    HALF_PAGE = "exchange_half_page"
    #: It answers with an error, or sends us elsewhere.
    REFUSED = "exchange_refused"
    #: The file with name and password can't be read.
    NO_CREDENTIALS = "exchange_no_credentials"
    #: Its client is not installed: the extra `exchange`.
    NOT_INSTALLED = "exchange_not_installed"
    #: This house may not ask that host.
    NOT_ALLOWED = "exchange_not_allowed"
    #: A fault in the program.
    BROKEN = "exchange_broken"


class ExchangeFailed(TutelaError):
    """The exchange was not read to its end; holds nothing of what it said."""

    code = "exchange_failed"
    title = "The exchange could not be read"
    status = 502

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"The exchange could not be read: {failure}.")
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page; `checkpoint` is from where the next try goes on."""

    rows: tuple[Row | BadLine, ...]
    checkpoint: str
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where an exchange is, and by what it knows us."""

    url: str
    credentials: str

    def __repr__(self) -> str:
        return f"<Access {self.url}>"


class Adapter(Protocol):
    """Reads one exchange from a checkpoint on; raises ExchangeFailed, and gives no half page."""

    def pages(self, checkpoint: str, *, now: datetime) -> Iterator[Page]: ...

    def tell(self, entry: Entry, *, verdict: Verdict) -> bool:
        """Whether the exchange took what a reviewer found; False where the entry is not its own."""
        ...
