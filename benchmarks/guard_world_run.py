"""One world's surfaces over HTTP, asked everything, beside the same world without a guard."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
import msgspec

from benchmarks.guard_world_asks import Ask, Variant, asks, variants
from benchmarks.guard_world_figures import Seen
from tutela.drills.surfaces.adapters import Page, Surfaces
from tutela.drills.surfaces.asking import Asking, NobodyAsked
from tutela.drills.surfaces.serving import SurfacesSite
from tutela.drills.surfaces.truth import Truth
from tutela.drills.surfaces.world import Size, World, make_world, vocabulary
from tutela.drills.wire import serving
from tutela.guard.asking import Surface

CALLERS = 8
TOLD_EVERY = 5_000

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A world, and everything that is asked of it."""

    world: World
    asks: Sequence[Ask]
    #: What each is answered where nobody guards.
    unguarded: Sequence[Page]


async def stage(size: Size, *, seed: int, tell: Tell) -> Staged:
    """The world of this seed with a variant of each listed text in it."""
    spelled: dict[str, Variant] = variants(vocabulary(size, seed=seed), seed=seed)
    spellings = {token: (variant.text,) for token, variant in spelled.items()}
    world = make_world(size, seed=seed, spellings=spellings)
    tell(f"{len(world.platform.posts):,} posts, {len(world.platform.accounts):,} accounts")
    asked = tuple(asks(world, spelled=spelled))
    surfaces = Surfaces(world.platform, guards=dict.fromkeys(Surface, NobodyAsked()))
    pages = await answered(surfaces, asked=asked, tell=tell)
    return Staged(world=world, asks=asked, unguarded=pages)


async def run(
    staged: Staged, *, guards: Mapping[Surface, Asking], tell: Tell
) -> tuple[Seen, Surfaces]:
    """What these guards let through and keep back."""
    surfaces = Surfaces(staged.world.platform, guards=guards)
    pages = await answered(surfaces, asked=staged.asks, tell=tell)
    return judged(staged, pages=pages), surfaces


def judged(staged: Staged, *, pages: Sequence[Page]) -> Seen:
    """The pages held against what is planted."""
    seen = Seen(Truth(staged.world))
    for ask, page, unguarded in zip(staged.asks, pages, staged.unguarded, strict=True):
        seen.note(page, ask=ask, unguarded=unguarded)
    return seen


async def answered(surfaces: Surfaces, *, asked: Sequence[Ask], tell: Tell) -> list[Page]:
    """The page of each ask, in their order."""
    pages: dict[int, Page] = {}
    waiting = iter(enumerate(asked))
    async with serving(SurfacesSite(surfaces).take) as url, aiohttp.ClientSession(url) as client:

        async def call() -> None:
            for number, ask in waiting:
                pages[number] = await _page(client, ask=ask)
                if len(pages) % TOLD_EVERY == 0:
                    tell(f"{len(pages):,} of {len(asked):,} asked")

        await asyncio.gather(*(call() for _ in range(CALLERS)))
    return [pages[number] for number in range(len(asked))]


async def _page(client: aiohttp.ClientSession, *, ask: Ask) -> Page:
    async with client.get(f"{ask.path}?{urlencode(ask.given)}") as response:
        assert response.status == 200, f"{ask.surface}: {response.status}"
        return msgspec.json.decode(await response.read(), type=Page)
