"""Texts of six languages with and without identifiers, all of them chance from a seed.

Words are random letters of each language's alphabet and say nothing. What is not ours is taken from
outside: telephone numbers and the ways of writing them come from libphonenumber's tables, for two
countries of each language, so that the scanner is not held against its own idea of a number.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from tutela.compliance.filing.parties import Parties

WORDS_OF_TEXT: Final = range(12, 60)
NUMBER_TRIES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How texts of one language are made."""

    letters: str
    regions: tuple[str, ...]
    at: str
    dot: str
    article: str
    section: str
    version: str
    accounts: str


TONGUES: Final[Mapping[str, Tongue]] = {
    "en": Tongue(
        letters="abcdefghijklmnopqrstuvwxyz",
        regions=("GB", "IE"),
        at="at",
        dot="dot",
        article="Article",
        section="Section",
        version="version",
        accounts="accounts",
    ),
    "de": Tongue(
        letters="abcdefghijklmnopqrstuvwxyzäöüß",
        regions=("DE", "AT"),
        at="at",
        dot="punkt",
        article="Artikel",
        section="Abschnitt",
        version="Version",
        accounts="Konten",
    ),
    "fr": Tongue(
        letters="abcdefghijlmnopqrstuvxyzéèàçôê",
        regions=("FR", "BE"),
        at="arobase",
        dot="point",
        article="article",
        section="section",
        version="version",
        accounts="comptes",
    ),
    "es": Tongue(
        letters="abcdefghijlmnñopqrstuvxyzáéíóú",
        regions=("ES", "PT"),
        at="arroba",
        dot="punto",
        article="artículo",
        section="sección",
        version="versión",
        accounts="cuentas",
    ),
    "pl": Tongue(
        letters="aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
        regions=("PL", "CZ"),
        at="małpa",
        dot="kropka",
        article="art.",
        section="punkt",
        version="wersja",
        accounts="kont",
    ),
    "el": Tongue(
        letters="αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ",
        regions=("GR", "CY"),
        at="παπάκι",
        dot="τελεία",
        article="άρθρο",
        section="τμήμα",
        version="έκδοση",
        accounts="λογαριασμοί",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One text: what was put into it, and whom the case knows."""

    language: str
    #: The kind of what is in it, and how it is written.
    kind: str
    form: str
    text: str
    known: Parties


class Author:
    """Writes texts of one language by chance."""

    def __init__(self, language: str, *, chance: random.Random) -> None:
        self.language = language
        self.tongue = TONGUES[language]
        self.chance = chance

    def word(self, letters: str = "", *, least: int = 2) -> str:
        """Letters by chance."""
        size = self.chance.randint(least, 11)
        return "".join(self.chance.choices(letters or self.tongue.letters, k=size))

    def latin(self) -> str:
        """A word that can stand in an address."""
        return self.word("bcdfghjklmnpqrstvwxz", least=5)

    def number(self, least: int, *, most: int) -> int:
        """A whole number by chance."""
        return self.chance.randint(least, most)

    def three(self) -> int:
        """A number of three digits."""
        return self.number(100, most=999)

    def prose(self, *parts: str) -> str:
        """Words with the parts among them, in sentences."""
        words = [self.word() for _ in range(self.chance.choice(WORDS_OF_TEXT))]
        for part in parts:
            words.insert(self.chance.randrange(1, len(words)), part)
        sentences = [words[begin : begin + 9] for begin in range(0, len(words), 9)]
        return ". ".join(" ".join(each).capitalize() if each else "" for each in sentences) + "."

    def around(self, part: str) -> str:
        """Words with one part among them that keeps its letters as they are."""
        before = " ".join(self.word() for _ in range(self.number(1, most=20)))
        after = " ".join(self.word() for _ in range(self.number(1, most=20)))
        opening, closing = self.chance.choice((("", ""), ("(", ")"), (": ", "."), ("", ",")))
        return f"{before} {opening}{part}{closing} {after}."

    def telephone(self) -> phonenumbers.PhoneNumber:
        """A number that could be in one of the language's countries."""
        region = self.chance.choice(self.tongue.regions)
        kind = self.chance.choice((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE))
        example = phonenumbers.example_number_for_type(region, kind)
        assert example is not None
        assert example.national_number is not None
        for _ in range(NUMBER_TRIES):
            ending = self.number(0, most=9_999)
            number = example.national_number // 10_000 * 10_000 + ending
            drawn = phonenumbers.PhoneNumber(example.country_code, number)
            drawn.italian_leading_zero = example.italian_leading_zero
            if phonenumbers.is_valid_number(drawn):
                return drawn
        return example


def wide(text: str) -> str:
    """The same in full-width characters."""
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def _written(number: phonenumbers.PhoneNumber, *, form: int) -> str:
    return phonenumbers.format_number(number, form)


def _iban(author: Author) -> str:
    body = "".join(str(author.number(0, most=9)) for _ in range(18))
    check = 98 - int(f"{body}131400") % 97
    return f"DE{check:02d}{body}"


def _grouped(text: str, *, size: int) -> str:
    return " ".join(text[begin : begin + size] for begin in range(0, len(text), size))


#: Each kind of identifier in each form that is tried.
IDENTIFIERS: Final[Mapping[tuple[str, str], Callable[[Author], str]]] = {
    ("email", "plain"): lambda a: f"{a.latin()}.{a.latin()}@{a.latin()}.org",
    ("email", "words in brackets"): (
        lambda a: f"{a.latin()} ({a.tongue.at}) {a.latin()} [{a.tongue.dot}] org"
    ),
    ("email", "words"): lambda a: f"{a.latin()} {a.tongue.at} {a.latin()} {a.tongue.dot} org",
    ("email", "spaces"): lambda a: f"{a.latin()} @ {a.latin()} . org",
    ("email", "full width"): lambda a: wide(f"{a.latin()}@{a.latin()}.org"),
    ("email", "invisible signs"): lambda a: f"{a.latin()}\u200b@\u2060{a.latin()}.\u00adorg",
    ("email", "letters apart"): lambda a: " ".join(f"{a.latin()}@{a.latin()}.org"),
    ("email", "no ending"): lambda a: f"{a.latin()}@{a.latin()}",
    ("phone", "E.164"): lambda a: _written(a.telephone(), form=PhoneNumberFormat.E164),
    ("phone", "international"): lambda a: _written(
        a.telephone(), form=PhoneNumberFormat.INTERNATIONAL
    ),
    ("phone", "national"): lambda a: _written(a.telephone(), form=PhoneNumberFormat.NATIONAL),
    ("phone", "national in one piece"): lambda a: "".join(
        filter(str.isdigit, _written(a.telephone(), form=PhoneNumberFormat.NATIONAL))
    ),
    ("phone", "dots"): lambda a: _written(a.telephone(), form=PhoneNumberFormat.NATIONAL).replace(
        " ", "."
    ),
    ("phone", "full width"): lambda a: wide(
        _written(a.telephone(), form=PhoneNumberFormat.INTERNATIONAL)
    ),
    ("phone", "digits apart"): lambda a: " ".join(
        filter(str.isdigit, _written(a.telephone(), form=PhoneNumberFormat.NATIONAL))
    ),
    ("handle", "@"): lambda a: f"@{a.latin()}_{a.number(1, most=99)}",
    ("handle", "u/"): lambda a: f"u/{a.latin()}",
    ("handle", "full width"): lambda a: wide(f"@{a.latin()}"),
    ("handle", "a space"): lambda a: f"@ {a.latin()}",
    ("network address", "IPv4"): lambda a: ".".join(str(a.number(1, most=254)) for _ in range(4)),
    ("network address", "IPv4 in brackets"): lambda a: "[.]".join(
        str(a.number(1, most=254)) for _ in range(4)
    ),
    ("network address", "IPv6"): lambda a: (
        f"2001:db8:{a.number(1, most=65535):x}::{a.number(1, most=65535):x}"
    ),
    ("account link", "path"): lambda a: f"https://{a.latin()}.org/users/{a.latin()}",
    ("account link", "@"): lambda a: f"https://{a.latin()}.social/@{a.latin()}",
    ("account link", "the service's"): lambda a: f"https://example.social/{a.latin()}/91",
    ("account link", "hxxps"): lambda a: f"hxxps://{a.latin()}[.]org/u/{a.latin()}",
    ("bank account", "groups"): lambda a: _grouped(_iban(a), size=4),
    ("bank account", "one piece"): _iban,
}

#: Numbers and words that name nobody, as such texts have them.
BENIGN: Final[Mapping[str, Callable[[Author], str]]] = {
    "words alone": lambda _: "",
    "date ISO": lambda a: f"2026-{a.number(1, most=12):02d}-{a.number(1, most=28):02d}",
    "date local": lambda a: f"{a.number(1, most=28)}.{a.number(1, most=12)}.2026",
    "date slashes": lambda a: f"{a.number(1, most=28):02d}/{a.number(1, most=12):02d}/26",
    "date and time": lambda a: (
        f"2026-{a.number(1, most=12):02d}-{a.number(1, most=28):02d}"
        f" {a.number(0, most=23):02d}:{a.number(0, most=59):02d}:{a.number(0, most=59):02d}"
    ),
    "years": lambda a: f"{a.number(1990, most=2010)}-{a.number(2011, most=2026)}",
    "article": lambda a: f"{a.tongue.article} {a.number(1, most=93)}({a.number(1, most=9)})(c)",
    "regulation": lambda a: f"(EU) {a.number(2000, most=2026)}/{a.number(1, most=3000)}",
    "case": lambda a: f"C-{a.number(1, most=999)}/{a.number(10, most=26)}",
    "file": lambda a: f"2026-{a.number(1, most=99999):05d}",
    "section": lambda a: ".".join(
        [f"{a.tongue.section} {a.number(1, most=9)}", *(str(a.number(1, most=9)) for _ in "123")]
    ),
    "version": lambda a: (
        f"{a.tongue.version} {a.number(1, most=30)}.{a.number(0, most=20)}"
        f".{a.number(0, most=20)}.{a.number(0, most=9)}"
    ),
    "price": lambda a: (
        f"{a.number(1, most=999)} {a.number(100, most=999)},{a.number(10, most=99)} €"
    ),
    "price in dots": lambda a: (
        f"EUR {a.number(1, most=9)}.{a.number(100, most=999)}.{a.number(100, most=999)}"
    ),
    "count": lambda a: f"{a.number(1, most=999)},{a.three()} {a.tongue.accounts}",
    "count in one piece": lambda a: f"{a.number(100_000, most=99_999_999)} {a.tongue.accounts}",
    "bare count": lambda a: str(a.number(1, most=9_999_999)),
    "bare count of eight digits": lambda a: str(a.number(30_000_000, most=99_999_999)),
    "share": lambda a: f"{a.number(1, most=99)},{a.number(1, most=99)} %",
    "list": lambda a: ", ".join(str(a.number(1, most=99)) for _ in range(5)),
    "list in spaces": lambda a: " ".join(str(a.number(10, most=99)) for _ in range(4)),
    "link to a law": lambda a: f"https://{a.latin()}.org/eli/reg/2022/{a.number(1, most=3000)}/oj",
    "link to rules": lambda a: f"{a.latin()}.org/rules#{a.number(1, most=20)}",
    "product": lambda a: f"EAN {a.number(10**12, most=10**13 - 1)}",
    "tag": lambda a: f"#{a.latin()}",
}


def samples(language: str, *, each: int, chance: random.Random) -> Iterator[Sample]:
    """Texts with one identifier each, of every kind and form; then of parties that are known."""
    author = Author(language, chance=chance)
    service = Parties(hosts=frozenset({"example.social"}))
    for (kind, form), make in IDENTIFIERS.items():
        for _ in range(each):
            text = author.around(make(author))
            yield Sample(language=language, kind=kind, form=form, text=text, known=service)
    for form, make_known in KNOWN.items():
        for _ in range(each):
            written, known = make_known(author)
            text = author.around(written)
            yield Sample(language=language, kind="known party", form=form, text=text, known=known)


def benign(language: str, *, each: int, chance: random.Random) -> Iterator[Sample]:
    """Texts that name nobody, with somebody known whom they do not name."""
    author = Author(language, chance=chance)
    known = Parties(
        ids=frozenset({f"{author.latin()}{author.number(10, most=99)}"}),
        names=frozenset({f"{author.latin()} {author.latin()}"}),
        hosts=frozenset({"example.social"}),
    )
    for form, make in BENIGN.items():
        for _ in range(each):
            text = author.prose(make(author))
            yield Sample(language=language, kind="benign", form=form, text=text, known=known)


def _account(author: Author) -> str:
    return f"{author.latin()}-{author.number(10, most=999)}"


def _name(author: Author) -> tuple[str, str]:
    """Two random words as a name is written; nobody's name."""
    first, last = author.word(least=4).capitalize(), author.word(least=5).capitalize()
    return first, last


def _known_id(author: Author, *, write: Callable[[str], str]) -> tuple[str, Parties]:
    account = _account(author)
    return write(account), Parties(ids=frozenset({account}))


def _known_name(author: Author, *, write: Callable[[str, str], str]) -> tuple[str, Parties]:
    first, last = _name(author)
    return write(first, last), Parties(names=frozenset({f"{first} {last}"}))


#: The ways in which a known party is named.
KNOWN: Final[Mapping[str, Callable[[Author], tuple[str, Parties]]]] = {
    "account id": lambda a: _known_id(a, write=str),
    "account id in capitals": lambda a: _known_id(a, write=str.upper),
    "account id in full width": lambda a: _known_id(a, write=wide),
    "account id without its sign": lambda a: _known_id(a, write=lambda i: i.replace("-", "")),
    "account id, letters apart": lambda a: _known_id(a, write=" ".join),
    "full name": lambda a: _known_name(a, write=lambda first, last: f"{first} {last}"),
    "last name first": lambda a: _known_name(a, write=lambda first, last: f"{last}, {first}"),
    "last name alone": lambda a: _known_name(a, write=lambda _, last: last),
    "last name in small letters": lambda a: _known_name(a, write=lambda _, last: last.lower()),
    "last name with an ending": lambda a: _known_name(a, write=lambda _, last: f"{last}em"),
}
