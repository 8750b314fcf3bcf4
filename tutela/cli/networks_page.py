"""`tutela networks rank --html`: the reasons beside a ranked file, and a page to look at."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.networks.files.features import Features
    from tutela.networks.files.seeds import Seeds
    from tutela.networks.graph import Graph
    from tutela.networks.ranking import Ranking

#: So many accounts are explained, listed and drawn at most.
EXPLAINED_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """For how many accounts reasons are given, and where they are shown."""

    explain: Annotated[
        int,
        typer.Option(
            min=0,
            max=EXPLAINED_MAX,
            metavar="N",
            help="Reasons for the first N accounts, in FILE.reasons.jsonl.",
        ),
    ] = 200
    html: Annotated[
        Path | None, typer.Option(help="A page of the first accounts, to look at without a server.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What there is to explain."""

    graph: "Graph"
    ranking: "Ranking"
    seeds: "Seeds"
    features: "Features | None"
    remarks: "Sequence[str]"


def showable(explaining: Explaining) -> None:
    """Raises NetworkFileUnfit where no page can be written: said before anything is read."""
    from tutela.networks.files.whole import placeable

    if explaining.html is not None:
        placeable(explaining.html)


def explain(result: Result, *, out: Path, explaining: Explaining) -> None:
    """Both files, each whole or as it was."""
    from tutela.networks.page.shown import Shown
    from tutela.networks.page.written import explained, write_page, write_reasons
    from tutela.networks.reasons.features import Features

    given = result.features
    whys = explained(
        result.graph,
        seeds=result.seeds.places,
        leads=result.ranking.places[: explaining.explain],
        features=None if given is None else Features(given.columns, given.of(result.graph.names)),
    )
    write_reasons(out, whys=whys, graph=result.graph)
    if explaining.html is not None:
        shown = Shown(
            graph=result.graph,
            ranking=result.ranking,
            seeds=result.seeds.places,
            whys=whys,
            made_at=datetime.now(UTC),
            remarks=tuple(result.remarks),
        )
        write_page(explaining.html, shown=shown)
