"""From a claimed statement to what may leave, or to why a person has to look at it; no I/O."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.compliance.filing import parties
from tutela.compliance.filing.claims import Claimed
from tutela.compliance.filing.identifiers import findings
from tutela.compliance.filing.parties import Parties
from tutela.compliance.filing.payload import FREE_TEXTS, Unfileable, payload
from tutela.domain import canonical
from tutela.domain.statement import Statement

#: So many reasons are named; the count says how many there are.
REASONS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A statement that may leave, as it leaves."""

    claimed: Claimed
    payload: Mapping[str, object]

    @property
    def puid(self) -> str:
        """Its name at the database."""
        return str(self.payload["puid"])

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the RFC 8785 form of what leaves."""
        return hashlib.sha256(canonical.encode(dict(self.payload))).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A statement that may not leave, and why: kinds and places, never the words."""

    claimed: Claimed
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What a statement is judged with."""

    keys: KeySet
    served: frozenset[str]


def prepare(claimed: Claimed, *, known: Parties, preparation: Preparation) -> Ready | Stopped:
    """The statement as it may leave, or why not.

    It is stopped where its words were erased or do not open, where the database would refuse it,
    and, unless a person let it go, where a text may name somebody.
    """
    if claimed.sealed is None:
        return Stopped(claimed=claimed, why="its words were erased")
    try:
        opened = preparation.keys.open(claimed.sealed, row=claimed.id.bytes)
        corrected = corrections(claimed.corrected, statement_id=claimed.id, keys=preparation.keys)
    except SealBroken as cause:
        return Stopped(claimed=claimed, why=cause.code)
    statement = msgspec.json.decode(opened, type=Statement)
    try:
        built = payload(
            statement,
            statement_id=claimed.id,
            served=preparation.served,
            corrected=corrected,
        )
    except Unfileable as cause:
        return Stopped(claimed=claimed, why=_told(cause))
    known_here = known | parties.of_statement(statement)
    found = [] if claimed.is_cleared else list(_identified(built, known=known_here))
    if found:
        return Stopped(claimed=claimed, why=_first(found))
    return Ready(claimed=claimed, payload=built)


def corrections(sealed: Sealed | None, *, statement_id: UUID, keys: KeySet) -> dict[str, str]:
    """The texts that a person wrote instead of a statement's own; raises SealBroken."""
    if sealed is None:
        return {}
    opened = keys.open(sealed, row=correction_row(statement_id))
    return msgspec.json.decode(opened, type=dict[str, str])


def correction_row(statement_id: UUID) -> bytes:
    """For which row the corrected texts of a statement are sealed."""
    return b"filing" + statement_id.bytes


def _identified(built: Mapping[str, object], *, known: Parties) -> Iterator[str]:
    for field in FREE_TEXTS:
        text = built.get(field)
        for found in findings(text, known=known) if isinstance(text, str) else ():
            yield f"{field}: {found.kind} at {found.start}-{found.end}"


def _told(cause: Unfileable) -> str:
    return _first([f"{each.pointer.removeprefix('/')}: {each.message}" for each in cause.errors])


def _first(reasons: list[str]) -> str:
    told = "; ".join(reasons[:REASONS_MAX])
    more = len(reasons) - REASONS_MAX
    return f"{told}; and {more} more" if more > 0 else told
