"""What the documents say of a call beside its terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutela.web.answer import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call in words and types; `answers` has None where a status comes without a body."""

    name: str
    summary: str
    answers: Mapping[int, Any]
    takes: Any = None
    body_required: bool = True
    takes_key: bool = False
    queries_required: frozenset[str] = frozenset()
    #: Parameters that are here something else than in other calls.
    query_schemas: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    errors: frozenset[int] = field(default_factory=frozenset)
    error: Any = None
    error_type: str | None = None
    content_type: str = JSON

    @property
    def kinds(self) -> list[Any]:
        """All types that the call speaks in."""
        return [
            kind for kind in (self.takes, self.error, *self.answers.values()) if kind is not None
        ]
