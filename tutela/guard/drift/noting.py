"""What was used is counted: by hour, account and value, each under a keyed digest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tutela.access.whose import Whose
from tutela.cases.identity import subject_key
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import SubjectKind
from tutela.guard.drift.room import ACCOUNTS_MIN, DriftRoom, kept_since
from tutela.guard.drift.values import UseKind, seal, spelling, value_key

_sql = queries.load("tutela.guard.drift", file="drift.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Somebody used a tag or a query."""

    kind: UseKind
    value: str
    account_id: str
    at: datetime
    #: On which piece of content, where it stood on one.
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A use under keys; only `value` says what was used."""

    kind: UseKind
    value: str
    value_key: bytes
    account_key: bytes
    hour: datetime
    content_key: bytes | None


async def note(
    connection: Connection, *, whose: Whose, uses: Sequence[Use], room: DriftRoom
) -> None:
    """Counts the uses, in the transaction; what is too old to be kept is left out.

    What a value says is kept from the third account on that uses it, and not before.
    """
    keyed = list(_keyed(uses, whose=whose, room=room))
    if not keyed:
        return
    said = {each.value_key: each for each in keyed}
    values = {
        **whose.columns,
        "accounts_min": ACCOUNTS_MIN,
        "value_keys": list(said),
        "kinds": [str(each.kind) for each in said.values()],
    }
    await connection.execute(_sql.keep_values, values)
    await connection.execute(_sql.keep_uses, {**whose.columns, **_counted(keyed)})
    carried = _carried(keyed)
    if carried["content_keys"]:
        await connection.execute(_sql.keep_carried, {**whose.columns, **carried})
    cursor = await connection.execute(_sql.values_to_seal, values)
    readable = [said[bytes(key)] for (key,) in await cursor.fetchall()]
    if readable:
        await connection.execute(
            _sql.seal_values, {**whose.columns, **_sealed(readable, room=room)}
        )


def account_key(account_id: str, *, whose: Whose, room: DriftRoom) -> bytes:
    """By what an account is found again."""
    return _key_of(SubjectKind.ACCOUNT, name=account_id, whose=whose, room=room)


def _keyed(uses: Sequence[Use], *, whose: Whose, room: DriftRoom) -> Iterator[_Keyed]:
    since = kept_since(room.clock())
    for each in uses:
        value = spelling(each.kind, value=each.value)
        if not value or each.at < since:
            continue
        on = each.content_id
        yield _Keyed(
            kind=each.kind,
            value=value,
            value_key=value_key(each.kind, value=value, whose=whose, keys=room.keys),
            account_key=account_key(each.account_id, whose=whose, room=room),
            hour=each.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0),
            content_key=None
            if on is None
            else _key_of(SubjectKind.CONTENT, name=on, whose=whose, room=room),
        )


def _counted(keyed: Sequence[_Keyed]) -> dict[str, object]:
    counts = Counter((each.value_key, each.account_key, each.hour) for each in keyed)
    return {
        "used_keys": [value for value, _, _ in counts],
        "account_keys": [account for _, account, _ in counts],
        "hours": [hour for _, _, hour in counts],
        "uses": list(counts.values()),
    }


def _carried(keyed: Sequence[_Keyed]) -> dict[str, list[object]]:
    pairs = {
        (each.content_key, each.value_key): each.hour
        for each in keyed
        if each.content_key is not None
    }
    return {
        "content_keys": [content for content, _ in pairs],
        "carried_keys": [value for _, value in pairs],
        "carried_hours": list(pairs.values()),
    }


def _sealed(readable: Sequence[_Keyed], *, room: DriftRoom) -> dict[str, object]:
    sealed = [seal(each.value, key=each.value_key, keys=room.keys) for each in readable]
    return {
        "sealed_values": [each.value_key for each in readable],
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
    }


def _key_of(kind: SubjectKind, *, name: str, whose: Whose, room: DriftRoom) -> bytes:
    return subject_key(
        Subject(kind=kind, id=name),
        tenant=whose.tenant,
        service=whose.service,
        digest=room.keys.subject_digest,
    )
