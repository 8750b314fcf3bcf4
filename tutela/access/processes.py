"""Who is alive: every long-running process beats its row, and silence is an alarm."""

from dataclasses import dataclass

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction

BEAT_SECONDS = 2.0
#: A process that was silent for longer counts as dead.
SILENT_SECONDS = 10.0

_sql = queries.load("tutela.access", file="processes.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A long-running process: `web-0`, of kind `web`, under its process id."""

    name: str
    kind: str
    pid: int


@dataclass(frozen=True, slots=True)
class Beat:
    """A process and for how long it has said nothing."""

    process: Process
    silent_seconds: float

    @property
    def is_silent(self) -> bool:
        """Whether it must be taken for dead."""
        return self.silent_seconds > SILENT_SECONDS


async def beat(pool: Pool, *, process: Process) -> None:
    """Writes that the process lives; `DatabaseUnavailable` where that can't be written."""
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(
            _sql.beat, {"name": process.name, "kind": process.kind, "pid": process.pid}
        )


async def end_beat(pool: Pool, *, process: Process) -> None:
    """The process ends as it should: nobody waits for its next beat."""
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.end_beat, {"name": process.name, "pid": process.pid})


async def beats(pool: Pool) -> list[Beat]:
    """Every process that should be alive, by name."""
    async with every_tenant_transaction(pool) as connection:
        rows = await (await connection.execute(_sql.beats)).fetchall()
    return [Beat(Process(name=row[0], kind=row[1], pid=row[2]), row[3]) for row in rows]


async def forget_silent(pool: Pool) -> None:
    """Drops processes that were silent for a week."""
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.forget_beats)
