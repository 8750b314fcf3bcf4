"""What stands beside a ranked file: its reasons, and its page where one was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tutela.networks.engines.engine import Places
from tutela.networks.files.tokens import Tokens
from tutela.networks.files.whole import whole
from tutela.networks.graph import Graph
from tutela.networks.page.page import html
from tutela.networks.page.shown import Shown
from tutela.networks.reasons.features import Features, alike
from tutela.networks.reasons.joins import Why, whys
from tutela.networks.reasons.tokens import shared
from tutela.networks.reasons.written import as_lines, beside


@dataclass(frozen=True, slots=True)
class More:
    """What is known beside the edges."""

    features: Features | None = None
    tokens: Tokens | None = None


def explained(graph: Graph, *, seeds: Places, leads: Places, more: More) -> list[Why]:
    """Why each of the leads stands where it does."""
    found = list(whys(graph, seeds=seeds, leads=leads))
    if more.features is not None:
        columns = alike(more.features, seeds=seeds, leads=leads)
        found = [replace(why, features=of) for why, of in zip(found, columns, strict=True)]
    if more.tokens is not None:
        tokens = shared(more.tokens, seeds=seeds, leads=leads)
        found = [replace(why, tokens=of) for why, of in zip(found, tokens, strict=True)]
    return found


def write_reasons(ranked: Path, *, whys: Sequence[Why], graph: Graph) -> Path:
    """The file `FILE.reasons.jsonl`, whole or as it was; raises NetworkFileUnfit."""
    path = beside(ranked)
    with whole(path) as written:
        written.write_bytes(as_lines(whys, graph=graph))
    return path


def write_page(path: Path, *, shown: Shown) -> None:
    """The page, whole or as it was; raises NetworkFileUnfit."""
    text = html(shown)
    with whole(path) as written:
        written.write_text(text, encoding="utf-8")
