"""What may be asked of a list, and how its lines are read: whole, or refused with each place."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from tutela.detection.lists.entries import (
    SOURCE_MAX_CODE_POINTS,
    BadLine,
    BadValue,
    Entry,
    Kind,
    Row,
    TermForm,
    read_hash,
    read_term,
)
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.folding import can_be_looked_for
from tutela.detection.lists.register import NAME, WORDS_MAX_CODE_POINTS
from tutela.domain.languages import is_language_tag
from tutela.domain.text import is_blank
from tutela.errors import FieldError

TEXT_MAX_CODE_POINTS: Final = 400_000
LINES_MAX: Final = 5_000
NUMBERS_MAX: Final = 1_000
REASON_MAX_CODE_POINTS: Final = 1_000
#: Days from the second word to the end of a list, unless it is told.
USUAL_DAYS: Final = 180
DAYS_MAX: Final = 366
_PLACES_MAX: Final = 20


class ListChange(StrEnum):
    """What is asked of a list."""

    #: That entries come; the list begins with them where it is not there.
    ADD = "add"
    #: That entries match no more, by their numbers or as they are.
    WITHDRAW = "withdraw"
    #: That nothing of it matches any more, for good.
    END = "end"
    #: That it ends so many days after the second word.
    EXPIRE = "expire"
    #: That it is still what it should be, so that it is not stale.
    CONFIRM = "confirm"


#: What is asked of a list that people keep, and of no other: what files or an exchange hold is what
#: these say, and their silence is not to be talked over.
OF_PEOPLE_ALONE: Final = frozenset({ListChange.ADD, ListChange.EXPIRE, ListChange.CONFIRM})

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX_CODE_POINTS)]
Words = Annotated[str, msgspec.Meta(max_length=WORDS_MAX_CODE_POINTS)]
Days = Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX)]


class ListProposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/list-proposals`."""

    list: Annotated[str, msgspec.Meta(pattern=f"^{NAME.pattern}$")]
    change: ListChange
    reason: Reason
    #: Of `add` and `withdraw`: entries, one a line; a term as it is, a hash in hex.
    entries: Annotated[str, msgspec.Meta(max_length=TEXT_MAX_CODE_POINTS)] = ""
    #: What the entries are.
    kind: Kind | None = None
    #: How terms are looked for; without it as a word or phrase, by how many words there are.
    form: TermForm | None = None
    #: The language of terms, BCP 47; without it they are looked for in all.
    language: Annotated[str, msgspec.Meta(max_length=SOURCE_MAX_CODE_POINTS)] | None = None
    #: Of `withdraw`: the numbers of entries, as matches tell them.
    numbers: Annotated[tuple[int, ...], msgspec.Meta(max_length=NUMBERS_MAX)] = ()
    #: Of `expire`, and of `add` where the list begins: days from the second word to its end.
    days: Days | None = None
    #: Where the list begins: who answers for it, whence it is, on what terms.
    owner: Words = ""
    provenance: Words = ""
    licence: Words = ""


def check(asked: ListProposal) -> tuple[Row, ...]:
    """The rows of what is asked; raises ListUnfit with every place, up to twenty."""
    errors = list(_faults(asked))
    rows = [] if errors else list(can_be_looked_for(_read(asked)))
    errors += [
        FieldError("/entries", f"line {each.line}: {each.why}")
        for each in rows
        if isinstance(each, BadLine)
    ]
    if errors:
        first = f"{errors[0].pointer.removeprefix('/')}: {errors[0].message}"
        more = "" if len(errors) == 1 else f", and {len(errors) - 1} more"
        raise ListUnfit(
            f"This can't be taken, and nothing was written: {first}{more}.",
            errors=errors[:_PLACES_MAX],
        )
    return tuple(each for each in rows if isinstance(each, Row))


def lines_of(entries: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers from 1."""
    lines = entries.replace("\r\n", "\n").split("\n")
    return [(number, line) for number, line in enumerate(lines, start=1) if not is_blank(line)]


def _faults(asked: ListProposal) -> Iterator[FieldError]:
    if is_blank(asked.reason):
        yield FieldError("/reason", "blank")
    for name in ("reason", "entries", "owner", "provenance", "licence"):
        if "\0" in getattr(asked, name):
            yield FieldError(f"/{name}", "holds U+0000")
    if asked.language is not None and not is_language_tag(asked.language):
        yield FieldError("/language", "not a well-formed BCP 47 language tag")
    if asked.kind is not Kind.TERMS and (asked.form or asked.language):
        yield FieldError("/form", "only terms have a form and a language")
    yield from _lacking(asked)


def _lacking(asked: ListProposal) -> Iterator[FieldError]:
    """What the change needs and has not, or has and can't have."""
    change, lines = asked.change, len(lines_of(asked.entries))
    has_lines = lines > 0
    if lines > LINES_MAX:
        yield FieldError("/entries", f"more than {LINES_MAX} lines")
    takes_lines = change in {ListChange.ADD, ListChange.WITHDRAW}
    if has_lines and asked.kind is None:
        yield FieldError("/kind", f"one of {', '.join(Kind)} is needed with entries")
    if has_lines and not takes_lines:
        yield FieldError("/entries", f"not with {change}")
    if asked.numbers and change is not ListChange.WITHDRAW:
        yield FieldError("/numbers", f"not with {change}")
    if takes_lines and not has_lines and not asked.numbers:
        yield FieldError("/entries", "nothing is there")
    if change is ListChange.WITHDRAW and has_lines and asked.numbers:
        yield FieldError("/numbers", "either numbers or entries")
    if change is ListChange.EXPIRE and asked.days is None:
        yield FieldError("/days", "needed")


def _read(asked: ListProposal) -> Iterator[Row | BadLine]:
    if asked.kind is None:
        return
    gone = asked.change is ListChange.WITHDRAW
    for number, line in lines_of(asked.entries):
        try:
            yield Row(line=number, entries=(_entry(line, asked=asked, kind=asked.kind),), gone=gone)
        except BadValue as error:
            yield BadLine(line=number, field=asked.kind, why=str(error))


def _entry(line: str, *, asked: ListProposal, kind: Kind) -> Entry:
    if kind is not Kind.TERMS:
        return read_hash(line.strip(), kind=kind)
    read = read_term(line)
    return msgspec.structs.replace(read, form=asked.form or read.form, language=asked.language)
