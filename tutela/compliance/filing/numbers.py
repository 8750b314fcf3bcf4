"""Numbers in a folded text that may be somebody's, after those that are something else."""

import re
from collections.abc import Iterator
from typing import Final

#: Digits of a telephone number with its country (ITU-T E.164), and without.
PHONE_DIGITS: Final = range(8, 16)
NATIONAL_DIGITS: Final = range(8, 12)
#: Digits that are written together in one.
GROUP_DIGITS: Final = range(2, 7)
#: Digits from which on a number in one piece is no count any more.
LONG_DIGITS_MIN: Final = 8
#: Letters and digits of the shortest IBAN.
BANK_ACCOUNT_LENGTH_MIN: Final = 15

_NUMBER: Final = r"\d{1,3}(?:[ .,'\u2019]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,4})?"
_UNITS: Final = (
    r"€|\$|£|z[lł]|%|eur|euros?|pln|usd|gbp|chf|czk|sek|dkk|nok|ευρω"
    r"|views?|times|posts?|accounts?|users?|items?|notices?|bytes|kb|mb|gb|km|kg"
    r"|aufrufe?|mal|beitrage?|konten|nutzer|vues|fois|comptes|vistas|veces|cuentas"
    r"|wy[sś]wietlen|razy|kont|προβολεσ|φορεσ|λογαριασμ\w+"
)
#: Words after which a number is that of a text, not of a person.
NUMBERED: Final = (
    r"version|wersj[ai]|εκδοσησ?|release|art|article|artikel|articulo|artyku[lł]|αρθρο|section"
    r"|abschnitt|seccion|clause|ziffer|klausel|clausula|τμημα|ust|par"
)
_DAY: Final = r"(?:0\d|1[0-2])-[0-3]\d"
#: What is no number of anybody: dates, times, references, amounts, counts, products, versions.
_EXPLAINED: Final = (
    rf"(?<![\d.-])(?:19|20)\d\d-{_DAY}(?:[t ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?z?)?(?![\d-])",
    r"(?<![\d./-])[0-3]?\d(?P<s>[./-])[ ]?[01]?\d(?P=s)[ ]?(?:19|20)\d\d(?![\d.]?\d)",
    r"(?<![\d./-])(?:19|20)\d\d(?P<s>[./])[01]?\d(?P=s)[0-3]?\d(?![\d./-]?\d)",
    r"(?<![\d./-])[0-3]?\d(?P<s>[./-])[01]?\d(?P=s)\d\d(?![ ./-]?\d)",
    r"(?<!\d)[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?!\d)",
    r"(?<![\d./-])(?:19|20)\d\d[ ]?[-/][ ]?(?:19|20)\d\d(?![./-]?\d)",
    r"(?<![\d./-])20[0-4]\d-\d{3,6}(?![ -]?\d)",
    r"(?<![\d/-])\d{1,5}/\d{2,4}(?![/ -]?\d)",
    r"(?<!\d)(?:19|20)\d\d/\d{1,4}(?!\d)",
    rf"(?<!\d)(?:19|20)\d\d{_DAY.replace('-', '')}(?!\d)",
    r"(?<!\w)(?:ean|gtin|isbn|celex)[ -]?(?:13)?[ :]{0,2}\d[\dx -]{6,20}",
    rf"(?:€|\$|£|(?<!\w)(?:eur|usd|pln|gbp))[ ]?(?:{_NUMBER})(?!\d)",
    rf"(?<![\d+.])(?<!\d[ .-])(?:{_NUMBER})[ ]?(?:{_UNITS})(?!\w)",
    r"(?<![\d+.,(-])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])",
    r"(?<![\d+.(-])[1-9]\d?(?P<s>[ .'\u2019])\d{3}(?P=s)\d{3}(?![ .-]?\d)",
    r"(?<![\d+.(-])[1-9](?P<s>[ .'\u2019])\d{3}(?P=s)\d{3}(?P=s)\d{3}(?![ .-]?\d)",
    rf"(?:(?<!\w)(?:{NUMBERED}|v)|§)[. ]{{0,2}}\d+(?:[.,()/-]{{1,2}}\d{{1,4}}){{0,6}}(?!\d)",
)
_explained = tuple(map(re.compile, _EXPLAINED))
_enough = re.compile(r"\d(?:[ .\-/()]{0,3}\d){5}")
_digits = re.compile(r"(?<![\w])[+(]{0,2}\d(?:[ .\-/()]{0,3}\d){5,24}(?!\w)")
_cue = re.compile(
    r"(?:tel|phone|call|sms|whatsapp|anruf|handy|mobil|llam|movil|appel|portable|komork|dzwon|zadzwo"
    r"|τηλ|κινητο)\w*[ :.-]{0,3}$"
)
_CUE_CODE_POINTS: Final = 24
_bank_account = re.compile(
    r"(?<!\w)[a-z]{2}\d\d(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?!\w)"
)


def bank_accounts(text: str) -> Iterator[tuple[int, int]]:
    """Where a folded text has an IBAN whose check digits hold (ISO 13616, ISO 7064)."""
    for found in _bank_account.finditer(text):
        start, end = found.span()
        while end - start >= BANK_ACCOUNT_LENGTH_MIN:
            if _check_digits_hold(text[start:end]):
                yield start, end
                break
            end = max(text.rfind(" ", start, end), text.rfind("-", start, end))


def _check_digits_hold(written: str) -> bool:
    letters = [letter for letter in written if letter.isalnum()]
    turned = letters[4:] + letters[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def personal_numbers(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end, and whether it is written as a telephone number, of what nothing explains."""
    left = _unexplained(text)
    for found in _digits.finditer(left):
        written = found[0]
        digits = "".join(filter(str.isdigit, written))
        before = left[max(0, found.start() - _CUE_CODE_POINTS) : found.start()]
        if _cue.search(before) or _is_phone(written, digits=digits):
            yield found.start(), found.end(), True
        elif len(digits) >= LONG_DIGITS_MIN:
            yield found.start(), found.end(), False


def _unexplained(text: str) -> str:
    """The text without numbers that are something else, as soon as too few digits are left."""
    left = text
    for pattern in _explained:
        if not _enough.search(left):
            break
        left = pattern.sub(lambda found: "\0" * len(found[0]), left)
    return left


def _is_phone(written: str, *, digits: str) -> bool:
    if written.lstrip("(").startswith(("+", "00")):
        return len(digits.removeprefix("00")) in PHONE_DIGITS
    groups = re.findall(r"\d+", written)
    if digits.startswith("0"):
        return len(digits) in PHONE_DIGITS
    if len(groups) == 1:
        return False
    is_apart = all(len(group) == 1 for group in groups)
    is_grouped = all(len(group) in GROUP_DIGITS for group in groups) or "(" in written
    return len(digits) in NATIONAL_DIGITS and (is_apart or is_grouped)
