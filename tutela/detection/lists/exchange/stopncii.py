"""StopNCII: hashes that people submit of pictures of themselves, and take back.

Imported only where the extra `exchange` is installed. The client's own adapter keeps hashes that
were withdrawn, because it looks for the state in the value; ours looks in the state.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from threatexchange.exchanges.clients.stopncii.api import (
    StopNCIIAPI,
    StopNCIICaseStatus,
    StopNCIICSPFeedbackValue,
    StopNCIIEndpoint,
    StopNCIISignalType,
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
_REQUIRED: Final = frozenset({"count", "hasMoreRecords", "nextSetTimestamp", "hashRecords"})
_KINDS: Final = {StopNCIISignalType.ImagePDQ: Kind.PDQ, StopNCIISignalType.VideoMD5: Kind.MD5}
_SIGNALS: Final = {kind: signal for signal, kind in _KINDS.items()}
#: What its entries are tagged with, so that no other hash is ever told to it.
TAG: Final = "stopncii"
_FEEDBACK: Final = {
    Verdict.CONFIRMED: StopNCIICSPFeedbackValue.Blocked,
    Verdict.REFUTED: StopNCIICSPFeedbackValue.NotBlocked,
}
_GONE: Final = frozenset({StopNCIICaseStatus.Withdrawn, StopNCIICaseStatus.Deleted})


class _Client(StopNCIIAPI):  # type: ignore[misc] # threatexchange has no types here
    """The client, by our way out, and with a count of the records that it passes over."""

    def __init__(self, access: Access, *, limits: Limits) -> None:
        fetch_key, subscription_key, feedback_key, *_ = [*access.credentials.split(","), "", ""]
        super().__init__(
            subscription_key.strip(),
            fetch_key.strip(),
            additional_function_keys={StopNCIIEndpoint.SubmitFeedback: feedback_key.strip()},
            base_url_override=access.url.rstrip("/"),
        )
        self._limits = limits
        self.can_tell = bool(feedback_key.strip())
        self.records_sent = 0

    def _get_session(self, endpoint: Any) -> Any:  # noqa: ANN401 - threatexchange has no types here
        session = session_to(self._base_url, limits=self._limits)
        session.headers["x-functions-key"] = self._function_keys[endpoint]
        session.headers["Ocp-Apim-Subscription-Key"] = self._subscription_key
        return session

    def _get(self, endpoint: Any, **params: Any) -> Any:  # noqa: ANN401 - no types here
        answer = super()._get(endpoint, **params)
        if not isinstance(answer, dict) or not answer.keys() >= _REQUIRED:
            raise ExchangeFailed(Failure.HALF_PAGE)
        self.records_sent = len(answer["hashRecords"])
        return answer


class StopNcii:
    """Reads StopNCII; the checkpoint is the time that it gives with its last page."""

    def __init__(self, access: Access, *, limits: Limits | None = None) -> None:
        silence()
        self._client = _Client(access, limits=limits or Limits())

    def pages(self, checkpoint: str, *, now: datetime) -> Iterator[Page]:
        """Every page from the checkpoint on; raises ExchangeFailed."""
        del now
        since = int(checkpoint or self._client.DEFAULT_START_TIME)
        told: set[str] = set()
        for result in steps(lambda: self._client.fetch_hashes_iter(start_timestamp=since)):
            token = result.nextPageToken or ""
            if result.hasMoreRecords and (not token or token in told or len(told) >= PAGES_MAX):
                raise ExchangeFailed(Failure.HALF_PAGE)
            told.add(token)
            rows = [_row(record, line=line) for line, record in enumerate(result.hashRecords, 1)]
            unread = self._client.records_sent - len(rows)
            rows += [BadLine(line=0, field="record", why="not understood")] * unread
            is_last = not result.hasMoreRecords
            after = str(result.nextSetTimestamp) if is_last else checkpoint
            yield Page(rows=tuple(rows), checkpoint=after, is_last=is_last)

    def tell(self, entry: Entry, *, verdict: Verdict) -> bool:
        """Whether StopNCII took it; needs a third key in the credentials."""
        signal = _SIGNALS.get(entry.kind)
        if TAG not in entry.tags or signal is None or not self._client.can_tell:
            return False
        with told_apart():
            self._client.submit_feedback(signal, entry.value.hex(), _FEEDBACK[verdict])
        return True


def _row(record: Any, *, line: int) -> Row | BadLine:  # noqa: ANN401 - no types here
    kind = _KINDS.get(record.signalType)
    if kind is None:
        return BadLine(line=line, field="signalType", why="of a kind that is not looked for")
    try:
        entry = read_hash(record.hashValue.strip(), kind=kind)
    except BadValue as error:
        return BadLine(line=line, field="hashValue", why=str(error))
    return Row(
        line=line,
        entries=(msgspec.structs.replace(entry, tags=(TAG,)),),
        gone=record.hashStatus in _GONE,
        updated_at=datetime.fromtimestamp(record.lastModtimestamp, UTC),
    )
