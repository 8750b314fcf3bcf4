"""What somebody asks the guard to list, and what is wrong with it: every place is named."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from tutela.detection.terms.keys import keys
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import REFUSAL_WORDS, TERM_MAX, Term, TermKind
from tutela.domain.languages import is_language_tag
from tutela.domain.notice import IDENTIFIER_MAX_CODE_POINTS, Identifier, Timestamp
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.guard.asking import ItemKind, Surface, Verdict

#: Entries of one proposal; a file may have more than a body holds.
ENTRIES_MAX: Final = 100_000
REASON_MAX_CODE_POINTS: Final = 2_000
#: How long an entry is in force that names no end, and at most.
USUAL_DAYS: Final = 90
DAYS_MAX: Final = 366
#: The kinds that are looked for in texts and tags.
WORDS: Final = frozenset({ItemKind.TEXT, ItemKind.TAG})
_UNFIT: Final = frozenset({"Cc", "Cs"})
_TAG_SIGNS: Final = "#\uff03"

Days = Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX_CODE_POINTS)]


class EntryAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to be listed; a network is listed by its members, account by account."""

    kind: ItemKind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=TERM_MAX)]
    verdict: Verdict = Verdict.BLOCK
    #: Of a text or a tag; without it `phrase` where there are several words, else `word`.
    form: TermKind | None = None
    #: Of a text or a tag, BCP 47; empty: in every language.
    languages: Annotated[tuple[str, ...], msgspec.Meta(max_length=32)] = ()
    #: Empty: on every surface.
    surfaces: Annotated[tuple[Surface, ...], msgspec.Meta(max_length=len(Surface))] = ()
    #: Of an account: the confirmed network that it is a member of.
    network: Identifier | None = None

    @property
    def plain(self) -> str:
        """The value without white space around it; a tag without its sign."""
        value = self.value.strip()
        return value.lstrip(_TAG_SIGNS).strip() if self.kind is ItemKind.TAG else value

    @property
    def looked_for(self) -> TermKind | None:
        """How it is looked for; None of what is compared exactly."""
        if self.kind not in WORDS:
            return None
        usual = TermKind.PHRASE if len(self.plain.split()) > 1 else TermKind.WORD
        return self.form or usual

    @property
    def identity(self) -> tuple[str, ...]:
        """What it is known by: two of one identity are one entry."""
        return (str(self.kind), self.plain, self.network or "")


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/entries`."""

    entries: Annotated[tuple[EntryAsked, ...], msgspec.Meta(min_length=1, max_length=ENTRIES_MAX)]
    reason: Reason
    #: The end of all of them; without it 90 days from now.
    expires_at: Timestamp | None = None
    #: Live at once by one lead's word, for a day unless another agrees.
    emergency: bool = False
    external_id: Identifier | None = None


def end_of(proposal: Proposal, *, now: datetime) -> datetime:
    """When the entries of a proposal expire."""
    return proposal.expires_at or now + timedelta(days=USUAL_DAYS)


def proposal_errors(proposal: Proposal, *, now: datetime) -> Iterator[FieldError]:
    """What is wrong with a proposal beyond the types of its fields."""
    if is_blank(proposal.reason):
        yield FieldError("/reason", "blank")
    expires_at = proposal.expires_at
    if expires_at is not None and not now < expires_at <= now + timedelta(days=DAYS_MAX):
        yield FieldError("/expires_at", f"not within the next {DAYS_MAX} days")
    for index, entry in enumerate(proposal.entries if proposal.emergency else ()):
        if entry.form is TermKind.ALLOW:
            yield FieldError(f"/entries/{index}/form", "not in an emergency: withdraw what blocks")
    yield from entries_errors(proposal.entries)


def spellings(named: Iterable[tuple[ItemKind, str]]) -> set[tuple[str, str]]:
    """What listed values stand for: words as they are looked for, all else by kind and id."""
    held = list(named)
    words = [value for kind, value in held if kind in WORDS]
    others = {(str(kind), value) for kind, value in held if kind not in WORDS}
    return others | {("words", key) for key in (keys(words) if words else ())}


def entries_errors(entries: Sequence[EntryAsked]) -> Iterator[FieldError]:
    """What is wrong with entries, each by its place in the list: `/entries/3/value`."""
    for index, entry in enumerate(entries):
        for place, message in _misfits(entry):
            yield FieldError(f"/entries/{index}/{place}", message)
    yield from _not_findable(entries)
    yield from _twice(entries)


def _misfits(entry: EntryAsked) -> Iterator[tuple[str, str]]:
    if is_blank(entry.plain) or any(unicodedata.category(sign) in _UNFIT for sign in entry.plain):
        yield "value", "blank, or with signs that can't be seen"
    if entry.kind in WORDS:
        yield from _misfits_of_words(entry)
        return
    if len(entry.plain) > IDENTIFIER_MAX_CODE_POINTS:
        yield "value", f"more than {IDENTIFIER_MAX_CODE_POINTS} characters"
    if entry.form is not None:
        yield "form", "only of a text or a tag"
    if entry.languages:
        yield "languages", "only of a text or a tag"
    if entry.network is not None and entry.kind is not ItemKind.ACCOUNT:
        yield "network", "only of an account"
    if entry.verdict is Verdict.ALLOW and entry.network is None:
        yield "verdict", "block or restrict; allow only of a member of a network"


def _misfits_of_words(entry: EntryAsked) -> Iterator[tuple[str, str]]:
    if entry.network is not None:
        yield "network", "only of an account"
    if (entry.verdict is Verdict.ALLOW) != (entry.form is TermKind.ALLOW):
        yield "verdict", "allow and the form allow belong together"
    for language in entry.languages:
        if not is_language_tag(language):
            yield "languages", "not a well-formed BCP 47 language tag"


def _not_findable(entries: Sequence[EntryAsked]) -> Iterator[FieldError]:
    words = [
        Term(id=str(index), text=entry.plain, kind=entry.looked_for or TermKind.WORD)
        for index, entry in enumerate(entries)
        if entry.kind in WORDS and not is_blank(entry.plain)
    ]
    for refused in matcher(words).refused if words else ():
        yield FieldError(f"/entries/{refused.id}/value", REFUSAL_WORDS[refused.why])


def _twice(entries: Sequence[EntryAsked]) -> Iterator[FieldError]:
    seen: dict[tuple[str, ...], int] = {}
    for index, entry in enumerate(entries):
        first = seen.setdefault(entry.identity, index)
        if first != index:
            yield FieldError(f"/entries/{index}/value", f"the same as /entries/{first}")
