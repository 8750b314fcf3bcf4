"""A witness that nobody can reach: it fetches from the log what it is to cosign."""

import httpx
import msgspec

from tutela.errors import TutelaError
from tutela.ledger import notes
from tutela.ledger.notes import MalformedNote, Note
from tutela.witness import cosigning
from tutela.witness.cosigning import Request

ANSWER_BYTES_MAX = 65_536
ANSWER_SECONDS = 20.0


class LogUnreachable(TutelaError):
    """The log gave no checkpoint, no proof, or took no cosignature."""

    code = "log_unreachable"
    title = "The log can't be reached"


class _Consistency(msgspec.Struct, frozen=True):
    path: list[str]


class Log:
    """A log of a service, by its URL; `log_id` where the service has several."""

    def __init__(self, client: httpx.Client, *, url: str, log_id: str | None) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._named = {} if log_id is None else {"log_id": log_id}

    def checkpoint(self) -> Note:
        """The newest checkpoint; `LogUnreachable`."""
        raw = self._get("checkpoint", **self._named)
        try:
            return notes.read(raw)
        except MalformedNote as error:
            raise LogUnreachable(f"{self._url} gave no checkpoint: {error}.") from error

    def request(self, note: Note, *, old_size: int) -> Request:
        """The checkpoint with the proof from a size on; `LogUnreachable`, `RequestMalformed`."""
        raw = str(note)
        size = _size(note)
        if old_size > size:
            raise LogUnreachable(
                f"{self._url} has {size} leaves, and {old_size} were cosigned: leaves are gone."
            )
        proof = self._get("consistency", **{"from": str(old_size), "to": str(size)}, **self._named)
        try:
            path = msgspec.json.decode(proof, type=_Consistency).path
            steps = [bytes.fromhex(step) for step in path]
        except (msgspec.MsgspecError, ValueError) as error:
            raise LogUnreachable(f"{self._url} gave no proof.") from error
        return cosigning.read_request(cosigning.write_request(raw, old_size=old_size, proof=steps))

    def post(self, note: str) -> None:
        """Hands the cosigned checkpoint in; `LogUnreachable` where it was not taken."""
        try:
            answer = self._client.post(
                f"{self._url}/v1/ledger/cosignatures", json={"note": note}, timeout=ANSWER_SECONDS
            )
        except httpx.HTTPError as error:
            raise LogUnreachable(f"{self._url}: {type(error).__name__}.") from error
        if not answer.is_success:
            raise LogUnreachable(f"{self._url} answered {answer.status_code} to the cosignature.")

    def _get(self, what: str, **query: str) -> bytes:
        body = bytearray()
        try:
            with self._client.stream(
                "GET", f"{self._url}/v1/ledger/{what}", params=query, timeout=ANSWER_SECONDS
            ) as answer:
                if not answer.is_success:
                    raise LogUnreachable(f"{self._url} answered {answer.status_code} for {what}.")
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES_MAX:
                        raise LogUnreachable(f"{self._url} says too much for {what}.")
        except httpx.HTTPError as error:
            raise LogUnreachable(f"{self._url}: {type(error).__name__}.") from error
        return bytes(body)


def _size(note: Note) -> int:
    try:
        return notes.read_checkpoint(note.text).size
    except MalformedNote as error:
        raise LogUnreachable(f"The log gave no checkpoint: {error}.") from error
