"""`tutela up`: the service, until SIGTERM."""

import asyncio
import dataclasses
import os
import socket
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.children import Child
from tutela.cli.options import Where, spread
from tutela.cli.port import HeldPort
from tutela.cli.probe import ReadyProbe
from tutela.cli.process import Kind
from tutela.cli.signals import Signals, StopAsked
from tutela.cli.supervision import Plan, Supervisor
from tutela.database.embedded import DatabaseServer, EmbeddedServer, GivenServer
from tutela.setting_defaults import default_data_folder
from tutela.settings import Settings, as_environment, read_settings


class Part(StrEnum):
    """Which part of the service runs here."""

    #: Everything.
    ALL = "all"
    #: Answers calls, and nothing else.
    WEB = "web"
    #: Does what must follow, brings out what leaves the house, and sequences the ledger.
    WORKER = "worker"


#: Where each part writes its process ids; parts that share a data folder have a file each.
PROCESS_FILES = {
    Part.ALL: "processes.json",
    Part.WEB: "processes-web.json",
    Part.WORKER: "processes-worker.json",
}


@spread
def up(
    where: Where,
    *,
    host: Annotated[str | None, typer.Option(help="The address to serve. [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="The port to serve. [8750]")] = None,
    role: Annotated[Part, typer.Option(help="Which part of the service runs here.")] = Part.ALL,
) -> None:
    """Run the service until SIGTERM; prints `ready http://HOST:PORT` when it serves."""
    from tutela import logs

    logs.configure("supervisor")
    given = {**where.given(), "host": host, "port": port}
    run(read_settings(os.environ, given=given), part=role)


def run(settings: Settings, *, part: Part) -> None:
    """Returns after SIGTERM or SIGINT, with everything ended that it started."""
    _refuse_unusable(settings)
    with Signals() as signals:
        waiting: list[Callable[[str], None]] = [lambda _: signals.refuse_to_wait_on()]

        def report(line: str) -> None:
            waiting[-1](line)

        server = _server(settings, report=report)
        port: HeldPort | None = None
        try:
            server.start()
            if part is not Part.WORKER:
                port = HeldPort(settings.host, port=settings.port)
            resolved = _resolved(settings, url=server.url, port=port)
            asyncio.run(_prepare(resolved))
            supervisor = Supervisor(
                _plan(settings, part=part, resolved=resolved, port=port),
                server=server,
                signals=signals,
                tell_ready=lambda: _say_ready(port),
            )
            waiting.append(supervisor.while_waiting_for_the_database)
            supervisor.run()
        except StopAsked:
            return
        finally:
            if port is not None:
                port.release()
            server.stop()


def _server(settings: Settings, *, report: Callable[[str], None]) -> DatabaseServer:
    if settings.database_url is not None:
        return GivenServer(settings.database_url)
    return EmbeddedServer(settings.data_folder, report=report)


def _resolved(settings: Settings, *, url: str, port: HeldPort | None) -> Settings:
    if port is None:
        return dataclasses.replace(settings, database_url=url)
    return dataclasses.replace(settings, database_url=url, host=port.address, port=port.port)


def _refuse_unusable(settings: Settings) -> None:
    """Nothing where all that people are told can be read and filed; before anything is started."""
    from tutela.compliance.filing.configured import refuse_unfit
    from tutela.decisions.withholding import register
    from tutela.decisions.words.catalogs import refuse_unknown
    from tutela.detection.pipeline import room as detection
    from tutela.guard.propagation.configured import read_probes
    from tutela.review.guidelines import read_guidelines
    from tutela.web.public.offer import offer_of

    refuse_unknown(settings.language)
    offer_of(settings)
    register(settings.withholding_bases)
    read_guidelines(settings.guidelines)
    detection.register(settings.detection_bases)
    refuse_unfit(settings)
    if settings.guard_probes is not None:
        read_probes(settings.guard_probes)


async def _prepare(settings: Settings) -> None:
    from tutela import app
    from tutela.database.migrations import migrate
    from tutela.database.pool import check_durability

    await migrate(settings.database_url or "")
    async with (
        app.open_house(settings, name="tutela up") as house,
        house.pool.connection() as connection,
    ):
        _ = house.panel
        await check_durability(connection)


def _plan(settings: Settings, *, part: Part, resolved: Settings, port: HeldPort | None) -> Plan:
    environment = as_environment(resolved)
    prefix = "" if settings.is_embedded else f"{socket.gethostname()}."
    names = {
        Kind.SEQUENCER: ["sequencer"] if part is not Part.WEB else [],
        Kind.WORKER: ["worker"] if part is not Part.WEB else [],
        Kind.COURIER: ["courier"] if part is not Part.WEB else [],
        Kind.WEB: [f"web-{n}" for n in range(settings.web_processes if port else 0)],
    }
    return Plan(
        children=[
            Child(kind, name=prefix + name, environment=environment)
            for kind, of_kind in names.items()
            for name in of_kind
        ],
        stop_seconds=settings.stop_seconds,
        process_file=_process_file(settings, part=part),
        probe=None if port is None else ReadyProbe(port.own_address, port=port.port),
    )


def _process_file(settings: Settings, *, part: Part) -> Path | None:
    if not settings.is_embedded and settings.data_folder == default_data_folder(os.environ):
        return None
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    return settings.data_folder / PROCESS_FILES[part]


def _say_ready(port: HeldPort | None) -> None:
    print("ready" if port is None else f"ready {port.url}", flush=True)
    sys.stdout.flush()
