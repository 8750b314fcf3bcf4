"""A file of hashes held against another one: which lie within the radius of which."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.hits import Hits
from tutela.detection.hashes.index import INDEXES
from tutela.detection.hashes.kinds import HashKind
from tutela.detection.hashes.reading import Reading, read_hashes

Bytes = NDArray[np.uint8]

COLUMNS = ("query", "match", "distance")


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """What was held against what, and what came of it."""

    listed: int
    queries: int
    #: Queries that are near at least one listed hash.
    queries_matched: int
    #: Pairs of a query and a listed hash.
    matches: int
    #: Queries by kind, of kinds that the list has none of.
    of_kinds_not_listed: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The files, and how they are read and compared."""

    listed: Path
    queries: Path
    radius: int
    long_kind: HashKind
    #: Told what is being read, and how many bytes of how many.
    tell: Callable[[str], Callable[[int, int], None]]


def match_files(asking: Asking, *, out: TextIO) -> Matched:
    """Writes CSV of `query,match,distance`: by query in the order of the file, the nearest first.

    A hash that is listed twice is told once. Raises HashFileUnfit where a file can't be read or
    has a bad line, HashesUnfit for a radius that no hash can have.
    """
    listed = _listed(asking)
    indexes = {kind: INDEXES[kind].build(hashes) for kind, hashes in listed.items()}
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    tally, unlisted = Counter[str](), Counter[str]()
    reading = Reading(asking.long_kind, tell=asking.tell("queries"))
    for batch in read_hashes(asking.queries, reading=reading):
        tally["queries"] += len(batch.hashes)
        if batch.kind not in indexes:
            unlisted[batch.kind] += len(batch.hashes)
            continue
        for hits in indexes[batch.kind].stream(batch.hashes, radius=asking.radius):
            tally["queries_matched"] += len(np.unique(hits.query))
            rows = _rows(hits, queries=batch.hashes, listed=listed[batch.kind])
            tally["matches"] += len(rows)
            writer.writerows(rows)
    return Matched(
        listed=sum(map(len, listed.values())),
        queries=tally["queries"],
        queries_matched=tally["queries_matched"],
        matches=tally["matches"],
        of_kinds_not_listed=dict(unlisted),
    )


def _listed(asking: Asking) -> dict[HashKind, Bytes]:
    parts: dict[HashKind, list[Bytes]] = {}
    reading = Reading(asking.long_kind, tell=asking.tell("list"))
    for batch in read_hashes(asking.listed, reading=reading):
        parts.setdefault(batch.kind, []).append(batch.hashes)
    return {kind: np.concatenate(hashes) for kind, hashes in parts.items()}


def _rows(hits: Hits, *, queries: Bytes, listed: Bytes) -> list[tuple[str, str, int]]:
    """The lines of the hits; one for each query and listed hash, however often it is listed."""
    rows: dict[tuple[int, bytes], int] = {}
    for query, row, distance in zip(
        hits.query.tolist(), hits.row.tolist(), hits.distance.tolist(), strict=True
    ):
        rows[query, listed[row].tobytes()] = distance
    return [
        (queries[query].tobytes().hex(), match.hex(), distance)
        for (query, match), distance in rows.items()
    ]
