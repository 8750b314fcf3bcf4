"""What `tutela doctor` looks at, one finding each."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString

import msgspec

from tutela.access import keys as access_keys
from tutela.access import processes, services
from tutela.access.keys import MASTER_FILE, SIGNING_FILE
from tutela.access.services import NoSuchService
from tutela.compliance.transparency import DatabaseUnfit
from tutela.compliance.transparency.wire import checked_address
from tutela.database import queries
from tutela.database.migrations import pending
from tutela.database.pool import (
    Pool,
    check_durability,
    clock_offset_seconds,
    every_tenant_transaction,
    is_bound_by_row_security,
)
from tutela.decisions.carrying import not_carried_out
from tutela.decisions.withholding import register
from tutela.decisions.words.catalogs import WordsUnreadable, languages, refuse_unknown
from tutela.detection.lists import register as list_register
from tutela.detection.lists.exchange.following import exchanges_in
from tutela.detection.lists.register import ListState
from tutela.detection.pipeline.health import looks_due_in, states_in
from tutela.domain.states import MeasureState
from tutela.errors import TutelaError
from tutela.guard.publishing.standings import standings_in as guards_in
from tutela.law.parameters import LawUnreadable
from tutela.ledger.receipts import INCLUSION_SECONDS
from tutela.publishing import targets
from tutela.publishing.targets import PublicationState
from tutela.publishing.witnesses import WitnessState, standings_in
from tutela.settings import Settings

OFFSET_WARN_SECONDS = 1.0
BACKLOG_WARN_SECONDS = 10.0
FREE_WARN_BYTES = 5 * 1024**3
FREE_LEAST_BYTES = 1024**3
_OPEN_TO_OTHERS = 0o077

_sql = queries.load("tutela.cli", file="doctor.sql")
_access = queries.load("tutela.access")


class Mark(StrEnum):
    """How serious a finding is."""

    #: As it should be.
    OK = "ok"
    #: Works, and somebody should know.
    WARN = "warn"
    #: Does not work, or would lose something.
    FAIL = "FAIL"


class Finding(msgspec.Struct, frozen=True):
    """One line of the doctor."""

    mark: Mark
    name: str
    detail: str


def of_settings(settings: Settings) -> Finding:
    """Which settings hold."""
    where = "a database by URL" if settings.database_url else f"data in {settings.data_folder}"
    return Finding(
        Mark.OK,
        "settings",
        f"{where}; serves {settings.host}:{settings.port} "
        f"with {settings.web_processes} web process(es)",
    )


def of_words(settings: Settings) -> Iterator[Finding]:
    """Whether people can be told what is decided, and on which bases they may be told later."""
    try:
        refuse_unknown(settings.language)
        there = ", ".join(languages())
        yield Finding(Mark.OK, "words", f"in {there}; {settings.language} for all others")
        codes = ", ".join(sorted({each.code for each in register(settings.withholding_bases)}))
        yield Finding(Mark.OK, "withholding", f"only on {codes}")
    except (WordsUnreadable, LawUnreadable) as error:
        yield Finding(Mark.FAIL, "words", error.detail or error.title)


def of_keys(settings: Settings, *, fingerprint: str | None) -> Iterator[Finding]:
    """Where the keys lie, who can read them, and whether they are those of the database."""
    folder = settings.key_folder
    files = [folder / MASTER_FILE, folder / SIGNING_FILE]
    if not all(file.exists() for file in files):
        mark = Mark.WARN if fingerprint is None else Mark.FAIL
        yield Finding(mark, "keys", f"none in {folder}" + (" yet" if fingerprint is None else ""))
        return
    try:
        keys = access_keys.load_or_create(folder)
    except TutelaError as error:
        yield Finding(Mark.FAIL, "keys", error.detail)
        return
    if fingerprint not in (None, keys.fingerprint):
        yield Finding(Mark.FAIL, "keys", f"{folder} holds other keys than the database's")
    elif any(file.stat().st_mode & _OPEN_TO_OTHERS for file in files):
        yield Finding(Mark.FAIL, "keys", f"{folder}: others than the owner can read them")
    elif settings.database_url is None and _is_within(folder, outer=settings.data_folder):
        yield Finding(
            Mark.WARN, "keys", f"{folder} lies in the data folder: a backup of it protects nothing"
        )
    else:
        yield Finding(Mark.OK, "keys", f"{folder}, signing with {keys.key_id}")


def of_disk(folder: Path) -> Finding:
    """How much room the data folder has."""
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1024**3:.1f} GiB free at {folder}"
    if free < FREE_LEAST_BYTES:
        return Finding(Mark.FAIL, "disk", detail)
    return Finding(Mark.WARN if free < FREE_WARN_BYTES else Mark.OK, "disk", detail)


async def of_server(pool: Pool) -> Finding:
    """Whether the database answers, may write, and keeps what it acknowledges."""
    version, is_standby = await _row(pool, sql=_sql.server)
    if is_standby:
        return Finding(Mark.FAIL, "database", "a standby: it takes no notices")
    async with pool.connection() as connection:
        try:
            await check_durability(connection)
        except TutelaError as error:
            return Finding(Mark.FAIL, "database", error.detail)
        is_fenced = await is_bound_by_row_security(connection)
    if not is_fenced:
        return Finding(
            Mark.WARN,
            "database",
            "the role bypasses row-level security: the second fence between tenants is down; "
            "connect as a role that is no superuser",
        )
    return Finding(
        Mark.OK,
        "database",
        f"PostgreSQL {version.split()[0]}; fsync, synchronous_commit, full_page_writes are on",
    )


async def of_migrations(url: str, *, pool: Pool) -> Finding:
    """Whether the schema is this version's."""
    try:
        lacking = await pending(url)
    except TutelaError as error:
        return Finding(Mark.FAIL, "migrations", error.detail)
    if lacking:
        return Finding(Mark.FAIL, "migrations", f"{lacking} lacking; `tutela up` applies them")
    return Finding(Mark.OK, "migrations", f"{(await _row(pool, sql=_sql.applied))[0]} applied")


async def of_clock(pool: Pool) -> Finding:
    """How far this machine's clock is from the database's, which is the one that counts."""
    async with pool.connection() as connection:
        offset = await clock_offset_seconds(connection)
    mark = Mark.WARN if abs(offset) > OFFSET_WARN_SECONDS else Mark.OK
    return Finding(mark, "clock", f"the database is {offset:+.3f} s ahead of this machine")


async def of_processes(pool: Pool, *, service_runs: bool) -> Finding:
    """Whether every process that should live says so."""
    beats = await processes.beats(pool)
    silent = [each for each in beats if each.is_silent]
    if not beats or not service_runs:
        return Finding(Mark.WARN, "processes", "none runs: `tutela up` starts them")
    if silent:
        told = ", ".join(f"{each.process.name} for {each.silent_seconds:.0f} s" for each in silent)
        return Finding(Mark.FAIL, "processes", f"silent: {told}")
    return Finding(Mark.OK, "processes", ", ".join(each.process.name for each in beats))


async def of_ledger(pool: Pool) -> Finding:
    """Whether every fact has its place in time for the receipts' promise."""
    count, oldest_seconds = await _row(pool, sql=_sql.backlog)
    detail = f"{count} facts wait for their place, the oldest for {oldest_seconds:.0f} s"
    if oldest_seconds > INCLUSION_SECONDS:
        return Finding(Mark.FAIL, "ledger", detail)
    return Finding(
        Mark.WARN if oldest_seconds > BACKLOG_WARN_SECONDS else Mark.OK, "ledger", detail
    )


async def of_outbox(pool: Pool) -> Finding:
    """Whether an instruction to the platform was given up."""
    waiting, dead = await _row(pool, sql=_sql.outbox)
    return Finding(
        Mark.FAIL if dead else Mark.OK, "outbox", f"{waiting} waiting, {dead} dead letters"
    )


async def of_measures(pool: Pool) -> Finding:
    """Whether the platform carries out what was decided."""
    async with every_tenant_transaction(pool) as connection:
        waiting = await not_carried_out(connection)
    if not waiting:
        return Finding(Mark.OK, "measures", "all that was decided is carried out")
    count = sum(each.count for each in waiting)
    oldest = min(each.oldest_since for each in waiting)
    failed = sum(each.count for each in waiting if each.state == MeasureState.FAILED)
    told = f"{count} decided and not carried out, the oldest from {oldest}; {failed} failed"
    return Finding(Mark.WARN if failed else Mark.OK, "measures", told)


async def of_filing(pool: Pool, *, settings: Settings) -> Finding:
    """Whether statements can be filed with the Transparency Database, and what waits."""
    due, held, refused = await _row(pool, sql=_sql.filings)
    waiting = f"{due} statements due, {held} held, {refused} refused"
    if settings.transparency_url is None:
        told = f"no Transparency Database is set (TUTELA_TRANSPARENCY_URL): {waiting}"
        return Finding(Mark.WARN if due + held + refused else Mark.OK, "filing", told)
    token_file = settings.transparency_token_file
    try:
        checked_address(settings.transparency_url)
        if token_file is None or not token_file.read_bytes().strip():
            raise DatabaseUnfit("TUTELA_TRANSPARENCY_TOKEN_FILE names no file with a token.")
    except (OSError, TutelaError) as error:
        words = error.detail if isinstance(error, TutelaError) else f"{token_file} can't be read."
        return Finding(Mark.FAIL, "filing", f"{words} {waiting}")
    return Finding(Mark.WARN if held or refused else Mark.OK, "filing", waiting)


async def of_public_service(pool: Pool, *, named: str) -> Finding:
    """Whether the service is there for which the doors without a token take reports."""
    tenant, _, service = named.partition("/")
    try:
        await services.find(pool, tenant=tenant, service=service)
    except NoSuchService as error:
        told = f"the public doors answer 503: TUTELA_PUBLIC_SERVICE. {error.detail}"
        return Finding(Mark.FAIL, "public", told)
    return Finding(Mark.OK, "public", f"doors without a token take reports for {named}")


async def of_lists(pool: Pool) -> Finding:
    """How old each list of known material and terms is, and which of them say nothing any more."""
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.instant)).fetchone()
        now = row[0] if row else datetime.now(UTC)
        standing = await list_register.standings_in(connection, now=now)
        failing = [each for each in await exchanges_in(connection) if each.failure is not None]
    told = "; ".join(
        f"{each.tenant}/{each.service} {each.list} {each.standing},"
        f" {timedelta(seconds=each.age_seconds)} old"
        for each in standing
    )
    told += "".join(f"; {each.list}: {each.failure} at {each.url}" for each in failing)
    wrong = failing or any(each.standing in {ListState.STALE, ListState.OFF} for each in standing)
    return Finding(Mark.WARN if wrong else Mark.OK, "lists", told or "none")


async def of_detectors(pool: Pool) -> Finding:
    """Whether every detector finds its canary, and what must still follow from looks."""
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.instant)).fetchone()
        found = await states_in(connection, now=row[0] if row else datetime.now(UTC))
        due = await looks_due_in(connection)
    red = "; ".join(f"{each.name}: {each.why} since {each.since}" for each in found if not each.ok)
    waiting = f"{due.open_case} cases to open, {due.look_again} items to look at again"
    if red:
        return Finding(Mark.FAIL, "detectors", f"{red}; {waiting}, {due.given_up} given up")
    if due.given_up:
        return Finding(Mark.WARN, "detectors", f"{due.given_up} given up; {waiting}")
    well = f"{len(found)} look and find what they must" if found else "none look now"
    return Finding(Mark.OK, "detectors", f"{well}; {waiting}")


async def of_guard(pool: Pool) -> Finding:
    """By which versions everybody answers, and who tries out what is listed."""
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.instant)).fetchone()
        found = await guards_in(connection, now=row[0] if row else datetime.now(UTC))
    told = "; ".join(
        f"{each.tenant}/{each.service} version {each.version}, {len(each.serving)} answer by it"
        for each in found
    )
    red = "; ".join(
        f"{guard.tenant}/{guard.service} {each.name}: {each.why}, version {each.version}"
        for guard in found
        for each in guard.serving
        if each.is_red
    )
    probing, shut_out = sum(e.probing for e in found), sum(e.shut_out for e in found)
    if red:
        return Finding(Mark.FAIL, "guard", f"{red}; {told}")
    if probing:
        who = f"{probing} tried out what is listed in the last day, {shut_out} shut out now"
        return Finding(Mark.WARN, "guard", f"{who}; {told}")
    return Finding(Mark.OK, "guard", told or "nothing published yet")


async def of_witnesses(pool: Pool) -> Finding:
    """Whether second parties hold the heads, and which of them does not."""
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.instant)).fetchone()
        standing = await standings_in(connection, now=row[0] if row else datetime.now(UTC))
    if not standing:
        return Finding(Mark.OK, "witness", "none configured: heads are unwitnessed")
    told = "; ".join(
        f"{each.name} {each.state}" + (f" ({each.last_error})" if each.last_error else "")
        for each in standing
    )
    if any(each.forked for each in standing):
        return Finding(Mark.FAIL, "witness", f"a fork of our log was shown: {told}")
    held = all(each.state is WitnessState.HELD for each in standing)
    return Finding(Mark.OK if held else Mark.WARN, "witness", told)


async def of_publication(pool: Pool) -> Finding:
    """Whether the targets have the heads that they should have; nobody vouches by that."""
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.instant)).fetchone()
        standing = await targets.standings_in(connection, now=row[0] if row else datetime.now(UTC))
    told = "; ".join(
        f"{each.target} {each.state}" + (f" ({each.last_error})" if each.last_error else "")
        for each in standing
    )
    well = all(each.state is PublicationState.PUBLISHED for each in standing)
    words = told or "heads are published to no file, no URL and no time-stamping authority"
    return Finding(Mark.OK if well else Mark.WARN, "publication", words)


async def known_fingerprint(pool: Pool) -> str | None:
    """Of which keys the database was made; None where it has not seen any."""
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_access.known_keys)).fetchone()
    return None if row is None else str(row[0])


def _is_within(folder: Path, *, outer: Path) -> bool:
    return folder.resolve().is_relative_to(outer.resolve())


async def _row(pool: Pool, *, sql: LiteralString) -> tuple[Any, ...]:
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(sql)).fetchone()
    return row or ()
