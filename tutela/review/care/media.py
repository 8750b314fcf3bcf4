"""By what the medium of a case is known again, and where the vault finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.vocabulary import SubjectKind
from tutela.intake.opening import notice_in
from tutela.ledger.facts import open_fact
from tutela.review.care.room import NothingToReveal

KEY_BYTES: Final = 16
#: The detector whose matches are media, and not words.
_HASHES: Final = "hashes"

_sql = queries.load("tutela.review.care")


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """What the vault calls it, and every key by which the same medium is known again."""

    id: str
    keys: tuple[bytes, ...]


async def medium_of(
    connection: Connection, *, named: Mapping[str, object], subject_key: bytes, keys: KeySet
) -> Medium:
    """The medium of the case that `named` says; raises NothingToReveal."""
    cursor = await connection.execute(_sql.named_in, named)
    row = await cursor.fetchone()
    if row is None:
        raise NothingToReveal("Nothing is left that says what this case is about.")
    notice_id, ordinal, sealed_key, sealed_body = row
    body = open_fact(Sealed(sealed_key, sealed_body), fact_id=notice_id, keys=keys)
    subject = notice_in(body).subjects[ordinal]
    name = subject.id or subject.url
    if subject.kind is not SubjectKind.CONTENT or name is None:
        raise NothingToReveal(f"The case is about {subject.kind}, which is no medium.")
    cursor = await connection.execute(_sql.looks_at, {**named, "subject_key": subject_key})
    looks = await cursor.fetchall()
    return Medium(id=name, keys=_keys(looks, subject_key=subject_key, digest=keys))


def _keys(
    looks: Sequence[tuple[Any, ...]], *, subject_key: bytes, digest: KeySet
) -> tuple[bytes, ...]:
    found = {bytes(subject_key)}
    for media, signals in looks:
        if media is not None:
            found.add(bytes(media))
        found |= {_entry_key(match, digest=digest) for match in _matches(signals)}
    return tuple(sorted(found))


def _matches(signals: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [
        match
        for signal in signals
        if signal["detector"] == _HASHES
        for match in signal.get("matches", ())
    ]


def _entry_key(match: Mapping[str, Any], *, digest: KeySet) -> bytes:
    parts = ("medium of a list", match["list"], match["entry"])
    return digest.subject_digest("\x00".join(parts).encode())[:KEY_BYTES]
