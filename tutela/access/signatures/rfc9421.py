"""The newer form: `Signature-Input`, `Signature` (RFC 9421), `Content-Digest` (RFC 9530)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import http_sf

from tutela.access.signatures.algorithms import Algorithm
from tutela.access.signatures.digests import check_content_digest
from tutela.access.signatures.errors import (
    AlgorithmUnfit,
    SignatureRefused,
    SignatureUncovered,
    SignatureUnreadable,
)
from tutela.access.signatures.message import Claim, Message, end_of

#: More signatures than this on one call are not looked at.
SIGNATURES_MAX: Final = 4

_COMPONENTS_MAX: Final = 32
_ALGORITHMS: Final = {str(each): each for each in Algorithm}


def read(message: Message, *, now: datetime) -> list[Claim]:
    """What can be believed of the signatures, if any; the first one's error where none can."""
    inputs = _dictionary(message.fields["signature-input"])
    signatures = _dictionary(message.fields.get("signature", ""))
    claims: list[Claim] = []
    refusals: list[SignatureRefused] = []
    for label, covered in list(inputs.items())[:SIGNATURES_MAX]:
        try:
            claims.append(_claim(message, covered=covered, signed=signatures.get(label), now=now))
        except SignatureRefused as refusal:
            refusals.append(refusal)
    if not claims:
        raise refusals[0] if refusals else SignatureUnreadable("Signature-Input names nothing.")
    return claims


def _claim(message: Message, *, covered: object, signed: object, now: datetime) -> Claim:
    names, parameters = _covered(covered)
    signature = signed[0] if isinstance(signed, tuple) else None
    key_id = parameters.get("keyid")
    if not isinstance(signature, bytes) or not isinstance(key_id, str):
        raise SignatureUnreadable("Each label needs a keyid, and its bytes in Signature.")
    _check_covered(names)
    end = end_of(
        _instant(parameters.get("created")),
        expires=_instant(parameters["expires"]) if "expires" in parameters else None,
        now=now,
    )
    bases = tuple(
        _base(message, names=names, origin=origin, parameters=http_sf.ser([covered]))  # type: ignore[list-item]
        for origin in message.origins
    )
    check_content_digest(message.fields["content-digest"], body=message.body)
    return Claim(
        key_id=key_id,
        algorithm=_algorithm(parameters.get("alg")),
        signature=signature,
        bases=bases,
        expires_at=end,
    )


def _dictionary(field: str) -> Mapping[str, Any]:
    try:
        found = http_sf.parse(field.encode("ascii"), tltype="dictionary")
    except (http_sf.StructuredFieldError, UnicodeError) as cause:
        raise SignatureUnreadable("A field of the signature is not a structured field.") from cause
    return found if isinstance(found, dict) else {}


def _covered(covered: object) -> tuple[list[str], Mapping[str, Any]]:
    if not (isinstance(covered, tuple) and isinstance(covered[0], list)):
        raise SignatureUnreadable("Signature-Input holds lists of components.")
    components, parameters = covered
    names = [name for name, said in components if isinstance(name, str) and not said]
    if len(names) < len(components):
        raise SignatureUnreadable("Components with parameters are not taken.")
    if len(names) > _COMPONENTS_MAX or len(set(names)) < len(names):
        raise SignatureUnreadable("Signature-Input names too many components, or one twice.")
    return names, parameters


def _check_covered(names: list[str]) -> None:
    lacking = [name for name in ("@method", "content-digest") if name not in names]
    by_parts = "@authority" in names and ("@path" in names or "@request-target" in names)
    if "@target-uri" not in names and not by_parts:
        lacking.append("@target-uri")
    if lacking:
        raise SignatureUncovered(f"Not signed: {', '.join(lacking)}.")


def _base(message: Message, *, names: list[str], origin: str, parameters: str) -> bytes:
    scheme, _, authority = origin.partition("://")
    path, _, query = message.target.partition("?")
    derived = {
        "@method": "POST",
        "@target-uri": f"{origin}{message.target}",
        "@authority": authority,
        "@scheme": scheme,
        "@path": path,
        "@request-target": message.target,
        "@query": f"?{query}",
    }
    lines = []
    for name in names:
        value = derived.get(name) if name.startswith("@") else message.fields.get(name)
        if value is None:
            raise SignatureUncovered("Signature-Input names what the call does not have.")
        lines.append(f'"{name}": {value.strip()}')
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("latin-1")


def _instant(said: object) -> datetime:
    if not isinstance(said, int) or isinstance(said, bool):
        raise SignatureUncovered("Not signed: created, or it is not in seconds since 1970.")
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as cause:
        raise SignatureUnreadable("A time is out of the calendar.") from cause


def _algorithm(said: object) -> Algorithm | None:
    if said is not None and said not in _ALGORITHMS:
        raise AlgorithmUnfit(f"Take one of {', '.join(Algorithm)}.")
    return None if said is None else _ALGORITHMS[str(said)]
