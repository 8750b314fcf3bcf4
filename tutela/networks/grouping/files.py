"""From the files of a ranking to a folder of cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutela.networks.engines.engine import Places
from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.ranked import Found, beside, read_ranked
from tutela.networks.files.seeds import read_seeds
from tutela.networks.graph import Graph
from tutela.networks.grouping.cases import Asked, Case, Cases, cases_among
from tutela.networks.grouping.choices import choices_of
from tutela.networks.grouping.connecting import CONNECTED_BY_RINGS, rings_connect
from tutela.networks.grouping.documents import (
    Marked,
    Names,
    WrittenCases,
    member_rows,
    written_cases,
)
from tutela.networks.grouping.draft import draft
from tutela.networks.grouping.facts import read_facts, read_tokens
from tutela.networks.grouping.returns import Returned, Traces, returned
from tutela.networks.grouping.roles import roles
from tutela.networks.grouping.ties import Floats, Ties, ties_of
from tutela.networks.grouping.writing import writable_folder, write_folder

NOT_CONNECTED = (
    "These seeds do not connect: they find each other no better than chance does. There is no case."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The files that cases are made of."""

    ranked: Path
    edges: Path
    #: Where None, the accounts of the edges that were not ranked.
    seeds: Path | None = None
    #: `account` and what there is of `created_at`, `removed_at`, `minor`; `account,token[,kind]`.
    accounts: Path | None = None
    tokens: tuple[Path, ...] = ()
    top: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What stands in the folder, and what it was made of."""

    document: WrittenCases
    #: `members.csv` by the name of the case.
    tables: Mapping[str, pa.Table]
    graph: Graph
    seeds: Places
    found: Found


def cases_of_files(given: Given, *, out: Path) -> Made:
    """`cases.json` and the members of each case, which stand in the folder `out` afterwards.

    Raises NetworkFileUnfit with file and place where anything does not fit.
    """
    writable_folder(out)
    found = _found(given.ranked)
    ranked = read_ranked(given.ranked)
    graph = read_edges(given.edges, reading=Reading(directed=True, accounts=ranked.accounts))
    places = _places(graph, given=given, accounts=ranked.accounts)
    seeds = _seeds(graph, given=given, ranked=places, count=found.seeds)
    scores: Floats = ranked.scores.to_numpy(zero_copy_only=False)
    names = Names(graph.names, seeds=seeds, ranked=places, scores=scores)
    ties = ties_of(graph)
    cases = Cases((), seeds)
    found = _by_rings_too(found, ties=ties, seeds=seeds, seed=given.seed)
    if found.connects:
        asked = Asked(graph=graph, seeds=seeds, ranked=places, top=given.top, seed=given.seed)
        cases = cases_among(ties, asked=asked)
    marked = _marked(cases, graph=graph, ties=ties, given=given)
    document = _document(cases, marked=marked, names=names, found=found)
    by_name = dict(zip((case.name for case in document.cases), marked, strict=True))
    tables = {name: member_rows(each, names=names) for name, each in by_name.items()}
    drafts = {name: _draft(each, ties=ties, names=names) for name, each in by_name.items()}
    write_folder(out, document=document, tables=tables, drafts=drafts)
    return Made(document=document, tables=tables, graph=graph, seeds=seeds, found=found)


def _by_rings_too(found: Found, *, ties: Ties, seeds: Places, seed: int) -> Found:
    """What the ranking said, unless the rings of the seeds connect them."""
    if found.connects or not rings_connect(ties, seeds=seeds, seed=seed):
        return found
    return msgspec.structs.replace(
        found, connects=True, remarks=[*found.remarks, CONNECTED_BY_RINGS]
    )


def _marked(cases: Cases, *, graph: Graph, ties: Ties, given: Given) -> list[Marked]:
    facts = None if given.accounts is None else read_facts(given.accounts, names=graph.names)
    tokens = read_tokens(given.tokens, names=graph.names)
    traces = None if facts is None else Traces(ties, choices_of(graph), facts, tokens)
    return [
        Marked(
            case=case,
            roles=roles(graph, places=case.places),
            returned=() if traces is None else _returned(case, traces=traces),
            ages=None if facts is None else facts.ages,
        )
        for case in cases.cases
    ]


def _returned(case: Case, *, traces: Traces) -> Sequence[Returned]:
    removed = case.places[traces.facts.removed_ms[case.places] >= 0]
    return returned(traces, removed=removed)


def _draft(marked: Marked, *, ties: Ties, names: Names) -> bytes:
    joined_to = np.diff(ties.within(marked.case.places).indptr)
    lines = draft(marked.case, names=names, ages=marked.ages, joined_to=joined_to)
    return b"".join(lines)


def _document(
    cases: Cases, *, marked: Sequence[Marked], names: Names, found: Found
) -> WrittenCases:
    remarks = list(found.remarks)
    if not found.connects:
        remarks.insert(0, NOT_CONNECTED)
    elif not cases.cases:
        remarks.append("Nothing around the seeds keeps together: there is no case.")
    return WrittenCases(
        connects=found.connects,
        scorer=found.scorer,
        accounts=len(names.is_seed),
        seeds=int(names.is_seed.sum()),
        seeds_alone=names.ids(cases.alone),
        cases=written_cases(marked, names=names),
        remarks=remarks,
    )


def _found(ranked: Path) -> Found:
    path = beside(ranked)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Found)
    except OSError as error:
        raise NetworkFileUnfit(f"{path}: {error.strerror}; `networks rank` writes it.") from error
    except msgspec.DecodeError as error:
        raise NetworkFileUnfit(f"{path}: {error}.") from error


def _places(graph: Graph, *, given: Given, accounts: pa.Array) -> Places:
    ids = accounts if accounts.type == graph.names.type else accounts.cast(graph.names.type)
    places: Places = np.asarray(pc.index_in(ids, graph.names).to_numpy(), np.int64)
    if len(np.unique(places)) < len(places):
        raise NetworkFileUnfit(f"{given.ranked}: some account stands there twice.")
    return places


def _seeds(graph: Graph, *, given: Given, ranked: Places, count: int) -> Places:
    if given.seeds is not None:
        return read_seeds(given.seeds, names=graph.names).places
    is_ranked = np.zeros(len(graph.names), bool)
    is_ranked[ranked] = True
    seeds = np.flatnonzero(~is_ranked)
    if len(seeds) != count:
        raise NetworkFileUnfit(
            f"{given.ranked}: {len(seeds)} accounts of {given.edges} were not ranked, but the "
            f"ranking had {count} seeds; name them with --seeds."
        )
    return seeds
