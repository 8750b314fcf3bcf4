"""`tutela networks rank --html`: the reasons beside a ranked file, and a page to look at."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from tutela.networks.files.features import Features
    from tutela.networks.files.known import Known
    from tutela.networks.files.seeds import Seeds
    from tutela.networks.files.tokens import Tokens
    from tutela.networks.graph import Graph
    from tutela.networks.grouping.files import Made
    from tutela.networks.page.shown import Shown
    from tutela.networks.page.written import More
    from tutela.networks.ranking import Ranking
    from tutela.networks.reasons.joins import Why

#: So many accounts are explained, listed and drawn at most.
EXPLAINED_MAX = 2_000


class PageNames(StrEnum):
    """What becomes of the ids of accounts on the page."""

    #: In the file, and shown when somebody asks.
    HIDDEN = "hidden"
    #: Not in the file at all.
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What is told of accounts beside their edges, and on which page."""

    tokens: Annotated[
        list[Path] | None,
        typer.Option(help="account and token or tag, perhaps kind: reasons name shared ones."),
    ] = None
    accounts: Annotated[
        Path | None,
        typer.Option(help="account and minor, removed_at: possible minors are marked."),
    ] = None
    html: Annotated[
        Path | None, typer.Option(help="A page of what was found, to look at without a server.")
    ] = None
    names: Annotated[
        PageNames, typer.Option(help="Ids on the page: hidden until asked for, or not in it.")
    ] = PageNames.HIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining(Showing):
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of accounts beside their edges."""

    tokens: "Tokens | None"
    known: "Known | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What there is to explain."""

    graph: "Graph"
    ranking: "Ranking"
    seeds: "Seeds"
    features: "Features | None"
    remarks: "Sequence[str]"
    beside: "Beside"


def showable(html: Path | None) -> None:
    """Raises NetworkFileUnfit where no page can be written: said before anything is read."""
    from tutela.networks.files.whole import placeable

    if html is not None:
        placeable(html)


def read_beside(showing: Showing, *, names: "pa.Array") -> Beside:
    """What the files say of the accounts called `names`; raises NetworkFileUnfit."""
    from tutela.networks.files.known import read_known
    from tutela.networks.files.tokens import read_tokens

    tokens = read_tokens(showing.tokens, names=names) if showing.tokens else None
    accounts = showing.accounts
    return Beside(tokens, None if accounts is None else read_known(accounts, names=names))


def explain(result: Result, *, out: Path, explaining: Explaining) -> None:
    """Both files, each whole or as it was."""
    from tutela.networks.page.written import explained, write_page, write_reasons

    whys = explained(
        result.graph,
        seeds=result.seeds.places,
        leads=result.ranking.places[: explaining.explain],
        more=_more(result),
    )
    write_reasons(out, whys=whys, graph=result.graph)
    if explaining.html is not None:
        write_page(explaining.html, shown=_shown(result, whys=whys, names=explaining.names))


def show_cases(made: "Made", *, showing: Showing) -> None:
    """The page of the cases where one is wanted, whole or as it was."""
    from tutela.networks.page.of_cases import shown_cases
    from tutela.networks.page.shown import Names
    from tutela.networks.page.written import write_page

    if showing.html is None:
        return
    beside = read_beside(showing, names=made.graph.names)
    shown = shown_cases(
        made,
        made_at=datetime.now(UTC),
        first=EXPLAINED_MAX,
        tokens=beside.tokens,
        known=beside.known,
    )
    write_page(showing.html, shown=replace(shown, names=Names(showing.names)))


def _more(result: Result) -> "More":
    from tutela.networks.page.written import More
    from tutela.networks.reasons.features import Features

    names, features = result.graph.names, result.features
    return More(
        features=None if features is None else Features(features.columns, features.of(names)),
        tokens=result.beside.tokens,
    )


def _shown(result: Result, *, whys: "Sequence[Why]", names: PageNames) -> "Shown":
    from tutela.networks.page.shown import Names, Shown, leads_of, marks_of

    ranking = result.ranking
    known = result.beside.known
    cautions, notes = ({}, {}) if known is None else marks_of(whys, known=known)
    return Shown(
        graph=result.graph,
        seeds=result.seeds.places,
        leads=leads_of(ranking, whys=whys),
        scorers=ranking.scorers,
        held_out=ranking.held_out,
        connects=ranking.connects,
        made_at=datetime.now(UTC),
        remarks=tuple(result.remarks),
        cautions=cautions,
        notes=notes,
        names=Names(names),
    )
