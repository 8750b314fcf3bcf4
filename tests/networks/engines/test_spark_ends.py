"""How a Spark of our own begins and ends: it is heard by nobody else, and leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fixtures.spark import QUICK
from tutela.cli.spark_progress import watching
from tutela.networks.engines import spark_start
from tutela.networks.engines.spark_start import SparkAbsent, SparkOptions, failure, need_java

if TYPE_CHECKING:
    from tutela.networks.engines.spark import Session

EDGES = "src,dst\na,b\nb,c\nc,d\nd,a\na,c\nd,x\nx,y\ny,z\np,q\n"
RANK = ["networks", "rank", "--json", "--edges", "edges.csv", "--seeds", "seeds.txt", "--out"]
#: A program that holds a graph as the command does, and tells of it.
HELD = """
import json
from pathlib import Path
import numpy as np
from tutela.cli.networks_engines import EngineName, Engines, held
from tutela.networks.files.edges import Reading
engines = Engines(engine=EngineName.SPARK, spark_master="local[1]", spark_memory_mib=512)
with held(Path("edges.csv"), engines=engines, reading=Reading()) as graph:
    spread = graph.engine.spread(np.ones(9, np.float32), kind="edge")
    some = np.transpose(graph.around([0]).adjacency["edge"].nonzero())
    told = [graph.names.to_pylist(), spread.tolist(), some.tolist(), graph.engine_name]
print(json.dumps(told))
"""
#: A program whose Java process is killed while it works.
KILLED = """
import os, signal, sys
from tutela.networks.engines.spark import running
from tutela.networks.engines.spark_start import SparkFailed, SparkOptions
try:
    with running(SparkOptions(master="local[1]", memory_mib=512)) as session:
        os.kill(session.sparkContext._gateway.proc.pid, signal.SIGKILL)
        session.range(3).count()
except SparkFailed as failed:
    print(failed.detail)
"""


#: As `QUICK` is, for a program of its own.
QUICK_JAVA = {"JAVA_TOOL_OPTIONS": QUICK["spark.driver.extraJavaOptions"]}


def listening(process_id: int) -> set[str]:
    """The addresses, as the kernel writes them, at which the process takes connections."""
    sockets = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            sockets.add(str(descriptor.readlink()))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1].partition(":")[0])
    return found


def test_nobody_outside_this_machine_can_reach_it(spark: "Session") -> None:
    heard_at = listening(spark.sparkContext._gateway.proc.pid)  # noqa: SLF001 - who else knows it
    loopback = {"0100007F", "0000000000000000FFFF00000100007F", "0" * 24 + "01000000"}
    assert heard_at
    assert heard_at <= loopback


def test_the_command_holds_a_graph_in_it_and_leaves_nothing(
    spark: "Session", tmp_path: Path
) -> None:
    del spark  # where there is none, this is skipped
    (tmp_path / "edges.csv").write_text(EDGES)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", HELD],
        cwd=tmp_path,
        env={**os.environ, **QUICK_JAVA, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == [
        ["a", "b", "c", "d", "p", "q", "x", "y", "z"],
        [3, 2, 3, 3, 1, 1, 2, 2, 1],
        [[0, 1], [0, 2], [0, 3]],
        "spark",
    ]
    assert list(scratch.iterdir()) == []


def test_its_java_process_killed_is_told_in_words(spark: "Session") -> None:
    del spark  # where there is none, this is skipped
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, **QUICK_JAVA},
        capture_output=True,
        text=True,
        check=True,
    )
    told, _, log = done.stdout.strip().partition(" What Spark said: ")
    assert told == "Spark's Java process ended; was it stopped, or killed for its memory?"
    Path(log).unlink()


def test_without_the_extra_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text(EDGES)
    (tmp_path / "seeds.txt").write_text("a\n")
    arguments = [*RANK, "out.csv", "--engine", "spark"]
    program = (
        "import sys; sys.modules['pyspark'] = None; from tutela.cli.main import run;"
        f" sys.exit(run({arguments}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "tutela: The engine spark needs the extra: pip install 'tutela[spark]'.\n"
    )


def test_a_worker_that_is_lost_is_replaced(spark: "Session", tmp_path: Path) -> None:
    mark = tmp_path / "lost"

    def once(numbers: object) -> object:
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return numbers

    rows = spark.sparkContext.parallelize([1, 2, 3], 1).mapPartitions(once)
    assert rows.collect() == [1, 2, 3]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("java.lang.OutOfMemoryError: Java heap space", "--spark-memory-mib"),
        ("java.io.IOException: No space left on device", "TMPDIR"),
        ("Python worker exited unexpectedly (crashed)", "worker of Spark was lost"),
        ("something else", "stopped at an error"),
    ],
)
def test_what_spark_says_becomes_what_to_do(tmp_path: Path, said: str, told: str) -> None:
    (tmp_path / "log").write_text("the log")
    failed = failure(said, log=tmp_path / "log")
    assert told in failed.detail
    kept = Path(failed.detail.rpartition(" ")[2])
    assert kept.read_text() == f"{said}\n\nthe log"
    kept.unlink()


@pytest.mark.parametrize("version", ['java version "1.8.0_292"', 'openjdk version "11.0.2"', "?"])
def test_a_java_that_is_too_old_or_absent_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkAbsent, match="there is none"):
        need_java()
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{version}' >&2\n")
    java.chmod(0o755)
    with pytest.raises(SparkAbsent, match=r"Java 17 or newer; .*bin/java is"):
        need_java()


def test_a_cluster_is_no_business_of_the_loopback(tmp_path: Path) -> None:
    own = SparkOptions(master="local[3]", settings=QUICK).configuration(scratch=tmp_path)
    assert own["spark.master"] == "local[3,3]"
    assert own["spark.driver.bindAddress"] == "127.0.0.1"
    cluster = SparkOptions(master="spark://other:7077").configuration(scratch=tmp_path)
    assert cluster["spark.master"] == "spark://other:7077"
    assert "spark.driver.bindAddress" not in cluster
    assert spark_start.JAVA_LEAST == 17


def test_whoever_waits_is_told_how_far_it_is(spark: "Session", tmp_path: Path) -> None:
    seen, told = tmp_path / "seen", []

    def until_seen(numbers: object) -> object:
        while not seen.exists():
            time.sleep(0.05)
        return numbers

    def tell(*done_and_total: int) -> None:
        told.append(done_and_total)
        seen.touch()

    with watching(spark, tell=tell):
        spark.sparkContext.parallelize(range(4), 2).mapPartitions(until_seen).collect()
    assert told[0] == (0, 2)
