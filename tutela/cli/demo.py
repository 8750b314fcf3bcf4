"""`tutela demo`: the whole house on this machine, with a synthetic platform that keeps sending."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import httpx
import structlog
import typer

from tutela import app
from tutela.access.founding import MAIN
from tutela.access.tokens import Grant, create
from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_detection import ask_for_terms, load_lists, rules
from tutela.cli.demo_people import Login, employ, lines
from tutela.cli.demo_ring import investigator_token, plant
from tutela.cli.demo_surfaces import (
    VISITS_PER_SECOND,
    SurfacesProcess,
    demo_world,
    engage,
    planted_entries,
    surfaces_process,
)
from tutela.cli.drill import mark_as_demo
from tutela.cli.options import Where
from tutela.decisions.endpoints import Station, set_endpoint
from tutela.domain.lanes import Lane
from tutela.domain.vocabulary import Channel, Role
from tutela.drills.measures_platform import PATH, MeasuresPlatform
from tutela.drills.platform import SyntheticPlatform
from tutela.drills.posts import Posts
from tutela.drills.reviewers import SimulatedReviewer
from tutela.drills.wire import serving

FOLDER: Final = Path(".demo")
#: The watch is quicker in a demo, so that there is something to see within a minute.
PACE: Final = {"TUTELA_CANARY_SECONDS": "20", "TUTELA_RECONCILE_SECONDS": "3"}
NOTICES_PER_SECOND: Final = 2.0
DECLARATION_SECONDS: Final = 20.0
#: Between two reports of what the platform carried out.
REPORT_SECONDS: Final = 1.0
REVIEWERS: Final = {
    "reviewer-1": Role.REVIEWER,
    "reviewer-2": Role.REVIEWER,
    "reviewer-3": Role.SPECIALIST,
}
SECONDS_PER_CASE: Final = 1.2
#: Open cases that a simulated reviewer leaves to whoever tries the console, and in which lanes.
LEFT_TO_PEOPLE: Final = {
    Role.REVIEWER: (40, frozenset({Lane.GENERAL, Lane.FLAGGED})),
    Role.SPECIALIST: (8, frozenset({Lane.DANGER, Lane.CHILD_SAFETY})),
}
#: Cases at the beginning, so that there is something to decide.
FIRST_NOTICES: Final = 60
READY: Final = "ready "
#: The platform's token at the stand-in of the Transparency Database.
DATABASE_TOKEN: Final = "1|demo"  # noqa: S105 - of a stand-in on this machine
#: The command line in a process of its own, wherever its script was installed.
RUN_COMMAND: Final = "from tutela.cli.main import main; main()"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays: a platform, reviewers, a search for a ring, and the people who log in."""

    platform: str
    reviewers: tuple[str, ...]
    searcher: str
    logins: list[Login]
    secret: str


def demo(
    *,
    port: Annotated[int, typer.Option(help="The port that is served.")] = 8750,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data and keys.")] = FOLDER,
) -> int:
    """Run everything with a synthetic platform of random tokens."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    where = Where(data=folder.absolute() / "data", keys=folder.absolute() / "keys")
    mark_as_demo(folder.absolute() / "data")
    command = [sys.executable, "-P", "-c", RUN_COMMAND, "up", "--port", str(port)]
    command += ["--data", str(where.data), "--keys", str(where.keys)]
    # not our terminal's group: an interrupt is ours to pass on, after the players have stopped
    with (
        _transparency_database(folder.absolute()) as filing,
        surfaces_process(folder.absolute(), visits_per_second=VISITS_PER_SECOND) as surfaces,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **PACE, **filing, **surfaces.told, **rules(folder.absolute())},
            start_new_session=True,
        ) as service,
    ):
        try:
            url = _ready(service)
            if url is None:
                return service.wait()
            asyncio.run(_play(url, where=where, surfaces=surfaces))
        except KeyboardInterrupt:
            pass
        finally:
            service.send_signal(signal.SIGTERM)
    return service.returncode


@contextmanager
def _transparency_database(folder: Path) -> Iterator[dict[str, str]]:
    """What the service is told of a stand-in of the Transparency Database, which runs meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    token = folder / "transparency.token"
    token.write_text(DATABASE_TOKEN, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "tutela.drills.transparency_database"]
    command += ["--token", DATABASE_TOKEN, "--store", str(folder / "statements.jsonl")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as database:
        try:
            url = _ready(database)
            told = {"TUTELA_TRANSPARENCY_TOKEN_FILE": str(token)}
            yield {} if url is None else {"TUTELA_TRANSPARENCY_URL": url, **told}
        finally:
            database.send_signal(signal.SIGTERM)


def _ready(service: "subprocess.Popen[str]") -> str | None:
    for line in service.stdout or ():
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    return None


async def _play(url: str, *, where: Where, surfaces: SurfacesProcess) -> None:
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    cast: list[Cast] = []
    receiver = MeasuresPlatform(
        lambda: cast[0].secret if cast else None, clock=app.now, chance=_synthetic_chance()
    )
    async with serving(receiver.take) as receiver_url:
        cast.append(await _cast(where, webhooks=receiver_url + PATH))
        print("\n".join(lines(cast[0].logins, url=url)))
        print(f"ready {url}", flush=True)
        await _guard(url, where=where, surfaces=surfaces)
        print(f"search, tags and recommendations at {surfaces.url}/", flush=True)
        print(f"a ring is looked for: {url}/console/{MAIN}/networks", flush=True)
        if not stopping.is_set():
            players = [_ring(url, cast=cast[0], folder=_ring_folder(where))]
            await _perform(url, cast=cast[0], receiver=receiver, players=players, stopping=stopping)


async def _guard(url: str, *, where: Where, surfaces: SurfacesProcess) -> None:
    """Two people list what is planted in the platform's surfaces, which ask the guard then."""
    with attached(where) as attachment:
        async with house_of(attachment) as house:
            known = await engage(house, url=url, entries=planted_entries(demo_world()))
    surfaces.connect(known)


def _ring_folder(where: Where) -> Path:
    return (where.data or FOLDER / "data").parent / "ring"


async def _ring(url: str, *, cast: Cast, folder: Path) -> None:
    """A small platform with a ring in it, and a search for it; a demo without one goes on."""
    try:
        await plant(url, folder=folder, sender=cast.platform, searcher=cast.searcher)
    except (httpx.HTTPError, OSError, RuntimeError) as cause:
        _log.warning("ring_not_planted", cause=str(cause) or type(cause).__name__)


async def _perform(
    url: str,
    *,
    cast: Cast,
    receiver: MeasuresPlatform,
    players: list[Coroutine[None, None, None]],
    stopping: asyncio.Event,
) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        playing = [
            asyncio.create_task(_endless(each))
            for each in (
                *players,
                *_platform(client, cast=cast),
                *_reviewers(client, cast=cast),
                _keep_reporting(receiver, client=client, token=cast.platform),
            )
        ]
        await stopping.wait()
        for player in playing:
            player.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


async def _keep_reporting(
    receiver: MeasuresPlatform, *, client: httpx.AsyncClient, token: str
) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        await receiver.report(client, token=token)


def _platform(client: httpx.AsyncClient, *, cast: Cast) -> list[Awaitable[None]]:
    chance = _synthetic_chance()
    posts = Posts(chance=chance, clock=app.now)
    platform = SyntheticPlatform(
        client, token=cast.platform, chance=chance, clock=app.now, posts=posts
    )
    return [
        platform.keep_sending(notices_per_second=NOTICES_PER_SECOND, at_first=FIRST_NOTICES),
        platform.keep_declaring(period_seconds=DECLARATION_SECONDS),
    ]


def _reviewers(client: httpx.AsyncClient, *, cast: Cast) -> list[Awaitable[None]]:
    return [
        SimulatedReviewer(
            client, token=token, chance=_synthetic_chance(), clock=app.now
        ).keep_reviewing(seconds_per_case=SECONDS_PER_CASE, leaves=leaves, lanes=lanes)
        for token, role in zip(cast.reviewers, REVIEWERS.values(), strict=True)
        for leaves, lanes in [LEFT_TO_PEOPLE[role]]
    ]


def _synthetic_chance() -> random.Random:
    return random.Random()  # noqa: S311 - makes up what is sent, keeps no secret


async def _endless(player: Awaitable[None]) -> None:
    with suppress(asyncio.CancelledError):
        await player


async def _cast(where: Where, *, webhooks: str) -> Cast:
    with attached(where) as attachment:
        async with house_of(attachment) as house:
            await load_lists(house, folder=(where.data or FOLDER / "data").parent)
            return await _engage(house, webhooks=webhooks)


async def _engage(house: House, *, webhooks: str) -> Cast:
    endpoint = await set_endpoint(
        house.pool,
        keys=house.keys,
        station=Station(tenant=MAIN, service=MAIN),
        url=webhooks,
        chance=house.chance,
    )
    logins = await employ(house)
    await ask_for_terms(house, by=_asking(logins).name)
    return Cast(
        platform=await _token(house, name="demo-platform", role=Role.SERVICE),
        reviewers=tuple(
            [await _token(house, name=name, role=role) for name, role in REVIEWERS.items()]
        ),
        searcher=await investigator_token(house),
        logins=logins,
        secret=endpoint.secret,
    )


def _asking(logins: list[Login]) -> Login:
    """Who asks for something that the first one of them can agree to."""
    return next(each for each in logins if each.role is Role.COMPLIANCE)


async def _token(house: House, *, name: str, role: Role) -> str:
    grant = Grant(tenant=MAIN, service=MAIN, name=name, role=role, channels=(Channel.USER,))
    return await create(house.pool, grant=grant, now=house.clock(), chance=house.chance)
