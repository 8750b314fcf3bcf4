"""A term of a list: what to look for, and how."""

from enum import StrEnum

import msgspec


class TermKind(StrEnum):
    """Where a term counts."""

    #: Anywhere, inside of longer words too.
    SUBSTRING = "substring"
    #: Where a token begins and ends with it.
    WORD = "word"
    #: Words one after the other, whatever separates them.
    PHRASE = "phrase"
    #: Nowhere: what lies inside of it is no match of any other term.
    ALLOW = "allow"


class Refusal(StrEnum):
    """Why a term can't be looked for."""

    #: Nothing of it is a letter or a number: it would never match.
    FOLDS_TO_NOTHING = "folds_to_nothing"
    #: One sign is left of it: it would match nearly everything.
    FOLDS_TO_EVERYTHING = "folds_to_everything"
    #: It is longer than a match can be.
    TOO_LONG = "too_long"


#: In words, for whoever keeps the list.
REFUSAL_WORDS = {
    Refusal.FOLDS_TO_NOTHING: "folds to nothing: no letter or number is left of it",
    Refusal.FOLDS_TO_EVERYTHING: "folds to everything: one sign is left, which any text holds",
    Refusal.TOO_LONG: "is longer than 1000 characters",
}

#: Code points that a term may have.
TERM_MAX = 1000


class Term(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry of a list."""

    #: Of the entry, in its list: what a match names.
    id: str
    text: str
    kind: TermKind = TermKind.SUBSTRING
    #: BCP 47; only in texts of these languages or of an unknown one. Empty: in all.
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class RefusedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term that is not looked for, by its id, and why."""

    id: str
    why: Refusal
