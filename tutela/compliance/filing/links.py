"""Links that lead to an account, in a folded text."""

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

#: Parts of a path after which the name of an account follows.
ACCOUNT_PATHS: Final = frozenset(
    {"u", "user", "users", "profile", "profiles", "profil", "perfil", "member", "members"}
    | {"account", "accounts", "konto", "compte", "cuenta", "channel", "people", "usuario"}
)
#: Parameters of a link that name an account.
ACCOUNT_PARAMETERS: Final = frozenset(
    {"user", "userid", "user_id", "username", "uid", "account", "account_id", "profile", "author"}
)
#: Services where the path itself is the name of an account, with their short names.
ACCOUNT_HOSTS: Final = frozenset(
    {"t.me", "wa.me", "x.com", "twitter.com", "instagram.com", "facebook.com", "fb.com", "vk.com"}
    | {"tiktok.com", "snapchat.com", "discord.gg", "linkedin.com", "bsky.app", "threads.net"}
)

_DOT: Final = r"(?:\.|[ ]?[\[({][ ]?(?:\.|dot|punkt|point|punto|kropka|τελεια)[ ]?[\])}][ ]?)"
_link = re.compile(
    rf"(?<![\w@.-])(?:h(?:tt|xx)ps?(?:://|\[:\]//)(?:[^\s/@]*@)?)?"
    rf"(?P<host>[^\W_][\w-]{{0,62}}(?:{_DOT}[\w-]{{1,63}}){{0,8}}{_DOT}[^\W\d_]{{2,24}})"
    rf"(?::\d{{1,5}})?(?P<rest>[/?][^\s<>\"]*)?"
)
_said_dot = re.compile(_DOT)
#: What every link has: a dot between letters. Most texts have none.
_dotted = re.compile(
    r"\w\.[^\W\d_]{2}|[\[({][ ]?(?:\.|dot|punkt|point|punto|kropka|τελεια)[ ]?[\])}]"
)


def accounts_in_links(text: str, *, hosts: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where a folded text links to an account, or to any place on one of the hosts."""
    if not _dotted.search(text):
        return
    for found in _link.finditer(text):
        host = _said_dot.sub(".", found["host"])
        rest = found["rest"] or ""
        is_ours = host in hosts and rest.strip("/?") != ""
        if "@" in found[0] or is_ours or _names_account(host, rest=rest):
            yield found.span()


def _names_account(host: str, *, rest: str) -> bool:
    try:
        parts = urlsplit(rest)
    except ValueError:
        return True
    path = [part for part in parts.path.split("/") if part]
    if any(part.startswith(("@", "~")) for part in path):
        return True
    if any(part in ACCOUNT_PATHS for part in path[:-1]):
        return True
    if any(name in ACCOUNT_PARAMETERS for name, _ in parse_qsl(parts.query)):
        return True
    return bool(path) and any(
        host == known or host.endswith("." + known) for known in ACCOUNT_HOSTS
    )
