"""A service's terms: which version is in force on which day, and what a decision cites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions.endpoints import SCHEMES, Station, UnknownService
from tutela.decisions.preparation import Mint
from tutela.domain import canonical
from tutela.domain.decision import VERSION_MAX_CODE_POINTS, Decision
from tutela.domain.languages import is_language_tag
from tutela.domain.statement import RegisteredTerms
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Ground, Outcome
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import refuse_if_any
from tutela.ledger import facts
from tutela.ledger.facts import Happened

URL_MAX_CODE_POINTS = 2_048

_sql = queries.load("tutela.decisions", file="terms.sql")
_ledger_sql = queries.load("tutela.ledger")


class TermsUnfit(TutelaError):
    """A version of the terms that can't be registered as it is."""

    code = "terms_unfit"
    title = "These terms can't be registered"
    status = 422


class TermsTaken(TutelaError):
    """The version was registered otherwise, or another one begins on the same day."""

    code = "terms_taken"
    title = "These terms were registered before"
    status = 409


class UnknownTerms(TutelaError):
    """The service has registered no such version of its terms."""

    code = "unknown_terms"
    title = "No such version of the terms"
    status = 404


class TermsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the terms, as it was published."""

    version: str
    in_force_from: date
    #: The last day; None as long as no later version is registered.
    in_force_to: date | None
    url: str
    #: SHA-256 of the text, in hex.
    sha256: str
    #: The languages in which there is a summary: Art. 14(5).
    summary_languages: list[str]
    registered_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What is registered of a version; `sha256` is 32 bytes."""

    version: str
    in_force_from: date
    url: str
    sha256: bytes
    summary_languages: tuple[str, ...] = ()


async def register(
    pool: Pool, *, station: Station, terms: NewTerms, keys: KeySet, mint: Mint
) -> TermsVersion:
    """The version as it stands in the register, with its leaf; the same again changes nothing.

    Raises TermsUnfit, TermsTaken, UnknownService.
    """
    _refuse_unfit(terms)
    said = {
        "version": terms.version,
        "in_force_from": terms.in_force_from.isoformat(),
        "url": terms.url,
        "sha256": terms.sha256.hex(),
        "summary_languages": list(terms.summary_languages),
    }
    happened = Happened(
        type="terms.registered", service=station.service, projection=said, said=said
    )
    fact = facts.write(happened, at=mint.at, keys=keys, chance=mint.chance)
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        before = await _find(connection, station=station, version=terms.version)
        if before is not None:
            return _same(before, terms=terms)
        leaf = {
            "fact_id": fact.id,
            "fact_type": fact.leaf.fact_type,
            "content": fact.leaf.content,
            "leaf_hash": fact.leaf.leaf_hash,
        }
        named = {**_named(station), **fact.columns, **_columns(terms)}
        await connection.execute(_ledger_sql.add_leaf, {**named, **leaf})
        cursor = await connection.execute(_sql.add_terms, named)
        if await cursor.fetchone() is None:
            raise await _why_not(connection, station=station)
        found = await _find(connection, station=station, version=terms.version)
    return _there(found)


async def versions(pool: Pool, *, station: Station) -> list[TermsVersion]:
    """All versions of a service's terms, by their first day."""
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        return await _all(connection, station=station)


async def version_of(pool: Pool, *, station: Station, version: str) -> TermsVersion:
    """One version; UnknownTerms where the service has registered none of that name."""
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        return _there(await _find(connection, station=station, version=version))


async def cited(
    connection: Connection, *, station: Station, decision: Decision, at: str = "/terms_version"
) -> RegisteredTerms | None:
    """The registered terms that a decision cites; None where it cites none or none are registered.

    Raises Unfit, with the place `at`, where the version cited is not the one in force on the day
    from which the measures apply.
    """
    on = decision.application_date
    if not _cites(decision) or on is None:
        return None
    cursor = await connection.execute(_sql.terms_on, {**_named(station), "on": on})
    registered, version, in_force_from, url = (await cursor.fetchall())[0]
    if not registered:
        return None
    if version is None:
        why = f"is not registered as in force on {on.isoformat()}; no version is"
        refuse_if_any([FieldError(at, why)])
    if version != decision.terms_version:
        why = f"was not in force on {on.isoformat()}; {version} was"
        refuse_if_any([FieldError(at, why)])
    return RegisteredTerms(in_force_from=in_force_from, url=url)


async def cited_before(
    connection: Connection, *, station: Station, decision: Decision
) -> RegisteredTerms | None:
    """The registered terms that a decision cites whose citation was held against the register."""
    if not _cites(decision):
        return None
    every = await _all(connection, station=station)
    return next(
        (
            RegisteredTerms(in_force_from=each.in_force_from, url=each.url)
            for each in every
            if each.version == decision.terms_version
        ),
        None,
    )


def _cites(decision: Decision) -> bool:
    return decision.outcome is Outcome.ACT and decision.ground is Ground.TERMS


def _refuse_unfit(terms: NewTerms) -> None:
    errors = []
    if is_blank(terms.version) or len(terms.version) > VERSION_MAX_CODE_POINTS:
        errors.append(FieldError("/version", f"1 to {VERSION_MAX_CODE_POINTS} characters"))
    scheme = terms.url.partition("://")[0]
    if scheme not in SCHEMES or any(letter.isspace() for letter in terms.url):
        errors.append(FieldError("/url", "not an absolute http or https URL"))
    if len(terms.url) > URL_MAX_CODE_POINTS:
        errors.append(FieldError("/url", f"longer than {URL_MAX_CODE_POINTS} characters"))
    for index, language in enumerate(terms.summary_languages):
        if not is_language_tag(language):
            errors.append(FieldError(f"/summary_languages/{index}", "not a language tag (BCP 47)"))
    if errors:
        raise TermsUnfit("; ".join(f"{e.pointer} {e.message}" for e in errors), errors=errors)


def _same(before: TermsVersion, *, terms: NewTerms) -> TermsVersion:
    kept = (before.in_force_from, before.url, before.sha256, before.summary_languages)
    if kept != (
        terms.in_force_from,
        terms.url,
        terms.sha256.hex(),
        list(terms.summary_languages),
    ):
        raise TermsTaken(
            f"Version {terms.version} stands in the register with another text, URL, day or"
            " summary; what was published once is not changed. Register a new version."
        )
    return before


async def _why_not(connection: Connection, *, station: Station) -> TutelaError:
    cursor = await connection.execute(_sql.service_is_there, _named(station))
    if (await cursor.fetchall())[0][0]:
        return TermsTaken("Another version begins on the same day.")
    return UnknownService("Create a token for the service first.")


async def _find(connection: Connection, *, station: Station, version: str) -> TermsVersion | None:
    every = await _all(connection, station=station)
    return next((each for each in every if each.version == version), None)


async def _all(connection: Connection, *, station: Station) -> list[TermsVersion]:
    cursor = await connection.execute(_sql.terms_versions, _named(station))
    return [_version(row) for row in await cursor.fetchall()]


def _there(found: TermsVersion | None) -> TermsVersion:
    if found is None:
        raise UnknownTerms("The service has registered no such version.")
    return found


def _version(row: Sequence[Any]) -> TermsVersion:
    version, in_force_from, in_force_to, url, sha256, summary_languages, registered_at = row
    return TermsVersion(
        version=version,
        in_force_from=in_force_from,
        in_force_to=in_force_to,
        url=url,
        sha256=bytes(sha256).hex(),
        summary_languages=summary_languages,
        registered_at=canonical.timestamp(registered_at),
    )


def _columns(terms: NewTerms) -> dict[str, object]:
    return {
        "version": terms.version,
        "in_force_from": terms.in_force_from,
        "url": terms.url,
        "sha256": terms.sha256,
        "summary_languages": list(terms.summary_languages),
    }


def _named(station: Station) -> dict[str, object]:
    return {"tenant": station.tenant, "service": station.service}
