"""`tutela networks`: from a few confirmed accounts to those that may belong to them, as leads."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tutela.cli.networks_engines import Engines, Held, held
from tutela.cli.networks_page import Explaining, Result, explain, read_beside, showable
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json

if TYPE_CHECKING:
    from tutela.networks.choosing.rank import Tell
    from tutela.networks.files.features import Features
    from tutela.networks.files.ranked import Found
    from tutela.networks.files.seeds import Seeds
    from tutela.networks.ranking import Ranking

networks = typer.Typer(no_args_is_help=True, help="Networks of accounts, found as leads.")
#: So many accounts are shown on the terminal.
SHOWN = 10
#: How is told what was left out of the edges.
LEFT_OUT = {
    "self_loops": "edges from an account to itself were left out.",
    "weightless": "edges of weight 0 were left out.",
    "duplicates": "edges were given again and merged.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known: who is joined to whom, who is confirmed, and numbers by account."""

    edges: Annotated[
        Path, typer.Option(help="Parquet, CSV or NPZ: src,dst and perhaps weight, kind.")
    ]
    seeds: Annotated[Path, typer.Option(help="The confirmed accounts, one id a line.")]
    features: Annotated[
        Path | None,
        typer.Option(help="Parquet, CSV or NPZ: account and columns of numbers, or X by row."),
    ] = None
    directed: Annotated[
        bool, typer.Option("--directed", help="Edges lead from src to dst only.")
    ] = False
    skip_unknown_seeds: Annotated[
        bool, typer.Option("--skip-unknown-seeds", help="Go on without seeds that nobody knows.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What comes out, and how it is found."""

    out: Annotated[Path, typer.Option(help="Parquet or CSV: account,score,rank; and FILE.json.")]
    top: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Write the first N accounts only.")
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same ranking.")] = 0


@networks.command("rank")
@spread
def rank(
    *,
    given: Given,
    wanted: Wanted,
    engines: Engines,
    explaining: Explaining,
    as_json: AsJson = False,
) -> None:
    """Every account that is no seed, best first: leads for a person, never a punishment."""
    from tutela.networks.files.ranked import writable, write_ranked
    from tutela.networks.files.seeds import read_seeds

    begun = time.monotonic()
    writable(wanted.out)
    _refuse_own_input(given, out=wanted.out)
    showable(explaining.html)
    with _ready(given, engines=engines) as (graph, features, tell):
        seeds = read_seeds(given.seeds, names=graph.names)
        _refuse_unknown(seeds, given=given)
        beside = read_beside(explaining, names=graph.names)
        ranking = _ranked(graph, features=features, seeds=seeds, wanted=wanted, tell=tell)
        found = _found(graph, ranking=ranking, seeds=seeds, seed=wanted.seed, begun=begun)
        write_ranked(wanted.out, ranking=ranking, names=graph.names, found=found)
        first = ranking.places[: explaining.explain].tolist()
        result = Result(
            graph=graph.around(sorted({*seeds.places.tolist(), *first})),
            ranking=ranking,
            seeds=seeds,
            features=features,
            remarks=found.remarks,
            beside=beside,
        )
        explain(result, out=wanted.out, explaining=explaining)
    if as_json:
        print_json(found)
    else:
        _say(found, names=graph.names.take(ranking.places[:SHOWN]).to_pylist(), out=wanted.out)


@contextmanager
def _ready(given: Given, *, engines: Engines) -> "Iterator[tuple[Held, Features | None, Tell]]":
    from tutela.networks.files.edges import Reading
    from tutela.networks.files.errors import MORE_THAN_THERE_IS, GraphTooLarge
    from tutela.networks.files.features import read_features

    features = None if given.features is None else read_features(given.features)
    with _progress() as tell:
        reading = Reading(
            directed=given.directed,
            accounts=None if features is None else features.accounts,
            tell=partial(tell, "reading edges"),
        )
        with held(given.edges, engines=engines, reading=reading) as graph:
            if features is not None and given.features is not None:
                told = features.remarks(graph.names, engine=graph.engine, path=given.features)
                graph = replace(graph, remarks=(*graph.remarks, *told))  # noqa: PLW2901 - the same, with more to say
            try:
                yield graph, features, tell
            except MemoryError as error:
                raise GraphTooLarge(f"{given.edges}: {MORE_THAN_THERE_IS}") from error


def _refuse_own_input(given: Given, *, out: Path) -> None:
    from tutela.networks.files.errors import NetworkFileUnfit

    read = [each.resolve() for each in (given.edges, given.seeds, given.features) if each]
    if out.resolve() in read:
        raise NetworkFileUnfit(f"{out}: is read, and so nothing is written there.")


def _refuse_unknown(seeds: "Seeds", *, given: Given) -> None:
    from tutela.networks.files.errors import UnknownSeeds
    from tutela.networks.files.seeds import told

    if seeds.unknown and not given.skip_unknown_seeds:
        raise UnknownSeeds(
            f"{given.seeds}: no account of the graph: {told(seeds.unknown)}; "
            "go on without them with --skip-unknown-seeds."
        )


def _ranked(
    graph: Held,
    *,
    features: "Features | None",
    seeds: "Seeds",
    wanted: Wanted,
    tell: "Tell",
) -> "Ranking":
    from tutela.networks.choosing.rank import Asked
    from tutela.networks.choosing.rank import rank as by_seeds

    asked = Asked(
        seeds=seeds.places,
        features=None if features is None else features.of(graph.names),
        seed=wanted.seed,
        tell=tell,
    )
    ranking = by_seeds(graph.engine, asked=asked)
    if wanted.top is None:
        return ranking
    return replace(
        ranking, places=ranking.places[: wanted.top], scores=ranking.scores[: wanted.top]
    )


def _found(graph: Held, *, ranking: "Ranking", seeds: "Seeds", seed: int, begun: float) -> "Found":
    from tutela.networks.files.ranked import Found

    held_out = ranking.held_out
    return Found(
        scorer=ranking.scorer,
        scorers=dict(ranking.scorers),
        connects=ranking.connects,
        held_out_seed_recall=held_out.recall if held_out else None,
        held_out=held_out,
        seconds=round(time.monotonic() - begun, 3),
        accounts=len(graph.names),
        seeds=len(seeds.places),
        edges={kind.name: kind.edges for kind in graph.engine.kinds},
        left_out=dict(graph.left_out),
        remarks=[*graph.remarks, *_of_seeds(seeds), *ranking.remarks],
        engine=graph.engine_name,
        seed=seed,
    )


def _of_seeds(seeds: "Seeds") -> Iterator[str]:
    if seeds.repeated:
        yield f"{seeds.repeated} lines name a seed again."
    if seeds.unknown:
        yield f"{len(seeds.unknown)} seeds are no accounts of the graph and were skipped."


def _say(found: "Found", *, names: Sequence[object], out: Path) -> None:
    from tutela.networks.page.scorers import said as told

    if not found.connects:
        print("These seeds do not connect: the ranking is no better than chance.")
    recall = found.held_out_seed_recall
    sure = "" if recall is None else f", held-out seeds found: {recall:.0%}"
    print(f"{found.accounts - found.seeds:,} accounts ranked{sure}: {out}")
    said = ", ".join(
        f"{what[:1].lower()}{what[1:]} {share:.0%}" for what, share in told(found.scorers)
    )
    print(f"scored by: {said}")
    for number, name in enumerate(names, start=1):
        print(f"{number:>3}  {name}")
    left_out = [f"{count:,} {LEFT_OUT.get(why, why)}" for why, count in found.left_out.items()]
    for remark in [*left_out, *found.remarks]:
        print(f"tutela: {remark}", file=sys.stderr)


@contextmanager
def _progress() -> Iterator["Tell"]:
    """One bar on stderr, where that is a terminal, for whatever is being done."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total or None
        )
