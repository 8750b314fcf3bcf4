"""Cookies as they were sent, whatever else stands beside them."""

from collections.abc import Mapping


def named(headers: Mapping[bytes, bytes], *, name: str) -> str:
    """The first cookie of a name; empty where none was sent.

    What other sites of the host keep beside it may be no cookie by the rules (RFC 6265, 4.1.1),
    and harms nobody.
    """
    for each in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        given, _, text = each.strip().partition("=")
        if given == name:
            return text.strip()
    return ""
