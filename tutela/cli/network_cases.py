"""`tutela networks cases`: what of a ranking belongs together, as cases for a person."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutela.cli.networks_page import Showing, show_cases, showable
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json

if TYPE_CHECKING:
    from tutela.networks.grouping.documents import WrittenCases


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What was ranked, and who is joined to whom."""

    ranked: Annotated[Path, typer.Option(help="What `networks rank` wrote; FILE.json beside it.")]
    edges: Annotated[Path, typer.Option(help="Parquet, CSV or NPZ: src,dst[,weight][,kind].")]
    seeds: Annotated[
        Path | None,
        typer.Option(help="The confirmed accounts, one id a line; needed where --top cut FILE."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What comes out."""

    out: Annotated[Path, typer.Option(help="A folder for cases.json and a folder a case.")]
    top: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the first N can be members.")
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same cases.")] = 0


@spread
def cases(*, ranking: Ranking, wanted: Wanted, showing: Showing, as_json: AsJson = False) -> None:
    """Groups of the ranked accounts with their members and why: leads, never a punishment."""
    from tutela.networks.grouping.files import Given, cases_of_files

    given = Given(
        ranked=ranking.ranked,
        edges=ranking.edges,
        seeds=ranking.seeds,
        accounts=showing.accounts,
        tokens=tuple(showing.tokens or ()),
        top=wanted.top,
        seed=wanted.seed,
    )
    showable(showing.html)
    made = cases_of_files(given, out=wanted.out)
    show_cases(made, showing=showing)
    document = made.document
    if as_json:
        print_json(document)
    else:
        _say(document, out=wanted.out)


def join(networks: typer.Typer) -> None:
    """Adds the command to its group."""
    networks.command("cases")(cases)


def _say(document: "WrittenCases", *, out: Path) -> None:
    for remark in document.remarks:
        print(remark)
    for case in document.cases:
        print(
            f"{case.name}: {case.members} accounts, {len(case.seeds)} seeds, sure {case.sure:.0%}"
        )
        for sentence in (*case.why, *case.cautions):
            print(f"  {sentence}")
        if case.returned:
            print(f"  {len(case.returned)} accounts look like removed members who came back.")
    cases = "1 case" if len(document.cases) == 1 else f"{len(document.cases)} cases"
    print(f"{out}: {cases}; each is a lead that a person judges.")
