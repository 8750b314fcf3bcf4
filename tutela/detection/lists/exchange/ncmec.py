"""NCMEC hash sharing: entries of members with hashes of each medium.

Imported only where the extra `exchange` is installed. Two defects of the clients are mended here:
times are asked for in UTC, as their `Z` says, not in the time of this machine; and MD5 and SHA-1 of
pictures are taken, which their own adapter drops.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from threatexchange.exchanges.clients.ncmec import hash_api
from threatexchange.exchanges.clients.ncmec.hash_api import (
    FeedbackType,
    FingerprintType,
    NCMECEnvironment,
    NCMECHashAPI,
)

from tutela.detection.lists.entries import BadLine, BadValue, Entry, Kind, Row, read_hash
from tutela.detection.lists.exchange.guarding import (
    Limits,
    session_to,
    silence,
    steps,
    told_apart,
)
from tutela.detection.lists.exchange.pages import Access, ExchangeFailed, Failure, Page
from tutela.detection.lists.verdicts import Verdict

#: Pages of one reading; more than that is an exchange that never ends.
PAGES_MAX: Final = 100_000
#: What was written so shortly before a reading may not have been in it: it is read again.
OVERLAP_SECONDS: Final = 300
_KINDS: Final = (Kind.PDQ, Kind.MD5, Kind.SHA1, Kind.SHA256)
_FINGERPRINTS: Final = {
    Kind.PDQ: FingerprintType.pdq,
    Kind.MD5: FingerprintType.md5,
    Kind.SHA1: FingerprintType.sha1,
}
_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


def _in_utc(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime(_FORMAT)


class _Client(NCMECHashAPI):  # type: ignore[misc] # threatexchange has no types here
    """The client, by our way out."""

    def __init__(self, access: Access, *, limits: Limits) -> None:
        name, _, password = access.credentials.partition(":")
        super().__init__(name.strip(), password.strip(), NCMECEnvironment.test_Industry)
        self._base_url = access.url.rstrip("/")
        self._limits = limits

    def _get_session(self) -> Any:  # noqa: ANN401 - threatexchange has no types here
        session = session_to(self._base_url, limits=self._limits)
        session.auth = (self.username, self.password)
        return session


class Ncmec:
    """Reads NCMEC; the checkpoint is a range of time, and the page of it that comes next."""

    def __init__(self, access: Access, *, limits: Limits | None = None) -> None:
        silence()
        hash_api._date_format = _in_utc  # noqa: SLF001 - mends the client: local time labelled Z
        if ":" not in access.credentials:
            raise ExchangeFailed(Failure.NO_CREDENTIALS)
        self._client = _Client(access, limits=limits or Limits())

    def pages(self, checkpoint: str, *, now: datetime) -> Iterator[Page]:
        """Every page from the checkpoint on; raises ExchangeFailed.

        The exchange gives entries in no order of time: only a range that was read to its end is
        behind us. A reading that broke off goes on at its page, in the same range.
        """
        reading = _Reading.after(checkpoint, now=now)
        told: set[str] = set()
        found = steps(
            lambda: self._client.get_entries_iter(
                start_timestamp=reading.start,
                end_timestamp=reading.end,
                resume_paging_url=reading.next_page,
            )
        )
        for result in found:
            if result.next in told or len(told) >= PAGES_MAX:
                raise ExchangeFailed(Failure.HALF_PAGE)
            told.add(result.next)
            yield Page(
                rows=tuple(_rows(result.updates)),
                checkpoint=reading.at(result.next),
                is_last=not result.next,
            )

    def tell(self, entry: Entry, *, verdict: Verdict) -> bool:
        """Whether NCMEC took it, as a vote on one hash of a member's entry.

        A downvote needs a reason: it is given where NCMEC knows only one, and else fails.
        """
        member, _, number = entry.source.partition("-")
        kind = _FINGERPRINTS.get(entry.kind)
        if not member.isdigit() or not number or kind is None:
            return False
        vote = FeedbackType.upvote if verdict is Verdict.CONFIRMED else FeedbackType.downvote
        with told_apart():
            self._client.submit_feedback(int(member), number, kind, vote)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A range of time in seconds since 1970, and the page from which it is read on."""

    start: int
    end: int
    next_page: str = ""

    @classmethod
    def after(cls, checkpoint: str, *, now: datetime) -> "_Reading":
        kept: dict[str, Any] = json.loads(checkpoint) if checkpoint else {"start": 0}
        if "next" in kept:
            return cls(start=kept["start"], end=kept["end"], next_page=kept["next"])
        return cls(start=kept["start"], end=int(now.timestamp()))

    def at(self, next_page: str) -> str:
        """The checkpoint behind a page."""
        if next_page:
            return json.dumps({"start": self.start, "end": self.end, "next": next_page})
        return json.dumps({"start": max(0, self.end - OVERLAP_SECONDS)})


def _rows(updates: list[Any]) -> Iterator[Row | BadLine]:
    for line, update in enumerate(updates, 1):
        source = f"{update.member_id}-{update.id}"
        if update.deleted:
            yield Row(line=line, gone=True, source=source)
            continue
        tags = tuple(tag for tag in (update.classification, update.entry_type.value) if tag)
        entries: list[Entry] = []
        for name, text in update.fingerprints.items():
            kind = next((each for each in _KINDS if each == name.lower()), None)
            if kind is None:
                continue
            try:
                read = read_hash(text.strip(), kind=kind)
            except BadValue as error:
                yield BadLine(line=line, field=kind, why=str(error))
                continue
            entries.append(Entry(kind=kind, value=read.value, source=source, tags=tags))
        if entries:
            yield Row(line=line, entries=tuple(entries), source=source)
