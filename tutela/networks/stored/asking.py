"""Somebody asks for a search: it waits for a worker, with a leaf that names no account."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.networks import NetworkRunState
from tutela.domain.notice import Identifier
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Category
from tutela.errors import FieldError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.reading import Unfit, refuse_if_any
from tutela.law.parameters import Unit, whole_number
from tutela.networks.stored.names import account_key
from tutela.networks.stored.room import REASON_MAX, Act, NetworkRoom, write

SEEDS_MAX: Final = 10_000
LEADS_MAX: Final = 5_000
USUAL_LEADS: Final = 500

_sql = queries.load("tutela.networks.stored", file="runs.sql")
_edges_sql = queries.load("tutela.networks.stored", file="edges.sql")


class SeedsFrom(StrEnum):
    """Where the accounts come from that a search begins with."""

    #: Whoever asked named them.
    NAMED = "named"
    #: A decision about them is in force when the search runs.
    DECIDED = "decided"


class NetworkRunAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/networks/runs`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]
    #: Accounts to begin with; without any, those about which a decision is in force.
    seeds: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=SEEDS_MAX)] = ()
    #: Of which category those decisions must be.
    category: Category | None = None
    #: Seeds that no edge names are left out and counted; otherwise they are refused.
    skip_unknown_seeds: bool = False
    #: How many accounts are kept as leads.
    leads_max: Annotated[int, msgspec.Meta(ge=1, le=LEADS_MAX)] = USUAL_LEADS
    #: The same edges and the same number, the same leads.
    random_seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    external_id: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A search as a caller asks for it, under a key of its own if it has one."""

    caller: Caller
    asked: NetworkRunAsked
    key: str | None = None

    @property
    def by(self) -> str:
        """Who asks: a person, or a program by the name of its token."""
        return self.caller.person or self.caller.name

    @property
    def body_key(self) -> bytes:
        """What two bodies of one key are compared by."""
        return hashlib.sha256(msgspec.json.encode(self.asked)).digest()


async def ask(room: NetworkRoom, *, asking: Asking) -> tuple[UUID, bool]:
    """The search, and whether it is new.

    Raises Forbidden, Unfit, KeyReused; nothing is written then.
    """
    refuse_unless(asking.caller.role, right=Right.RUN_NETWORKS)
    refuse_if_any(list(_errors(asking.asked)))
    whose, key = Whose.of(asking.caller), asking.asked.external_id or asking.key
    async with tenant_transaction(room.pool, tenant=whose.tenant) as connection:
        earlier = await _earlier(connection, asking=asking, key=key)
        if earlier is not None:
            return earlier, False
        seeds = await _seeds(connection, room=room, asking=asking)
        run_id = await _add(connection, room=room, asking=asking, key=key)
        if run_id is None:
            raced = await _earlier(connection, asking=asking, key=key)
            if raced is None:
                raise KeyReused("A call of this key is under way; ask again.")
            return raced, False
        named = {**whose.columns, "run_id": run_id, "account_keys": seeds}
        await connection.execute(_sql.add_seeds, named)
        await write(
            connection,
            room=room,
            whose=whose,
            act=_act(asking, run_id=run_id, seeds=seeds, room=room),
        )
    return run_id, True


def _errors(asked: NetworkRunAsked) -> Iterator[FieldError]:
    if is_blank(asked.reason):
        yield FieldError("/reason", "blank")
    for place, each in enumerate(asked.seeds):
        if is_blank(each):
            yield FieldError(f"/seeds/{place}", "blank")
    if asked.seeds and asked.category is not None:
        yield FieldError("/category", "said of decisions, where seeds are named")


async def _seeds(connection: Connection, *, room: NetworkRoom, asking: Asking) -> list[bytes]:
    """The digests of the seeds that are named, each once; raises Unfit, naming those not known."""
    whose = Whose.of(asking.caller)
    keys = [account_key(each, whose=whose, keys=room.keys) for each in asking.asked.seeds]
    named = {**whose.columns, "account_keys": sorted(set(keys))}
    cursor = await connection.execute(_edges_sql.accounts_named, named)
    known = {bytes(key) for (key,) in await cursor.fetchall()}
    unknown = [place for place, key in enumerate(keys) if key not in known]
    if unknown and (not asking.asked.skip_unknown_seeds or not known):
        raise Unfit(
            f"{len(unknown)} of {len(keys)} seeds are on no edge that may be used.",
            errors=[FieldError(f"/seeds/{place}", "on no edge") for place in unknown[:100]],
        )
    return sorted(known)


async def _earlier(connection: Connection, *, asking: Asking, key: str | None) -> UUID | None:
    if key is None:
        return None
    named = {**Whose.of(asking.caller).columns, "key": key}
    row = await (await connection.execute(_sql.run_of_key, named)).fetchone()
    if row is None:
        return None
    run_id, body_key = row
    if bytes(body_key) != asking.body_key:
        raise KeyReused(
            detail="The key was used for another body.",
            errors=[FieldError("/external_id", "used before")],
        )
    return UUID(str(run_id))


async def _add(
    connection: Connection, *, room: NetworkRoom, asking: Asking, key: str | None
) -> UUID | None:
    now, asked = room.clock(), asking.asked
    days = whole_number("network_lead_kept", unit=Unit.DAYS, on=now.date())
    (run_id,) = room.new_ids(1, at=now)
    columns = {
        "id": run_id,
        "state": str(NetworkRunState.ASKED),
        "asked_by": asking.by,
        "now": now,
        "key": key,
        "body_key": asking.body_key,
        "seeds_from": str(SeedsFrom.NAMED if asked.seeds else SeedsFrom.DECIDED),
        "category": asked.category,
        "leads_max": asked.leads_max,
        "random_seed": asked.random_seed,
        "expires_at": now + timedelta(days=days),
    }
    named = {**Whose.of(asking.caller).columns, **columns}
    row = await (await connection.execute(_sql.add_run, named)).fetchone()
    return None if row is None else run_id


def _act(asking: Asking, *, run_id: UUID, seeds: Sequence[bytes], room: NetworkRoom) -> Act:
    asked = asking.asked
    return Act(
        event="asked",
        at=room.clock(),
        person=asking.by,
        subject=run_id,
        projection={
            "run": str(run_id),
            "state": str(NetworkRunState.ASKED),
            "seeds_from": str(SeedsFrom.NAMED if asked.seeds else SeedsFrom.DECIDED),
            "category": asked.category,
            "seeds": len(seeds),
            "seeds_unknown": len(set(asked.seeds)) - len(seeds),
        },
        reason=asked.reason,
        said={"seed_keys": hashlib.sha256(b"".join(seeds)).hexdigest()},
    )
