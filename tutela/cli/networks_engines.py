"""`tutela networks --engine`: where the graph lies while it is walked, and from whom it is read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pyarrow as pa

    from tutela.networks.engines.engine import Engine
    from tutela.networks.files.edges import Reading
    from tutela.networks.graph import Graph


class EngineName(StrEnum):
    """Where the graph lies while it is walked."""

    #: In the memory of this process.
    LOCAL = "local"
    #: With the workers of a Spark: for graphs that no one memory holds.
    SPARK = "spark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Where the graph lies, and with how much."""

    engine: Annotated[EngineName, typer.Option(help="Where the graph lies.")] = EngineName.LOCAL
    spark_master: Annotated[
        str,
        typer.Option(
            envvar="TUTELA_SPARK_MASTER",
            help="The Spark that holds it: tasks of this machine, or the address of a cluster.",
        ),
    ] = "local[*]"
    spark_memory_mib: Annotated[
        int | None,
        typer.Option(
            min=512,
            envvar="TUTELA_SPARK_MEMORY_MIB",
            help="Memory of each of its Java processes; else half of this machine's.",
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A graph that was read, wherever it lies."""

    names: "pa.Array"
    engine: "Engine"
    left_out: Mapping[str, int]
    remarks: tuple[str, ...]
    #: A graph in this memory that has the edges of these accounts, by their places, if no others.
    around: "Callable[[Sequence[int]], Graph]"
    engine_name: EngineName


@contextmanager
def held(path: Path, *, engines: Engines, reading: "Reading") -> Iterator[Held]:
    """The graph of a file of edges, for as long as it is needed."""
    match engines.engine:
        case EngineName.LOCAL:
            yield _here(path, reading=reading)
        case EngineName.SPARK:
            with _with_spark(path, engines=engines, reading=reading) as there:
                yield there


def _here(path: Path, *, reading: "Reading") -> Held:
    from tutela.networks.engines.local import LocalEngine
    from tutela.networks.files.edges import read_edges

    graph = read_edges(path, reading=reading)
    return Held(
        names=graph.names,
        engine=LocalEngine(graph),
        left_out=graph.left_out,
        remarks=graph.remarks,
        around=lambda _places: graph,
        engine_name=EngineName.LOCAL,
    )


@contextmanager
def _with_spark(path: Path, *, engines: Engines, reading: "Reading") -> Iterator[Held]:
    from tutela.cli.spark_progress import watching
    from tutela.networks.engines.spark import running
    from tutela.networks.engines.spark_start import SparkOptions
    from tutela.networks.files.spark_edges import read_edges, readable

    readable(path)
    options = SparkOptions(master=engines.spark_master, memory_mib=engines.spark_memory_mib)
    with running(options) as session:
        with watching(session, tell=reading.tell):
            graph = read_edges(path, session=session, reading=reading)
        yield Held(
            names=graph.names,
            engine=graph.engine,
            left_out=graph.engine.left_out,
            remarks=graph.remarks,
            around=graph.around,
            engine_name=EngineName.SPARK,
        )
