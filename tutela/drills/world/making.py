"""A whole world into a folder: the same plan gives the same bytes."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from tutela.drills.world import files, marks
from tutela.drills.world.chance import Chance, Whole, place_of_pair
from tutela.drills.world.exposures import ARMS, SURFACES, shown
from tutela.drills.world.files import EdgeKind, File, Rows
from tutela.drills.world.plan import Plan, WorldUnfit
from tutela.drills.world.planting import NOBODY, ROLES, Planted, planted
from tutela.drills.world.population import CLOSED_MS, Population, settled
from tutela.drills.world.returning import Brought, Remembered, brought
from tutela.drills.world.shapes import Pairs, inner_pairs
from tutela.drills.world.telling import Counted, told
from tutela.drills.world.ties import Ties, everyday

KINDS = tuple(EdgeKind)
WORLD, SEEDS = "world.json", "seeds"
#: Confirmed accounts of each ring, and as many of no group.
SEEDS_A_RING, AT_RANDOM = 3, "at-random"
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class World:
    """A world before its ties: who lives in it, and what is planted."""

    plan: Plan
    chance: Chance
    population: Population
    planted: Planted
    brought: Brought


def make(plan: Plan, *, folder: Path, tell: Tell) -> dict[str, object]:
    """What `world.json` says, once all files of the world are in the folder.

    Errors: WorldUnfit where the folder is not empty, or cannot be written.
    """
    world = _begun(plan)
    try:
        with _whole(folder) as unfinished:
            counted = _write(world, folder=unfinished, tell=tell)
            _write_seeds(world, folder=unfinished / SEEDS)
            document = told(
                plan,
                planted=world.planted,
                removed=int(world.population.removed.sum()),
                counted=counted,
                folder=unfinished,
            )
            text = msgspec.json.format(msgspec.json.encode(document), indent=2)
            (unfinished / WORLD).write_bytes(text + b"\n")
    except OSError as error:
        raise WorldUnfit(f"{folder}: {error.strerror or error}.") from error
    return document


def _begun(plan: Plan) -> World:
    chance = Chance.from_seed(plan.seed)
    population = settled(plan.accounts, chance=chance.of("population"))
    population, found = planted(plan, population=population, chance=chance.of("planted"))
    return World(
        plan=plan,
        chance=chance,
        population=population,
        planted=found,
        brought=brought(found.returns, chance=chance.of("brought")),
    )


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside, which takes the place of the one asked for when all is in it."""
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorldUnfit(f"{folder}: there is something already; a world takes an empty folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    unfinished.mkdir()
    try:
        yield unfinished
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write(world: World, *, folder: Path, tell: Tell) -> Counted:
    _write_accounts(world, folder=folder)
    holders = _holders(world)
    chance = world.chance.of("marks")
    tags = marks.tag_uses(holders, chance=chance.of("tags"))
    devices = marks.device_uses(holders, chance=chance.of("devices"))
    payments = marks.payment_uses(holders, chance=chance.of("payments"))
    with files.written(folder, file=File.TAGS) as rows:
        _write_uses(rows, uses=tags, world=world, token=chance.of("tag token"))
    with files.written(folder, file=File.TOKENS) as rows:
        for kind, uses in (("device", devices), ("payment", payments)):
            _write_uses(rows, uses=uses, world=world, token=chance.of(f"{kind} token"), kind=kind)
    counted = Counted.of(world.planted)
    with files.written(folder, file=File.EDGES) as rows:
        edges = EdgeRows(rows=rows, world=world, counted=counted)
        _write_ties(edges, tell=tell)
        for kind, uses, crowd in (
            (EdgeKind.SHARED_TAG, tags, marks.TAG),
            (EdgeKind.SHARED_DEVICE, devices, marks.DEVICE),
            (EdgeKind.SHARED_PAYMENT, payments, marks.PAYMENT),
        ):
            ties, since = marks.joined(uses, crowd=crowd)
            edges.add(ties, kind=kind, at_ms=since)
    _write_exposures(world, folder=folder)
    return counted


def _holders(world: World) -> marks.Holders:
    along = world.brought.marks
    return marks.Holders(
        population=world.population,
        groups=world.planted.groups,
        home=marks.homes(world.population, chance=world.chance.of("homes")),
        old=world.planted.returns.old[along],
        new=world.planted.returns.new[along],
    )


def _write_accounts(world: World, *, folder: Path) -> None:
    """Accounts and truth, by id."""
    population, planted = world.population, world.planted
    by_id = np.argsort(population.account)
    ended = population.ended_ms[by_id]
    removed = np.where(ended < CLOSED_MS, ended.astype("datetime64[ms]"), np.datetime64("NaT"))
    with files.written(folder, file=File.ACCOUNTS) as rows:
        rows.add(
            population.account[by_id],
            population.created_ms[by_id],
            removed,
            files.countries(population.country[by_id]),
            files.minors(population.minor[by_id]),
        )
    recreated = np.full(population.count, NOBODY)
    recreated[planted.returns.new] = population.account[planted.returns.old]
    with files.written(folder, file=File.TRUTH) as rows:
        rows.add(
            population.account[by_id],
            files.words(planted.ring[by_id], of=[each.group.name for each in planted.rings]),
            files.words(planted.role[by_id], of=ROLES),
            files.whole(recreated[by_id]),
            files.words(
                planted.look_alike[by_id], of=[each.group.name for each in planted.look_alikes]
            ),
        )


def _write_uses(
    rows: Rows, *, uses: marks.Uses, world: World, token: Chance, kind: str = ""
) -> None:
    account = world.population.account[uses.place]
    order = np.lexsort((uses.number, account))
    tokens = files.tokens(token.words(uses.number[order]))
    if kind:
        of_kind = files.words(np.zeros(len(order), np.int8), of=(kind,))
        rows.add(account[order], of_kind, tokens, uses.at_ms[order])
    else:
        rows.add(account[order], tokens, uses.at_ms[order])


def _write_ties(edges: "EdgeRows", *, tell: Tell) -> None:
    world = edges.world
    chance, count = world.chance.of("ties"), world.population.count
    inner = _inner(world, chance=chance.of("inner"))
    remembered = Remembered.of(world.planted.returns, count=count)
    for chunk in everyday(world.population, inner=inner, chance=chance.of("everyday")):
        remembered.keep(chunk)
        edges.date(chunk.follows, kind=EdgeKind.FOLLOW)
        edges.date(chunk.interactions, kind=EdgeKind.INTERACTION)
        tell(chunk.end, count)
    follows, meets = remembered.again(world.brought.neighbours, chance=chance.of("again"))
    edges.date(follows, kind=EdgeKind.FOLLOW)
    edges.date(meets, kind=EdgeKind.INTERACTION)


def _inner(world: World, *, chance: Chance) -> Pairs:
    found = [
        inner_pairs(members, chance=chance.of(members.group.name))
        for members in world.planted.groups
    ]
    nobody: Whole = np.zeros(0, np.int64)
    return Pairs(
        src=np.concatenate([nobody, *(each.src for each in found)]),
        dst=np.concatenate([nobody, *(each.dst for each in found)]),
        follows=np.concatenate([nobody.astype(bool), *(each.follows for each in found)]),
        interacts=np.concatenate([nobody.astype(bool), *(each.interacts for each in found)]),
    )


@dataclass(frozen=True, slots=True)
class EdgeRows:
    """The file of edges: what could have been, and is not hidden."""

    rows: Rows
    world: World
    counted: Counted

    def date(self, ties: Ties, *, kind: EdgeKind) -> None:
        """Ties that came about while both accounts lived; none where they never met."""
        population = self.world.population
        begin = np.maximum(population.created_ms[ties.src], population.created_ms[ties.dst])
        end = np.minimum(population.ended_ms[ties.src], population.ended_ms[ties.dst])
        pair = place_of_pair(ties.src, other=ties.dst)
        share = self.world.chance.of(f"at {kind}").shares(pair)
        at_ms = begin + (share * np.maximum(end - begin, 0)).astype(np.int64)
        met = begin < end
        possible = Ties(src=ties.src[met], dst=ties.dst[met], weight=ties.weight[met])
        self.add(possible, kind=kind, at_ms=at_ms[met])

    def add(self, ties: Ties, *, kind: EdgeKind, at_ms: Whole) -> None:
        """Ties of known time, but for those that are hidden: the whole pair is."""
        pair = place_of_pair(ties.src, other=ties.dst)
        seen = ~self.world.chance.of("hide").happens(self.world.plan.hide, places=pair)
        src, dst = ties.src[seen], ties.dst[seen]
        self.counted.add(src, dst=dst, kind=kind)
        account = self.world.population.account
        of_kind = files.words(np.full(len(src), KINDS.index(kind), np.int8), of=KINDS)
        self.rows.add(account[src], account[dst], ties.weight[seen], of_kind, at_ms[seen])


def _write_seeds(world: World, *, folder: Path) -> None:
    """For each ring a few of its accounts, one id a line; and as many that are of no group."""
    folder.mkdir()
    planted, chance = world.planted, world.chance.of("seeds")
    alone = np.flatnonzero((planted.ring < 0) & (planted.look_alike < 0))
    drawn = {each.group.name: each.places for each in planted.rings} | {AT_RANDOM: alone}
    for name, places in drawn.items():
        few = places[chance.of(name).order(len(places))[:SEEDS_A_RING]]
        lines = (f"{account}\n" for account in world.population.account[few])
        (folder / f"{name}.txt").write_text("".join(lines), encoding="ascii")


def _write_exposures(world: World, *, folder: Path) -> None:
    account = world.population.account
    chance = world.chance.of("exposures")
    with files.written(folder, file=File.EXPOSURES) as rows:
        for lists in shown(world.population, planted=world.planted, chance=chance):
            rows.add(
                account[lists.viewer],
                account[lists.item],
                lists.rank,
                files.words(lists.surface, of=SURFACES),
                files.words(lists.arm, of=ARMS),
                lists.score,
                lists.at_ms,
            )
