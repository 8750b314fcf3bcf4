"""`tutela doctor`: what is well, what somebody should know, what fails."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import typer

from tutela.cli import findings, guard_findings, page_findings
from tutela.cli.attachment import Attachment, attached
from tutela.cli.findings import Finding, Mark
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.database.placement import placed
from tutela.database.pool import open_pool
from tutela.errors import TutelaError
from tutela.settings import BadSetting, Settings, read_settings


@spread
def doctor(where: Where, *, as_json: AsJson = False) -> None:
    """Look at settings, database, keys, clocks, processes, ledger and outbox; 1 if any fails."""
    found: list[Finding] = []
    for finding in _examine(where):
        found.append(finding)
        if not as_json:
            print(f"{finding.mark} {finding.name}: {finding.detail}", flush=True)
    if as_json:
        print_json({"findings": found, "ok": not _any_fails(found)})
    if _any_fails(found):
        raise typer.Exit(1)


def _any_fails(found: list[Finding]) -> bool:
    return any(finding.mark is Mark.FAIL for finding in found)


def _examine(where: Where) -> Iterator[Finding]:
    try:
        settings = read_settings(os.environ, given=where.given())
    except BadSetting as error:
        yield Finding(Mark.FAIL, "settings", str(error))
        return
    yield findings.of_settings(settings)
    yield from findings.of_words(settings)
    yield from page_findings.of_pages(settings)
    try:
        yield from _examine_database(settings, where=where)
    except TutelaError as error:
        yield Finding(Mark.FAIL, "database", error.detail or error.title)


def _examine_database(settings: Settings, *, where: Where) -> Iterator[Finding]:
    if settings.is_embedded and placed(settings.data_folder) is None:
        yield Finding(
            Mark.WARN, "database", f"none in {settings.data_folder} yet: `tutela up` makes it"
        )
        yield from findings.of_keys(settings, fingerprint=None)
        return
    if settings.is_embedded:
        yield findings.of_disk(settings.data_folder)
    with attached(where) as attachment:

        async def look() -> list[Finding]:
            return [finding async for finding in _look(attachment, settings=settings)]

        yield from asyncio.run(look())


async def _look(attachment: Attachment, *, settings: Settings) -> AsyncIterator[Finding]:
    url = attachment.settings.database_url or ""
    pool = await open_pool(url, name="tutela doctor")
    try:
        yield await findings.of_server(pool)
        yield await findings.of_clock(pool)
        migrations = await findings.of_migrations(url, pool=pool)
        yield migrations
        if migrations.mark is Mark.FAIL:
            return
        fingerprint = await findings.known_fingerprint(pool)
        for finding in findings.of_keys(settings, fingerprint=fingerprint):
            yield finding
        yield await findings.of_public_service(pool, named=settings.public_service)
        yield await findings.of_processes(pool, service_runs=attachment.service_may_run)
        yield await findings.of_ledger(pool)
        yield await findings.of_outbox(pool)
        yield await findings.of_measures(pool)
        yield await findings.of_filing(pool, settings=settings)
        yield await findings.of_witnesses(pool)
        yield await findings.of_publication(pool)
        yield await findings.of_lists(pool)
        yield await findings.of_detectors(pool)
        yield await findings.of_guard(pool)
        yield await guard_findings.of_surfaces(pool, settings=settings)
    finally:
        await pool.close()
