"""Registers of legal bases: read, checked, and joined with those of an operator."""

import tomllib
from datetime import date
from importlib import resources
from itertools import combinations
from typing import Annotated, Final, Generic, TypeVar

import msgspec

from tutela.domain.countries import is_country
from tutela.law.parameters import LawUnreadable, Text

#: Every Member State.
UNION: Final = "EU"
#: Any country, also where none is known.
ANYWHERE: Final = "*"
_FOLDER: Final = "bases"

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{1,63}$")]


class DatedBasis(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"first": "from", "last": "to"},
):
    """A law on which something may be done, with the days on which it holds."""

    code: Code
    #: The law and its article.
    reference: Text
    #: The first day on which it holds.
    first: date
    #: Whether the cited wording was checked against a published copy.
    verified: bool
    #: The last day on which it holds; None while no end is known.
    last: date | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Where it holds, as it was written: codes of ISO 3166-1 alpha-2, `EU`, or `*`."""
        raise NotImplementedError

    def holds(self, on: date) -> bool:
        """Whether `on` lies within its days, both ends included."""
        return self.first <= on and (self.last is None or on <= self.last)


B = TypeVar("B", bound=DatedBasis)


class Register(Generic[B]):
    """The bases of one kind; `file` holds those that come with the house."""

    def __init__(self, kind: type[B], *, file: str, places: frozenset[str]) -> None:
        """`places` are the words beside codes of countries that say where a basis holds."""
        self._file, self._places = file, places
        self._form = msgspec.defstruct(
            "Register",
            [("basis", tuple[kind, ...])],  # type: ignore[valid-type] # read when it runs
            forbid_unknown_fields=True,
        )
        self._built_in: tuple[B, ...] | None = None

    def read(self, text: str, *, file: str) -> tuple[B, ...]:
        """The bases in a register.

        Raises LawUnreadable, naming the file and what is wrong in it: malformed TOML, an unknown,
        missing or mistyped field, a country that is none, days that end before they begin, and two
        periods of one code that overlap.
        """
        try:
            found: tuple[B, ...] = msgspec.convert(tomllib.loads(text), self._form).basis  # type: ignore[attr-defined] # of a struct made above
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise LawUnreadable(f"{file}: {error}", evidence={"file": file}) from error
        for each in found:
            self._refuse_impossible(each, file=file)
        return self.together(found, file=file)

    def together(self, bases: tuple[B, ...], *, file: str) -> tuple[B, ...]:
        """The same bases; LawUnreadable where two of one code hold on one day."""
        for one, other in combinations(bases, 2):
            if one.code == other.code and (one.holds(other.first) or other.holds(one.first)):
                raise _unreadable("stands there twice for the same day", file=file, basis=one)
        return bases

    def built_in(self) -> tuple[B, ...]:
        """The bases that come with the house."""
        if self._built_in is None:
            file = resources.files("tutela.law") / _FOLDER / self._file
            self._built_in = self.read(file.read_text(encoding="utf-8"), file=self._file)
        return self._built_in

    def with_own(self, text: str, *, file: str) -> tuple[B, ...]:
        """The bases that come with the house and those of an operator's file; LawUnreadable."""
        return self.together((*self.built_in(), *self.read(text, file=file)), file=file)

    def _refuse_impossible(self, basis: B, *, file: str) -> None:
        wrong = [each for each in basis.places if each not in self._places and not is_country(each)]
        if wrong:
            raise _unreadable(f"country {wrong[0]!r} is none", file=file, basis=basis)
        if basis.last is not None and basis.last < basis.first:
            raise _unreadable("ends before it begins", file=file, basis=basis)


def _unreadable(why: str, *, file: str, basis: DatedBasis) -> LawUnreadable:
    return LawUnreadable(f"{file}: basis {basis.code}: {why}", evidence={"file": file})
