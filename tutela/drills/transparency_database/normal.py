"""What the framework makes of a body before any rule sees it."""

from typing import Final

import msgspec

#: White space, marks that can't be seen, and NUL: cut from both ends of every text.
_EDGES: Final = (
    "\0\t\n\x0b\x0c\r \x85\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000\u2001"
    "\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028"
    "\u2029\u202f\u205f\u2060\u2061\u2062\u2063\u2064\u2065\u206a\u206b\u206c\u206d\u206e\u206f"
    "\u2800\u3000\u3164\ufeff\uffa0\U0001d159\U0001d173\U0001d174\U0001d175\U0001d176\U0001d177"
    "\U0001d178\U0001d179\U0001d17a\U000e0020"
)


def read(body: bytes, *, content_type: str) -> dict[str, object]:
    """The body as an object, trimmed; empty for what isn't JSON or holds no object."""
    if "/json" not in content_type and "+json" not in content_type:
        return {}
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    trimmed = trim(content)
    return trimmed if isinstance(trimmed, dict) else {}


def trim(value: object) -> object:
    """The value with every text in it trimmed, and empty texts turned into null."""
    if isinstance(value, str):
        return value.strip(_EDGES) or None
    if isinstance(value, list):
        return [trim(member) for member in value]
    if isinstance(value, dict):
        return {name: trim(member) for name, member in value.items()}
    return value
