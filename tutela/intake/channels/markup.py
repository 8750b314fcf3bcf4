"""Plain text from the HTML that federated servers write."""

import html
import re
from typing import Final

#: Only what looks like a tag: `a < b` is what somebody wrote.
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_BREAKS: Final = frozenset({"br", "div", "li", "p", "tr"})


def plain_text(markup: str) -> str:
    """What a reader of the HTML sees, a line for each block; plain text stays as it is."""
    text = html.unescape(_TAG.sub(_break, markup))
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _break(tag: re.Match[str]) -> str:
    return "\n" if tag[2].lower() in _BREAKS else ""
