"""Entries packed by the thousand and sealed: what a list is on disk, and nothing else of it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.detection.lists.entries import WIDTHS, Entry, Kind, TermForm

#: Entries of one sealed row, at most.
CHUNK_ENTRIES_MAX = 10_000


class Details(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What is known of one entry beside its value."""

    source: str = ""
    tags: tuple[str, ...] = ()
    expires_at: datetime | None = None
    form: TermForm = TermForm.WORD
    language: str | None = None


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """Entries of one kind in a row: hashes one behind the other, or terms; details where any."""

    hashes: bytes
    terms: list[str]
    details: dict[int, Details]


_PLAIN = Details()
_decoder = msgspec.msgpack.Decoder(Chunk)


def seal(entries: Sequence[Entry], *, keys: KeySet, list_id: int, first_entry: int) -> Sealed:
    """The entries, all of one kind, under a key of their own and for this place alone."""
    of_terms = entries[0].kind is Kind.TERMS
    values = [each.value for each in entries]
    chunk = Chunk(
        hashes=b"" if of_terms else b"".join(values),
        terms=[value.decode() for value in values] if of_terms else [],
        details={
            place: details
            for place, each in enumerate(entries)
            if (details := _details(each)) != _PLAIN
        },
    )
    return keys.seal(
        msgspec.msgpack.encode(chunk), row=_row(list_id=list_id, first_entry=first_entry)
    )


def unseal(sealed: Sealed, *, keys: KeySet, list_id: int, first_entry: int) -> Chunk:
    """What was sealed there; raises SealBroken."""
    return _decoder.decode(keys.open(sealed, row=_row(list_id=list_id, first_entry=first_entry)))


def entry_at(chunk: Chunk, *, place: int, kind: Kind) -> Entry:
    """One entry of a chunk of a kind."""
    known = chunk.details.get(place, _PLAIN)
    if kind is Kind.TERMS:
        value = chunk.terms[place].encode()
    else:
        width = WIDTHS[kind]
        value = chunk.hashes[place * width : (place + 1) * width]
    return Entry(
        kind=kind,
        value=value,
        source=known.source,
        tags=known.tags,
        expires_at=known.expires_at,
        form=known.form,
        language=known.language,
    )


def _details(entry: Entry) -> Details:
    return Details(entry.source, entry.tags, entry.expires_at, entry.form, entry.language)


def _row(*, list_id: int, first_entry: int) -> bytes:
    return f"list chunk/{list_id}/{first_entry}".encode()
