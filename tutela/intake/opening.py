"""A stored body read again: whatever channel it came by, a reviewer sees a notice."""

import msgspec

from tutela.domain.notice import Notice
from tutela.intake.channels import activitypub, atproto

_decode = msgspec.json.Decoder(Notice).decode


def notice_in(body: bytes) -> Notice:
    """The notice in the RFC 8785 form of a body that intake accepted.

    No notice has a `reasonType`, no report of AT Protocol can do without one, and neither has the
    two members of a flag of ActivityPub.
    """
    try:
        return _decode(body)
    except msgspec.ValidationError:
        pass
    try:
        return atproto.notice_in(body)
    except msgspec.ValidationError:
        return activitypub.notice_in(body)
