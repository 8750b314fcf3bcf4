"""What a Spark of one's own needs before it starts: Java, memory, a folder; and what stops it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tutela.errors import TutelaError

#: Spark 4 runs on Java 17 and newer.
JAVA_LEAST: Final = 17
_VERSION: Final = re.compile(r'version "(\d+)(?:\.(\d+))?')
_LOCAL: Final = re.compile(r"local(?:\[(\d+|\*)\])?")
_MEBIBYTE: Final = 1 << 20
_MEMORY_LEAST_MIB: Final = 1024
#: A task whose worker was lost is tried so often in all.
_TRIES: Final = 3
_UNLIMITED_BYTES: Final = 1 << 60
_LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


class SparkAbsent(TutelaError):
    """Spark, or the Java that it runs on, is not installed here."""

    code = "spark_absent"
    title = "Spark is not installed"
    status = 503


class SparkFailed(TutelaError):
    """Spark could not finish: a worker was lost, or memory or disk ran out."""

    code = "spark_failed"
    title = "Spark could not finish"
    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkOptions:
    """Which Spark works, and with how much."""

    #: `local[N]` or `local[*]` are processes of this machine; else the address of a cluster.
    master: str = "local[*]"
    #: For the Java process here, and for each of a cluster's; None is half of this machine's.
    memory_mib: int | None = None
    #: What else Spark is told, setting by setting.
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether all of it runs on this machine."""
        return self.master.startswith("local")

    def configuration(self, *, scratch: Path) -> dict[str, str]:
        """What Spark is told, setting by setting; its files go to the folder `scratch`."""
        memory = f"{self.memory_mib or _half_of_memory_mib()}m"
        return {
            "spark.app.name": "tutela",
            "spark.master": self._master(),
            "spark.driver.memory": memory,
            "spark.executor.memory": memory,
            "spark.local.dir": str(scratch),
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            **_ALWAYS,
            **(_LOOPBACK if self.is_local else {}),
            **self.settings,
        }

    def _master(self) -> str:
        local = _LOCAL.fullmatch(self.master)
        return f"local[{local[1] or 1},{_TRIES}]" if local else self.master


_ALWAYS: Final = {
    # vectors come back to this process, however long
    "spark.driver.maxResultSize": "0",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(1 << 17),
    # a block is one long string of bytes, which compresses to nothing
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    "spark.sql.session.timeZone": "UTC",
    # rows with more or fewer fields than the first line names are found, not mended
    "spark.sql.csv.parser.columnPruning.enabled": "false",
}
#: Nobody reaches a Spark of this machine from another one.
_LOOPBACK: Final = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def need_java() -> None:
    """Nothing, where a Java that Spark can use is on this machine; else SparkAbsent."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).is_file():
        raise SparkAbsent(f"Spark needs Java {JAVA_LEAST} or newer, and there is none. {_HOW}")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = _VERSION.search(told)
    # until 8, Java counted its versions as 1.8
    number = int(version[2] if version[1] == "1" and version[2] else version[1]) if version else 0
    if number < JAVA_LEAST:
        found = f"Java {number}" if number else "one that does not tell its version"
        raise SparkAbsent(f"Spark needs Java {JAVA_LEAST} or newer; {java} is {found}. {_HOW}")


_HOW: Final = "On Debian: apt-get install openjdk-17-jre-headless; or name one by JAVA_HOME."


def _half_of_memory_mib() -> int:
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in _LIMITS:
        text = limit.read_text(encoding="ascii").strip() if limit.is_file() else ""
        if text.isdecimal() and int(text) < _UNLIMITED_BYTES:
            there = min(there, int(text))
    return max(_MEMORY_LEAST_MIB, there // _MEBIBYTE // 2)


def failure(words: str, *, log: Path) -> SparkFailed:
    """What went wrong, for a person; a copy of the log stays where the error says."""
    known = next((told for pattern, told in _KNOWN if re.search(pattern, words)), _UNKNOWN)
    with tempfile.NamedTemporaryFile(prefix="tutela-spark-", suffix=".log", delete=False) as kept:
        kept.write(words.encode())
        if log.is_file():
            kept.write(b"\n\n" + log.read_bytes())
    return SparkFailed(f"{known} What Spark said: {kept.name}")


_KNOWN: Final = (
    (
        "OutOfMemory|MemoryError|GC overhead",
        "Spark ran out of memory: give it more with --spark-memory-mib.",
    ),
    ("No space left on device", "Spark ran out of disk: TMPDIR names a folder with more."),
    (
        "Python worker exited|ExecutorLost|worker lost|EOFException",
        "A worker of Spark was lost, most often for want of memory.",
    ),
    (
        "JAVA_GATEWAY_EXITED|Answer from Java side|Connection refused|reset by peer|network error",
        "Spark's Java process ended; was it stopped, or killed for its memory?",
    ),
    ("Could not parse Master URL", "There is no such --spark-master."),
)
_UNKNOWN: Final = "Spark stopped at an error."
