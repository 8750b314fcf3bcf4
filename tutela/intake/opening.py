"""A stored body read again: whatever channel it came by, a reviewer sees a notice."""

from contextlib import suppress

import msgspec

from tutela.domain.notice import Notice
from tutela.intake.channels import activitypub, atproto, coop, osprey

_decode = msgspec.json.Decoder(Notice).decode


def notice_in(body: bytes) -> Notice:
    """The notice in the RFC 8785 form of a body that intake accepted.

    Coop's and Osprey's lie under names of their own. No notice has a `reasonType`, no report of
    AT Protocol can do without one, and neither has the two members of a flag of ActivityPub.
    """
    for read in (_decode, coop.notice_in, osprey.notice_in, atproto.notice_in):
        with suppress(msgspec.ValidationError):
            return read(body)
    return activitypub.notice_in(body)
