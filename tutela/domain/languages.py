"""Language tags: well-formed by the grammar of BCP 47 (RFC 5646 section 2.1).

A well-formed tag of a language nobody has registered is a tag: a notice in an unknown language is
a notice.
"""

import re
from typing import Final

_LANGTAG: Final = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})"
    r"(?:-[A-Za-z]{4})?"
    r"(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?"
)
_PRIVATE_USE: Final = re.compile(r"[Xx](?:-[A-Za-z0-9]{1,8})+")

#: The irregular tags of RFC 5646 that the grammar would not allow; its regular ones it does.
_IRREGULAR: Final[frozenset[str]] = frozenset(
    {
        "en-gb-oed",
        "i-ami",
        "i-bnn",
        "i-default",
        "i-enochian",
        "i-hak",
        "i-klingon",
        "i-lux",
        "i-mingo",
        "i-navajo",
        "i-pwn",
        "i-tao",
        "i-tay",
        "i-tsu",
        "sgn-be-fr",
        "sgn-be-nl",
        "sgn-ch-de",
    }
)

#: What RFC 5646 section 4.1 has for a language that is not determined.
UNDETERMINED: Final = "und"


def is_language_tag(text: str) -> bool:
    """Whether `text` is a well-formed language tag, in any case: `de`, `zh-Hant-TW`, `x-house`."""
    return (
        _LANGTAG.fullmatch(text) is not None
        or _PRIVATE_USE.fullmatch(text) is not None
        or text.lower() in _IRREGULAR
    )


def primary_language(tag: str) -> str:
    """The language subtag in lower case; `und` where the tag has none (`x-..`, `i-..`).

    Raises ValueError for a tag that is not well-formed.
    """
    if not is_language_tag(tag):
        raise ValueError("not a well-formed language tag")
    first = tag.partition("-")[0].lower()
    return UNDETERMINED if len(first) == 1 else first
