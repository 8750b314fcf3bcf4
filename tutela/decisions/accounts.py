"""What the platform says of its accounts: since when, where, which language, a minor's or not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date
from enum import StrEnum
from typing import Annotated

import msgspec

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.cases.identity import subject_key
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Ruling
from tutela.domain.countries import is_country
from tutela.domain.decision import Recipient
from tutela.domain.events import Event
from tutela.domain.languages import is_language_tag
from tutela.domain.notice import Identifier, Subject, Timestamp
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Audience, SubjectKind
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.events import EventKind, Verdicts
from tutela.intake.reading import Unfit

_sql = queries.load("tutela.decisions", file="accounts.sql")


class Minority(StrEnum):
    """Whether an account is a minor's, as far as the platform knows."""

    #: It is a minor's.
    YES = "yes"
    #: It is an adult's.
    NO = "no"
    #: The platform does not know.
    UNKNOWN = "unknown"


class AccountDescribed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the platform knows of an account at an instant; what it leaves out is not known."""

    account_id: Identifier
    created_at: Timestamp | None = None
    country: Annotated[str, msgspec.Meta(max_length=2)] | None = None
    minor: Minority = Minority.UNKNOWN
    language: Annotated[str, msgspec.Meta(max_length=64)] | None = None


def kinds(keys: KeySet) -> dict[str, EventKind]:
    """The type of events that is about accounts, with what takes them."""

    async def accounts(
        connection: Connection, *, caller: Caller, events: Sequence[AccountDescribed]
    ) -> Verdicts:
        return await _keep(connection, caller=caller, events=events, keys=keys)

    return {"account": EventKind(struct=AccountDescribed, handle=accounts)}


async def known_recipients(
    connection: Connection, *, scope: Scope, account_ids: Iterable[str], keys: KeySet
) -> dict[str, Recipient]:
    """How the holders of some accounts are to be told, as far as the platform said."""
    by_key = {_key(each, scope=scope, keys=keys): each for each in set(account_ids)}
    if not by_key:
        return {}
    named = {**scope.named, "subject_keys": sorted(by_key)}
    cursor = await connection.execute(_sql.accounts_known, named)
    return {
        by_key[bytes(key)]: Recipient(
            language=language, audience=Audience.CHILD if minor == Minority.YES else None
        )
        for key, language, minor in await cursor.fetchall()
    }


async def knowing_readers(connection: Connection, *, ruling: Ruling, keys: KeySet) -> Ruling:
    """The ruling, knowing what the platform said of those whom it may affect."""
    items = [] if ruling.case is None else [item.subject for item in ruling.case.items]
    measured = [measure.subject for measure in ruling.read.decision.measures]
    known = await known_recipients(
        connection,
        scope=_scope(ruling.caller),
        account_ids=_accounts_in([*items, *measured]),
        keys=keys,
    )
    return replace(ruling, readers=replace(ruling.readers, known=known))


def _accounts_in(subjects: Iterable[Subject | None]) -> Iterator[str]:
    for subject in subjects:
        if subject is None:
            continue
        if subject.account_id is not None:
            yield subject.account_id
        if subject.kind is SubjectKind.ACCOUNT and subject.id is not None:
            yield subject.id


async def _keep(
    connection: Connection, *, caller: Caller, events: Sequence[AccountDescribed], keys: KeySet
) -> Verdicts:
    scope = _scope(caller)
    verdicts = [_fault(event) for event in events]
    newest: dict[bytes, AccountDescribed] = {}
    for event, verdict in zip(events, verdicts, strict=True):
        key = _key(event.account_id, scope=scope, keys=keys)
        if verdict is None and (key not in newest or event.at >= newest[key].at):
            newest[key] = event
    if newest:
        said = list(newest.values())
        columns = {
            "subject_keys": list(newest),
            "ats": [each.at for each in said],
            "created_on": [_day(each) for each in said],
            "countries": [each.country for each in said],
            "minors": [str(each.minor) for each in said],
            "languages": [each.language for each in said],
        }
        await connection.execute(_sql.keep_accounts, {**scope.named, **columns})
    return verdicts


def _fault(event: AccountDescribed) -> TutelaError | None:
    errors = []
    if is_blank(event.account_id):
        errors.append(FieldError("/account_id", "blank"))
    if event.created_at is not None and event.created_at > event.at:
        errors.append(FieldError("/created_at", "after at"))
    if event.country is not None and not is_country(event.country):
        errors.append(FieldError("/country", "not an ISO 3166-1 alpha-2 country code"))
    if event.language is not None and not is_language_tag(event.language):
        errors.append(FieldError("/language", "not a well-formed BCP 47 language tag"))
    return Unfit(detail="The event can't be taken.", errors=errors) if errors else None


def _day(event: AccountDescribed) -> date | None:
    return None if event.created_at is None else event.created_at.astimezone(UTC).date()


def _key(account_id: str, *, scope: Scope, keys: KeySet) -> bytes:
    return subject_key(
        Subject(kind=SubjectKind.ACCOUNT, id=account_id),
        tenant=scope.tenant,
        service=scope.service,
        digest=keys.subject_digest,
    )


def _scope(caller: Caller) -> Scope:
    return Scope(tenant=caller.tenant, service=caller.service, mark=caller.mark)
