"""The page of cases: their members, each in the colour and shape of its group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.files.known import Known
from tutela.networks.files.seeds import places_of
from tutela.networks.files.tokens import Tokens
from tutela.networks.grouping.files import Made
from tutela.networks.page.shown import Case, Lead, Shown, marks_of
from tutela.networks.page.written import More, explained


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a case that is no seed."""

    place: int
    rank: int
    sure: float
    group: str
    #: What it looks like, such as `looks like a seller`.
    notes: tuple[str, ...]


def shown_cases(
    made: Made,
    *,
    made_at: datetime,
    first: int,
    tokens: Tokens | None = None,
    known: Known | None = None,
) -> Shown:
    """What the page of the cases shows: at most `first` members, the surest of each case first."""
    members = list(_members(made))
    shown, left_out = members[:first], len(members) - first
    leads: Places = np.array([member.place for member in shown], np.int64)
    found = explained(made.graph, seeds=made.seeds, leads=leads, more=More(tokens=tokens))
    cautions, notes = ({}, {}) if known is None else marks_of(found, known=known)
    for member in shown:
        notes[member.place] = (*notes.get(member.place, ()), *member.notes)
    more = [f"{left_out} further members stand in members.csv alone."] if left_out > 0 else []
    return Shown(
        graph=made.graph,
        seeds=made.seeds,
        leads=[
            Lead(why=why, rank=member.rank, score=member.sure)
            for why, member in zip(found, shown, strict=True)
        ],
        scored="sure",
        scorers=made.found.scorers,
        held_out=made.found.held_out,
        connects=made.document.connects,
        made_at=made_at,
        remarks=(*made.document.remarks, *more),
        cases=[
            Case(name=c.name, members=c.members, why=(*c.why, *c.cautions))
            for c in made.document.cases
        ],
        groups={member.place: member.group for member in shown},
        cautions=cautions,
        notes=notes,
    )


def _members(made: Made) -> Iterator[_Member]:
    """Case by case as they were written; those that were not ranked have no number to go by."""
    several = len(made.tables) > 1
    for case, table in made.tables.items():
        places = places_of(table["account"].combine_chunks(), names=made.graph.names).tolist()
        for place, row in zip(places, table.to_pylist(), strict=True):
            if not row["seed"] and row["rank"] is not None:
                group = f"{case}, group {row['group']}" if several else f"Group {row['group']}"
                yield _Member(place, row["rank"], row["sure"], group, tuple(_notes(row)))


def _notes(row: Mapping[str, object]) -> Iterator[str]:
    if row["looks_like"]:
        yield f"looks like a {str(row['looks_like']).removesuffix('_like')}"
    if row["returned_of"] is not None:
        yield "looks like a removed member who came back"
