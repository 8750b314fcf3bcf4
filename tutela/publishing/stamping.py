"""A time stamp of a head (RFC 3161): asked of an authority, and held against what was asked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import httpx
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from tutela.publishing.posting import ANSWER_BYTES_MAX, NotPublished, post

QUERY_TYPE: Final = "application/timestamp-query"
SHA256_OID: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The answer of the authority as it came (a DER TimeStampResp), and the time that it tells."""

    response: bytes
    at: datetime


async def ask(client: httpx.AsyncClient, *, url: str, signed: bytes) -> Stamp:
    """The authority's stamp over SHA-256 of these bytes; `NotPublished`.

    The nonce is chosen by `rfc3161_client`. Whether an authority that somebody trusts signed the
    stamp is not looked at here: `tutela-verify --tsa-roots` does.
    """
    request = TimestampRequestBuilder().data(signed).hash_algorithm(HashAlgorithm.SHA256).build()
    posted = await post(client, url=url, content=request.as_bytes(), kind=QUERY_TYPE)
    if posted.is_too_long:
        raise NotPublished(f"its answer is longer than {ANSWER_BYTES_MAX} bytes")
    return judged(posted.body, request=request, signed=signed)


def judged(answer: bytes, *, request: TimeStampRequest, signed: bytes) -> Stamp:
    """The stamp, where the answer is granted, to this request and over these bytes."""
    try:
        response = decode_timestamp_response(answer)
        status = response.status
        if status != PKIStatus.GRANTED:
            raise NotPublished(f"it did not grant a stamp: {_status_name(status)}")
        told = response.tst_info
        imprint, nonce, at = told.message_imprint, told.nonce, told.gen_time
        algorithm, digest = imprint.hash_algorithm.dotted_string, imprint.message
    except (ValueError, TypeError) as error:
        raise NotPublished("its answer is no time stamp") from error
    if nonce != request.nonce:
        raise NotPublished("its answer has another nonce: it is not to this question")
    if (algorithm, digest) != (SHA256_OID, sha256(signed).digest()):
        raise NotPublished("its stamp is not over this head")
    return Stamp(answer, at if at.tzinfo else at.replace(tzinfo=UTC))


def _status_name(status: int) -> str:
    known = {each.value: each.name.lower() for each in PKIStatus}
    return known.get(status, str(status))
