"""Errors as types: each has a stable code that callers may rely on and a status for HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one place of the input."""

    #: JSON pointer (RFC 6901) to the place.
    pointer: str
    #: What is wrong, in words that hold no personal data.
    message: str


class TutelaError(Exception):
    """An expected refusal; `detail` and `evidence` hold no personal data."""

    code: str = "internal"
    title: str = "Something went wrong"
    status: int = 500

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        evidence: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.evidence = dict(evidence or {})
