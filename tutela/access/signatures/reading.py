"""What a call claims by its signatures, and whether a key bears a claim out."""

from datetime import datetime

from tutela.access.signatures import draft, rfc9421
from tutela.access.signatures.algorithms import PublicKey, fitting, verifies
from tutela.access.signatures.errors import AlgorithmUnfit, SignatureMissing, SignatureRefused
from tutela.access.signatures.message import Claim, Message


def read_claims(message: Message, *, now: datetime) -> list[Claim]:
    """At least one claim whose form, time, cover and digest are in order; else an error."""
    if "signature-input" in message.fields:
        return rfc9421.read(message, now=now)
    if "signature" in message.fields:
        return [draft.read(message, now=now)]
    raise SignatureMissing("Sign the call: RFC 9421, or the older draft.")


def signed_base(claim: Claim, *, key: PublicKey) -> bytes:
    """What the key signed; `SignatureRefused` where it is nothing of what was claimed."""
    possible = fitting(key)
    if claim.algorithm is not None and claim.algorithm not in possible:
        raise AlgorithmUnfit("The algorithm is not one of the key.")
    algorithms = possible if claim.algorithm is None else (claim.algorithm,)
    for base in claim.bases:
        for algorithm in algorithms:
            if verifies(key, algorithm=algorithm, signature=claim.signature, base=base):
                return base
    raise SignatureRefused("The key of keyId did not sign this call.")
