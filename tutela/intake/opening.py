"""A stored body read again: whatever channel it came by, a reviewer sees a notice."""

import msgspec

from tutela.domain.notice import Notice
from tutela.intake.channels import atproto

_decode = msgspec.json.Decoder(Notice).decode


def notice_in(body: bytes) -> Notice:
    """The notice in the RFC 8785 form of a body that intake accepted.

    No notice has a `reasonType` and no report of AT Protocol can do without one.
    """
    try:
        return _decode(body)
    except msgspec.ValidationError:
        return atproto.notice_in(body)
