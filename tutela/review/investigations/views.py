"""Investigation rooms as their people see them."""

import msgspec


class InvestigationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the time line."""

    #: From 1, without a gap.
    number: int
    kind: str
    at: str
    by: str
    #: What it refers to.
    ref: str | None
    text: str
    #: The hash of its leaf in the ledger.
    leaf_hash: str
    #: Whether the ledger has given it a place by now.
    in_ledger: bool


class InvestigationPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who knows of the room."""

    name: str
    role: str | None
    since: str


class InvestigationLook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looked into the room."""

    by: str
    last_at: str
    times: int


class Investigation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room; its time line, people and looks where it is shown by itself."""

    id: str
    title: str
    state: str
    opened_by: str
    opened_at: str
    closed_at: str | None
    size: int
    entries: list[InvestigationEntry] | None = None
    people: list[InvestigationPerson] | None = None
    looks: list[InvestigationLook] | None = None


class Investigations(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/rooms`, the newest first: those of the caller alone."""

    rooms: list[Investigation]
    #: For `after`; null on the last page.
    next: str | None
