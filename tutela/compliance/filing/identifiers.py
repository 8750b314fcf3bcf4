"""Structured identifiers in free text: what may name a person stops a statement for a person.

What is found: e-mail addresses, telephone numbers, handles, network addresses, links to accounts,
bank accounts, long numbers, and the parties that the case knows, also where they are written apart,
in another width or with words for signs. Nothing is ever edited. The Transparency Database takes no
personal data: Art. 24(5) DSA.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from tutela.compliance.filing import parties
from tutela.compliance.filing.folding import fold, squeeze
from tutela.compliance.filing.links import accounts_in_links
from tutela.compliance.filing.numbers import NUMBERED, bank_accounts, personal_numbers
from tutela.compliance.filing.parties import NOBODY, Parties


class IdentifierKind(StrEnum):
    """What a part of a text may name somebody by."""

    #: An e-mail address.
    EMAIL = "email"
    #: A telephone number.
    PHONE = "phone"
    #: The name of an account with its sign: `@name`, `u/name`.
    HANDLE = "handle"
    #: An address of a machine: IP version 4 or 6, or of its hardware.
    NETWORK_ADDRESS = "network_address"
    #: A link to an account, or to a place on the service that the case is about.
    ACCOUNT_LINK = "account_link"
    #: An account at a bank (ISO 13616).
    BANK_ACCOUNT = "bank_account"
    #: A number of eight digits or more that nothing around it explains.
    LONG_NUMBER = "long_number"
    #: A name, an id or an address of somebody whom the case knows.
    KNOWN_PARTY = "known_party"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One identifier in a text: code points `start` to before `end`."""

    start: int
    end: int
    kind: IdentifierKind


_AT_WORDS: Final = "at|arobase|arroba|ma[lł]pa|παπακι|klammeraffe"
_DOT_WORDS: Final = "dot|punkt|point|punto|kropka|τελεια"
_DOT_SAID: Final = (
    rf"(?:[ ]?[(\[{{<][ ]?(?:\.|{_DOT_WORDS})[ ]?[)\]}}>][ ]?|[ ](?:{_DOT_WORDS})[ ])"
)
_DOT: Final = rf"(?:\.|[ ]\.[ ]|{_DOT_SAID})"
_LABEL: Final = r"[^\W_][\w-]{0,62}"
_TOP: Final = r"(?:xn--[a-z0-9-]+|[^\W\d_]{2,24})(?![\w@])"

_at_sign = re.compile(rf"[ ]?@[ ]?|[ ]?[(\[{{<][ ]?(?:@|{_AT_WORDS})[ ]?[)\]}}>][ ]?")
_at_word = re.compile(rf"[ ](?:{_AT_WORDS})[ ]")
_before_at = re.compile(r"[\w.+%'-]{0,63}\w$")
_domain = re.compile(rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,8}}?{_DOT}{_TOP}")
_said_domain = re.compile(rf"{_LABEL}(?:{_DOT_SAID}{_LABEL}){{0,8}}?{_DOT_SAID}{_TOP}")
_bare_domain = re.compile(r"[^\W\d_]{3,24}(?![\w@]|\.\w)")
_LOOKED_BACK: Final = 64
#: Texts whose findings are remembered.
_TEXTS_KEPT: Final = 512

_word = re.compile(r"[^\W\d_]+")
#: Letters and signs written apart from each other.
_apart = re.compile(r"(?<!\w)(?:\S ){5,}\S(?!\w)")

_handle = re.compile(
    r"(?<![\w@./-])@(?=[\w.]*[^\W\d_])[\w][\w.-]{1,29}|(?<![\w@./-])@ [^\W\d_][\w.]{2,29}"
    r"|(?<![\w/])/?u/[a-z0-9_-]{3,20}(?!\w)"
)

_octet = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ip_dot = r"(?:\.|[ ]\.[ ]|[\[(](?:\.|dot)[\])])"
_ip_4 = re.compile(rf"(?<![\w.]){_octet}(?:{_ip_dot}{_octet}){{3}}(?![\w]|\.\d)")
_numbered = re.compile(rf"(?:(?<!\w)(?:{NUMBERED}|v|build|punkt|nr|no)|§)[ .:]{{0,2}}$")
_ip_6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])")
_hardware = re.compile(r"(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])")
_IP_6_GROUPS_MIN: Final = 2


def findings(text: str, *, known: Parties = NOBODY) -> tuple[Finding, ...]:
    """Every identifier in a text, in order; those that overlap are each told."""
    named = _known_parties(text, known=known) if known != NOBODY else ()
    return tuple(sorted({*_structured(text, hosts=known.hosts), *named}))


@lru_cache(maxsize=_TEXTS_KEPT)
def _structured(text: str, *, hosts: frozenset[str]) -> tuple[Finding, ...]:
    """What is an identifier whoever it names; texts come again in the statements of one bulk."""
    folded = fold(text)
    found = [
        *_of_kinds(folded.text, hosts=hosts),
        *(
            (run.start(), run.end(), kind)
            for run in _apart.finditer(folded.text)
            for _, _, kind in _of_kinds(run[0].replace(" ", ""), hosts=hosts)
            if kind is not IdentifierKind.LONG_NUMBER
        ),
    ]
    return tuple(Finding(*folded.span(start, end=end), kind) for start, end, kind in found)


def _of_kinds(text: str, *, hosts: Collection[str]) -> Iterator[tuple[int, int, IdentifierKind]]:
    for kind, spans in (
        (IdentifierKind.EMAIL, _emails(text)),
        (IdentifierKind.HANDLE, _handles(text)),
        (IdentifierKind.NETWORK_ADDRESS, _network_addresses(text)),
        (IdentifierKind.ACCOUNT_LINK, accounts_in_links(text, hosts=hosts)),
        (IdentifierKind.BANK_ACCOUNT, bank_accounts(text)),
    ):
        for start, end in spans:
            yield start, end, kind
    for start, end, is_phone in personal_numbers(text):
        yield start, end, IdentifierKind.PHONE if is_phone else IdentifierKind.LONG_NUMBER


def _known_parties(text: str, *, known: Parties) -> Iterator[Finding]:
    folded = fold(text)
    for start, end in parties.spans(squeeze(folded), parties=known):
        yield Finding(*folded.span(start, end=end), IdentifierKind.KNOWN_PARTY)
    parts = parties.name_parts(known)
    for found in _word.finditer(folded.text) if parts else ():
        start, end = folded.span(found.start(), end=found.end())
        if parties.is_name_part(found[0], is_capital=text[start].isupper(), parts=parts):
            yield Finding(start, end, IdentifierKind.KNOWN_PARTY)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for anchor in _at_sign.finditer(text):
        after = _domain.match(text, anchor.end())
        if after is None and anchor[0] == "@":
            after = _bare_domain.match(text, anchor.end())
        yield from _whole_email(text, anchor=anchor, after=after)
    for anchor in _at_word.finditer(text):
        after = _said_domain.match(text, anchor.end())
        yield from _whole_email(text, anchor=anchor, after=after)


def _handles(text: str) -> Iterator[tuple[int, int]]:
    if "@" in text or "u/" in text:
        yield from (found.span() for found in _handle.finditer(text))


def _whole_email(
    text: str, *, anchor: re.Match[str], after: re.Match[str] | None
) -> Iterator[tuple[int, int]]:
    if after is None:
        return
    before = _before_at.search(text, max(0, anchor.start() - _LOOKED_BACK), anchor.start())
    if before is not None:
        yield before.start(), after.end()


def _network_addresses(text: str) -> Iterator[tuple[int, int]]:
    for found in _ip_4.finditer(text):
        if not _numbered.search(text, max(0, found.start() - _LOOKED_BACK), found.start()):
            yield found.span()
    if ":" not in text and "-" not in text:
        return
    for found in _ip_6.finditer(text):
        if _is_ip_6(found[0]):
            yield found.span()
    for found in _hardware.finditer(text):
        yield found.span()


def _is_ip_6(written: str) -> bool:
    groups = [group for group in written.split(":") if group]
    if len(groups) < _IP_6_GROUPS_MIN or not any(map(str.isdigit, written)):
        return False
    try:
        IPv6Address(written)
    except AddressValueError:
        return False
    return True
