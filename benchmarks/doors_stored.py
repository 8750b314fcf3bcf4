"""Every notice as it stands in the database, and which report it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged
from benchmarks.doors_world import Report
from tutela.ledger.receipts import hash_code, read_code

#: As many faults of one kind are told with their ids.
TOLD_MAX: Final = 20

_NOTICES: Final = """
SELECT
    n.id::text, n.door, n.article_16_missing, n.code_hash, k.key, n.item_count,
    count(i.*), count(i.*) FILTER (WHERE i.decision_id IS NULL AND c.closed_at IS NULL),
    count(i.decision_id)
FROM notice n
LEFT JOIN submission_key k ON k.fact_id = n.id
LEFT JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
LEFT JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
WHERE n.mark = 'real'
GROUP BY n.tenant, n.service, n.id, k.key
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A notice: how many items it names, and how many are there, wait in an open case, answered."""

    id: str
    door: str
    missing: frozenset[str]
    code_hash: bytes
    key: str | None
    said_items: int
    items: int
    queued: int
    answered: int


@dataclass(slots=True)
class Faults:
    """What does not fit, by kind, with the ids."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, *, name: str) -> None:
        self.found.setdefault(kind, []).append(name)

    def lines(self) -> Iterator[str]:
        """A line for each kind."""
        for kind, names in self.found.items():
            more = len(names) - TOLD_MAX
            told = ", ".join(names[:TOLD_MAX]) + (f" and {more} more" if more > 0 else "")
            yield f"{kind} ({len(names)}): {told}"


def stored_in(place: Place) -> list[Stored]:
    """Every notice there is, probes left out."""
    return [
        Stored(row[0], row[1], frozenset(row[2]), bytes(row[3]), *row[4:])
        for row in place.rows(_NOTICES)
    ]


def match(
    taken: Sequence[Acknowledged],
    *,
    stored: Sequence[Stored],
    world: Sequence[Report],
    faults: Faults,
) -> dict[int, Stored]:
    """The notice of each report, by its number; each has one of its own, and no other is there."""
    find = _Finding(stored)
    notices: dict[int, Stored] = {}
    owners: dict[str, str] = {}
    for held in taken:
        found, key = find(held), held.report.key
        if found is None:
            faults.add("acknowledged and not stored", name=key)
            continue
        if found.id in owners:
            faults.add("two reports in one notice", name=f"{owners[found.id]} {key}")
        owners[found.id] = key
        notices[held.report.number] = found
        if held.missing is not None and held.missing != found.missing:
            faults.add("told and stored lacks differ", name=key)
    acknowledged = {held.report.number for held in taken}
    for report in world:
        if report.number not in acknowledged:
            faults.add("not acknowledged", name=report.key)
    for each in stored:
        if each.id not in owners:
            faults.add("stored and sent by nobody", name=each.id)
    return notices


class _Finding:
    """By whatever its sender holds of it."""

    def __init__(self, stored: Sequence[Stored]) -> None:
        self._by_id = {each.id: each for each in stored}
        self._by_code = {each.code_hash: each for each in stored}
        self._by_key = {each.key: each for each in stored if each.key is not None}

    def __call__(self, held: Acknowledged) -> Stored | None:
        if held.notice_id is not None:
            return self._by_id.get(held.notice_id)
        if held.code is not None:
            return self._by_code.get(hash_code(read_code(held.code)))
        return self._by_key.get(held.report.key)
