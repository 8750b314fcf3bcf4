"""What a platform asks the guard, and what it is told: the words of `POST /v1/guard/{surface}`."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from tutela.domain.notice import Identifier

#: Items of one call.
ITEMS_MAX: Final = 1_000
#: Code points of a text or a tag; a longer one is looked at whole, up to the limit of a body.
TAGS_MAX: Final = 1_000

Tags = Annotated[tuple[str, ...], msgspec.Meta(max_length=TAGS_MAX)]


class Surface(StrEnum):
    """Where a platform shows things to people by its own choice."""

    #: What somebody looks for.
    SEARCH = "search"
    #: What is offered while somebody types.
    TYPEAHEAD = "typeahead"
    #: The page of a tag, and the tags beside it.
    HASHTAG = "hashtag"
    #: Accounts and content that nobody asked for.
    RECOMMENDATION = "recommendation"


class ItemKind(StrEnum):
    """What an item is."""

    #: Words: a query, a completion.
    TEXT = "text"
    #: A label that gathers content, with or without its sign.
    TAG = "tag"
    #: An account, by the platform's id.
    ACCOUNT = "account"
    #: A piece of content, by the platform's id.
    CONTENT = "content"


class Verdict(StrEnum):
    """What the platform does with an item; the later ones are stricter."""

    #: It may be shown, suggested and recommended.
    ALLOW = "allow"
    #: It is shown to who asks for it, and neither suggested nor recommended.
    RESTRICT = "restrict"
    #: No results, and no way round.
    BLOCK = "block"


class Reason(StrEnum):
    """Why an item is not allowed: never which entry, whose it is, or how near a text came."""

    #: A text or tag has what is listed, in whatever spelling.
    LISTED = "listed"
    #: A completion leads to what is listed.
    LEADS_TO_LISTED = "leads_to_listed"
    #: Content carries a listed tag.
    CARRIES_LISTED = "carries_listed"
    #: A person confirmed what the account or content is.
    CONFIRMED = "confirmed"
    #: A person confirmed what the account of its author is.
    AUTHOR_CONFIRMED = "author_confirmed"
    #: Viewer and account belong to one confirmed network.
    SAME_NETWORK = "same_network"
    #: One side is a minor's account, the other one is flagged.
    MINOR_PROTECTED = "minor_protected"
    #: The surface is shut for everything.
    SURFACE_SHUT = "surface_shut"
    #: It could not be looked at; whether the surface stays shut then is a setting.
    UNAVAILABLE = "unavailable"
    #: The viewer asks as those do who try out what is listed.
    TOO_MANY = "too_many"


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a surface is about to show or was asked for."""

    kind: ItemKind
    value: str
    #: Of content: the account that published it.
    author: Identifier | None = None
    #: Of content: the tags that it carries.
    tags: Tags = ()
    #: Of an account, or of a content's author: whether it is a minor's, where the platform knows.
    minor: bool | None = None


class Viewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who will see it."""

    account_id: Identifier
    minor: bool | None = None


class GuardAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/{surface}`."""

    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)]
    viewer: Viewer | None = None
    #: For help: ISO 3166-1 alpha-2 and BCP 47; without them the service's own.
    country: Annotated[str, msgspec.Meta(max_length=2)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class HelpLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who can be asked for help."""

    name: str
    phone: str | None = None
    url: str | None = None


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """What stands where results would have been."""

    language: str
    text: str
    lines: tuple[HelpLine, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of one item."""

    verdict: Verdict
    reason: Reason | None = None
    help: Help | None = None


class GuardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /v1/guard/{surface}`; the results stand in the order of the items."""

    #: Of the snapshot that was asked; 0 where there is none.
    list_version: int
    snapshot_age_seconds: float
    #: Whether the snapshot is older than it may be, or there is none.
    degraded: bool
    results: list[Result]


ALLOWED: Final = Result(verdict=Verdict.ALLOW)
