"""A declaration: what a platform says it sent over a surface in a period."""

from typing import Annotated

import msgspec

from tutela.domain.canonical import LARGEST_INTEGER
from tutela.domain.notice import Identifier, Surface, Timestamp


class Declaration(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"period_from": "from", "period_to": "to"},
):
    """The body of `POST /v1/declarations`: over a surface, from one time until before another."""

    surface: Surface
    period_from: Timestamp
    period_to: Timestamp
    sent: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_INTEGER)]
    external_id: Identifier | None = None
