"""The older form, `Signature: keyId=..,headers=..` (draft-cavage-http-signatures-12)."""

import base64
import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from tutela.access.signatures.algorithms import Algorithm
from tutela.access.signatures.digests import check_digest
from tutela.access.signatures.errors import (
    AlgorithmUnfit,
    SignatureUncovered,
    SignatureUnreadable,
)
from tutela.access.signatures.message import Claim, Message, end_of

#: What `algorithm` may say; the key decides where it says nothing about itself.
_ALGORITHMS: Final[dict[str, Algorithm | None]] = {
    "": None,
    "hs2019": None,
    "rsa-sha256": Algorithm.RSA_V1_5_SHA256,
    "ed25519": Algorithm.ED25519,
}
#: Algorithms that may go with `(created)`: section 2.3 forbids it to those that name a hash.
_WITH_CREATED: Final = frozenset({"", "hs2019", "ed25519"})
_PARAMETER: Final = re.compile(r'\s*([a-zA-Z]+)\s*=\s*(?:"([^"\\]*)"|([0-9]{1,12}))\s*(?:,|\Z)')
_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")
_HEADERS_MAX: Final = 32


def read(message: Message, *, now: datetime) -> Claim:
    """What the `Signature` field claims; an error of `errors` where it can't be believed."""
    parameters = _parameters(message.fields["signature"])
    covered = parameters.get("headers", "(created)").lower().split()
    algorithm = parameters.get("algorithm", "").lower()
    if algorithm not in _ALGORITHMS:
        raise AlgorithmUnfit("Take rsa-sha256, hs2019 or ed25519.")
    if "(created)" in covered and algorithm not in _WITH_CREATED:
        raise AlgorithmUnfit(f"(created) does not go with {algorithm}.")
    _check_covered(covered)
    end = _end(message, covered=covered, parameters=parameters, now=now)
    base = "\n".join(_line(name, message=message, parameters=parameters) for name in covered)
    check_digest(message.fields["digest"], body=message.body)
    return Claim(
        key_id=parameters["keyId"],
        algorithm=_ALGORITHMS[algorithm],
        signature=_bytes(parameters["signature"]),
        bases=(base.encode("latin-1"),),
        expires_at=end,
    )


def _parameters(field: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(field):
        parameter = _PARAMETER.match(field, at)
        if parameter is None or parameter[1] in found:
            raise SignatureUnreadable('The Signature is not a list of name="value".')
        found[parameter[1]] = parameter[2] if parameter[3] is None else parameter[3]
        at = parameter.end()
    if not (found.get("keyId") and found.get("signature")):
        raise SignatureUnreadable("The Signature needs a keyId and a signature.")
    return found


def _check_covered(covered: list[str]) -> None:
    if len(covered) > _HEADERS_MAX or len(set(covered)) < len(covered):
        raise SignatureUnreadable("The Signature names too many headers, or one twice.")
    lacking = [name for name in ("(request-target)", "host", "digest") if name not in covered]
    if "date" not in covered and "(created)" not in covered:
        lacking.append("date")
    if lacking:
        raise SignatureUncovered(f"Not signed: {', '.join(lacking)}.")


def _end(
    message: Message, *, covered: list[str], parameters: dict[str, str], now: datetime
) -> datetime:
    expires = _instant(parameters, name="expires") if "(expires)" in covered else None
    made = []
    if "date" in covered:
        made.append(_date(message.fields.get("date", "")))
    if "(created)" in covered:
        made.append(_instant(parameters, name="created"))
    return min(end_of(created, expires=expires, now=now) for created in made)


def _line(name: str, *, message: Message, parameters: dict[str, str]) -> str:
    match name:
        case "(request-target)":
            return f"{name}: post {message.target}"
        case "(created)" | "(expires)":
            return f"{name}: {parameters[name[1:-1]]}"
        case "host":
            return f"host: {message.host}"
    if name not in message.fields:
        raise SignatureUncovered("The Signature names a header that the call does not have.")
    return f"{name}: {message.fields[name].strip()}"


def _instant(parameters: dict[str, str], *, name: str) -> datetime:
    said = parameters.get(name, "")
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError) as cause:
        raise SignatureUnreadable(f"{name} is not a time in seconds since 1970.") from cause


def _date(field: str) -> datetime:
    if not _HTTP_DATE.fullmatch(field.strip()):
        raise SignatureUnreadable("The Date is not one of HTTP, such as ... 08:49:37 GMT.")
    try:
        return parsedate_to_datetime(field.strip())
    except ValueError as cause:
        raise SignatureUnreadable("The Date is not in the calendar.") from cause


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as cause:
        raise SignatureUnreadable("The signature is not in base64.") from cause
