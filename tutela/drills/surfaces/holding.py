"""What the simulated platform holds: accounts, posts, and what people said about them by using."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody with an account; `minor` is None where the platform does not know."""

    id: str
    minor: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something published: words, and the tags under which it is gathered."""

    id: str
    author: str
    text: str
    tags: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The text as a platform without a guard compares it: NFKC and casefold, one space between."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def plain_tag(tag: str) -> str:
    """The tag as it is compared, without its sign."""
    return plain(tag).removeprefix("#")
