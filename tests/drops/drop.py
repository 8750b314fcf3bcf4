"""A seeded silent drop: what is done to lose a report, and the guard that must notice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest

from tests.fixtures.house import Rooms
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits
from tutela.reconciliation.report import Reconciliation

#: No processes and no probes run in these tests, unless a drop is about them.
QUIET = Limits(kinds=(), doors=())

Seed = Callable[[Rooms], Awaitable[object]]


@dataclass(frozen=True)
class Checked:
    """A drop that reconciliation finds, by the named checks; `seed` returns the id it must name."""

    name: str
    seed: Seed
    checks: tuple[str, ...]
    limits: Limits = QUIET
    later: timedelta = timedelta()


@dataclass(frozen=True)
class Constrained:
    """A drop that the database refuses, until the named constraint is gone."""

    name: str
    seed: Seed
    table: str
    constraint: str
    refusal: type[psycopg.Error]


async def look(
    rooms: Rooms,
    *,
    drop: Checked,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[str, ...] = (),
) -> Reconciliation:
    """What reconciliation says at the drop's time, with some of its checks taken out."""
    left = {name: text for name, text in reconcile.MEANINGS.items() if name not in without}
    monkeypatch.setattr(reconcile, "MEANINGS", left)
    return await reconcile.reconcile(
        rooms.pool, now=rooms.clock.now() + drop.later, limits=drop.limits
    )


async def take_out(rooms: Rooms, *, drop: Constrained) -> None:
    """Takes the guard out of the schema."""
    await rooms.rows(f"ALTER TABLE {drop.table} DROP CONSTRAINT {drop.constraint}")


def only_for(kinds: tuple[str, ...]) -> Limits:
    """The quiet limits, with some kinds of process expected."""
    return replace(QUIET, kinds=kinds)
