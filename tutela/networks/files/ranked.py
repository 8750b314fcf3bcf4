"""The ranked file: `account,score,rank`, best first, and beside it how it was found."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.formats import Format
from tutela.networks.files.whole import placeable, whole
from tutela.networks.ranking import HeldOut, Ranking


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """`FILE.json`: how the ranking beside it was found, and how sure it is."""

    #: The scorer that counts most, and what each counts for.
    scorer: str
    scorers: dict[str, float]
    #: False where the seeds find each other no better than chance does.
    connects: bool
    #: The share of the seeds that were found while left out; null where that was not tried.
    held_out_seed_recall: float | None
    #: What that share is of, and what chance would find.
    held_out: HeldOut | None
    seconds: float
    accounts: int
    seeds: int
    edges: dict[str, int]
    left_out: dict[str, int]
    remarks: list[str]
    engine: str
    seed: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranked file as it was read."""

    accounts: "pa.Array"
    scores: "pa.Array"


def beside(path: Path) -> Path:
    """Where the file's `FILE.json` stands."""
    return path.with_name(f"{path.name}.json")


def writable(path: Path) -> None:
    """Raises NetworkFileUnfit where no ranked file can be written."""
    if formats.format_of(path) is Format.NPZ:
        raise NetworkFileUnfit(f"{path}: a ranked file is .parquet or .csv.")
    placeable(path)


def write_ranked(path: Path, *, ranking: Ranking, names: pa.Array, found: Found) -> None:
    """Both files, each whole or as it was; first the ranked one, then `FILE.json`."""
    writable(path)
    table = pa.table(
        {
            "account": names.take(pa.array(ranking.places)),
            "score": pa.array(ranking.scores),
            "rank": pa.array(np.arange(1, len(ranking.places) + 1)),
        }
    )
    with whole(path) as written:
        if formats.format_of(path) is Format.CSV:
            pacsv.write_csv(table, written, pacsv.WriteOptions(quoting_header="none"))
        else:
            pq.write_table(table, written)
    with whole(beside(path)) as written:
        written.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def read_ranked(path: Path) -> Ranked:
    """The accounts of a ranked file, best first."""
    batches = list(formats.batches(path, columns=("account", "score")))
    if not batches:
        return Ranked(pa.array([], pa.string()), pa.array([], pa.float64()))
    accounts = pa.concat_arrays([batch.columns["account"] for batch in batches])
    scores = pa.concat_arrays([batch.columns["score"] for batch in batches])
    return Ranked(accounts, scores.cast(pa.float64()))
