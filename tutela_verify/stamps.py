"""Time stamps of an export (RFC 3161): counted, and verified where roots were given."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from tutela_verify import formats
from tutela_verify.formats import Head, Malformed
from tutela_verify.trust import CLOCK_TOLERANCE, shifted
from tutela_verify.verdict import Fault, FaultKind, Refuted

if TYPE_CHECKING:
    from rfc3161_client import Verifier

_FIELDS: Final = frozenset({"size", "at", "response"})
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


class Stamps:
    """The stamps that went by; only where roots are given is rfc3161-client needed."""

    def __init__(self, roots: bytes | None) -> None:
        self._verifier = None if roots is None else _verifier(roots)
        self.count = 0
        #: The size of the last stamped head, and when it was stamped where that was verified.
        self.last = (0, "")

    @property
    def are_checked(self) -> bool:
        """Whether every stamp was verified under the roots given."""
        return self._verifier is not None

    def take(self, value: Mapping[str, Any], *, head: Head, line: int) -> None:
        """A ``stamp`` line behind its head; Refuted where it is of another one, or wrong."""
        formats.require_fields(value, required=_FIELDS)
        size, at = formats.read_count(value, name="size"), formats.read_time(value, name="at")
        response = _read_response(value["response"])
        name = f"the stamp of the head of size {size}"
        if (size, at) != (head.size, head.at):
            words = f"{name} at {at} stands behind another head, of size {head.size} at {head.at}"
            raise _refuted(FaultKind.BAD_STAMP, words=words, line=line)
        stamped_at = ""
        if self._verifier is not None:
            stamped_at = _verified(response, head=head, verifier=self._verifier, line=line)
        self.count += 1
        self.last = (size, stamped_at)


def _verified(response: bytes, *, head: Head, verifier: "Verifier", line: int) -> str:
    from rfc3161_client import VerificationError, decode_timestamp_response  # noqa: PLC0415 - only who gives roots needs it

    name = f"the stamp of the head of size {head.size}"
    try:
        decoded = decode_timestamp_response(response)
        told = decoded.tst_info
        imprint = (
            told.message_imprint.hash_algorithm.dotted_string,
            told.message_imprint.message,
        )
        if imprint != (_SHA256, sha256(head.signed()).digest()):
            words = f"{name} is over something else than this head"
            raise _refuted(FaultKind.BAD_STAMP, words=words, line=line)
        verifier.verify_message(decoded, head.signed())
        at = told.gen_time.astimezone(UTC).replace(tzinfo=None)
    except VerificationError as error:
        words = f"{name} is by no authority under the roots given: {error}"
        raise _refuted(FaultKind.BAD_STAMP, words=words, line=line) from error
    except (ValueError, TypeError) as error:
        words = f"{name} is no granted time stamp"
        raise _refuted(FaultKind.BAD_STAMP, words=words, line=line) from error
    stamped_at = at.isoformat(timespec="microseconds") + "Z"
    if stamped_at < shifted(head.at, by=-2 * CLOCK_TOLERANCE):
        words = f"{name} is dated {stamped_at}, before the head it is over, {head.at}"
        raise _refuted(FaultKind.MISDATED, words=words, line=line)
    return stamped_at


def _verifier(roots: bytes) -> "Verifier":
    try:
        from rfc3161_client import VerifierBuilder  # noqa: PLC0415 - only who gives roots needs it
    except ImportError as error:
        raise Malformed("can't be used without the package rfc3161-client") from error
    try:
        certificates = x509.load_pem_x509_certificates(roots)
    except ValueError as error:
        raise Malformed("is no certificate in PEM") from error
    return VerifierBuilder(roots=certificates).build()


def _read_response(text: object) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True) if type(text) is str else b""
    except (ValueError, binascii.Error):
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise Malformed("has a response that is not base64")
    return raw


def _refuted(kind: FaultKind, *, words: str, line: int) -> Refuted:
    return Refuted(Fault(kind=kind, words=words, line=line))
