"""A seeded world of reports: through which door each one comes, and what its sender leaves out."""

import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tutela.domain.vocabulary import Category

#: How many reports lack something that Article 16(2) asks for.
INCOMPLETE_SHARE: Final = 0.6
#: One report in six is about what was reported before.
REPEAT_SHARE: Final = 1 / 6
RECENT_MAX: Final = 100
LANGUAGES: Final = ("de", "en", "fr", "pl", "el")
CATEGORIES: Final = (
    Category.SCAMS_AND_FRAUD,
    Category.VIOLENCE,
    Category.ILLEGAL_OR_HARMFUL_SPEECH,
)


class Lack(StrEnum):
    """What Article 16(2) asks for and people leave out; the value is where it would stand."""

    #: (a) Why it is illegal.
    EXPLANATION = "/explanation"
    #: (b) Where it is, exactly.
    LOCATION = "/subjects/0/url"
    #: (c) Who reports.
    NOTIFIER = "/notifier"
    #: (c) Their name, where they gave an address.
    NAME = "/notifier/name"
    #: (c) Their address, where they gave a name.
    EMAIL = "/notifier/email"
    #: (d) That they believe it.
    GOOD_FAITH = "/good_faith"


#: What people leave out together, the most usual first.
OMISSIONS: Final[Sequence[tuple[frozenset[Lack], int]]] = (
    (frozenset({Lack.EXPLANATION}), 6),
    (frozenset({Lack.NOTIFIER, Lack.GOOD_FAITH}), 5),
    (frozenset({Lack.EXPLANATION, Lack.LOCATION, Lack.NOTIFIER, Lack.GOOD_FAITH}), 4),
    (frozenset({Lack.LOCATION}), 3),
    (frozenset({Lack.NAME}), 2),
    (frozenset({Lack.EMAIL}), 2),
    (frozenset({Lack.GOOD_FAITH}), 2),
    (frozenset({Lack.LOCATION, Lack.NOTIFIER, Lack.GOOD_FAITH}), 2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a door can say; `share` of all reports come through it, relative to the others'.

    Reports about one thing merge within a `dialect`.
    """

    name: str
    share: int
    dialect: str = "platform"
    #: What the form has no field for.
    never_said: frozenset[Lack] = frozenset()
    #: What the form can't be sent without.
    always_said: frozenset[Lack] = frozenset()
    #: Accounts are named by an id that is no location.
    accounts_by_id: bool = False

    def lacks(self, left_out: frozenset[Lack], *, is_account: bool) -> frozenset[Lack]:
        """What a report lacks whose sender leaves this out."""
        lacks = (left_out | self.never_said) - self.always_said
        if is_account and self.accounts_by_id:
            lacks |= {Lack.LOCATION}
        return lacks - {Lack.NAME, Lack.EMAIL} if Lack.NOTIFIER in lacks else lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. `lacks` is the whole truth about Article 16(2), whatever the door."""

    number: int
    door: str
    subject: str
    is_account: bool
    lacks: frozenset[Lack]
    category: Category | None
    language: str | None
    words: str
    repeats: bool

    @property
    def key(self) -> str:
        """Its key, where the door takes one."""
        return f"report-{self.number:06d}"


def reports(count: int, *, forms: Sequence[Form], seed: int) -> list[Report]:
    """So many reports in a random order; the same for the same seed."""
    chance = random.Random(seed)
    doors = _doors(count, forms=forms)
    chance.shuffle(doors)
    incomplete = _incomplete(doors, count=round(count * INCOMPLETE_SHARE), chance=chance)
    making = _Making(chance)
    return [
        making.report(number, form=form, incomplete=number in incomplete)
        for number, form in enumerate(doors)
    ]


def planted(world: Sequence[Report]) -> Counter[tuple[str, str]]:
    """How many reports of each door lack what, by its pointer; `` stands for all of the door."""
    counts: Counter[tuple[str, str]] = Counter()
    for report in world:
        counts[report.door, ""] += 1
        counts.update((report.door, lack.value) for lack in report.lacks)
    return counts


def _doors(count: int, *, forms: Sequence[Form]) -> list[Form]:
    total, doors = sum(form.share for form in forms), []
    for form in forms:
        doors += [form] * (count * form.share // total)
    return doors + [forms[0]] * (count - len(doors))


def _incomplete(doors: Sequence[Form], *, count: int, chance: random.Random) -> frozenset[int]:
    """Which reports lack something: all of a form without the fields, and others by chance."""
    always = [number for number, form in enumerate(doors) if form.never_said]
    others = [number for number, form in enumerate(doors) if not form.never_said]
    assert len(always) <= count, "more reports lack something by the form of their door"
    return frozenset([*always, *chance.sample(others, count - len(always))])


class _Making:
    """Makes reports, and remembers what was reported before in each dialect."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._recent: dict[str, deque[tuple[str, bool]]] = {}

    def report(self, number: int, *, form: Form, incomplete: bool) -> Report:
        chance = self._chance
        known = self._recent.setdefault(form.dialect, deque(maxlen=RECENT_MAX))
        repeats = bool(known) and chance.random() < REPEAT_SHARE
        name, is_account = (
            chance.choice(known) if repeats else (_token(chance), chance.random() < 1 / 4)
        )
        if not repeats:
            known.append((name, is_account))
        lacks = _lacks(form, is_account=is_account, chance=chance) if incomplete else frozenset()
        return Report(
            number=number,
            door=form.name,
            subject=name,
            is_account=is_account,
            lacks=lacks,
            category=chance.choice((*CATEGORIES, None)),
            language=chance.choice((*LANGUAGES, "und", None)),
            words=" ".join(_tokens(chance)),
            repeats=repeats,
        )


def _lacks(form: Form, *, is_account: bool, chance: random.Random) -> frozenset[Lack]:
    possible = [
        (lacks, weight)
        for left_out, weight in OMISSIONS
        if (lacks := form.lacks(left_out, is_account=is_account))
    ]
    return chance.choices(
        [lacks for lacks, _ in possible], weights=[weight for _, weight in possible]
    )[0]


def _tokens(chance: random.Random) -> Iterator[str]:
    for _ in range(chance.randint(1, 12)):
        yield _token(chance)


def _token(chance: random.Random) -> str:
    return chance.randbytes(6).hex()
