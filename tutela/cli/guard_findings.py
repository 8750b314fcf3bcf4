"""What `tutela doctor` looks at of the guard, one finding each."""

from datetime import UTC, datetime

from tutela.cli.findings import Finding, Mark
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.errors import TutelaError
from tutela.guard.propagation.configured import read_probes
from tutela.guard.propagation.judging import SurfaceState
from tutela.guard.propagation.standing import surfaces_in
from tutela.settings import Settings

_sql = queries.load("tutela.cli", file="doctor.sql")


async def of_surfaces(pool: Pool, *, settings: Settings) -> Finding:
    """Whether the platform's surfaces hold what the guard says, each as it was found last."""
    file = settings.guard_probes
    if file is None:
        told = "no surface of the platform is asked (TUTELA_GUARD_PROBES)"
        return Finding(Mark.OK, "surfaces", told)
    try:
        count = len(read_probes(file).surface)
    except TutelaError as error:
        return Finding(Mark.FAIL, "surfaces", error.detail)
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.instant)).fetchone()
        found = await surfaces_in(connection, now=row[0] if row else datetime.now(UTC))
    red = "; ".join(each.told for each in found if each.is_red)
    leaks, blocked = sum(e.leaks for e in found), sum(e.over_blocked for e in found)
    told = f"{len(found)} of {count} asked; {leaks} leaks, {blocked} controls blocked"
    told += f"; {red}" if red else ""
    lagging = any(each.state is SurfaceState.LAGGING and not each.silent for each in found)
    if leaks or lagging:
        return Finding(Mark.FAIL, "surfaces", told)
    wrong = red or blocked or len(found) != count
    return Finding(Mark.WARN if wrong else Mark.OK, "surfaces", told)
