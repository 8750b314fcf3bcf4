"""From which host a browser says that a form comes (RFC 6454, 7)."""

from urllib.parse import urlsplit


def host_of(origin: bytes) -> str:
    """Host and port of an `Origin`; empty where it names none: `null`, or what is no address."""
    try:
        return urlsplit(origin.decode("latin-1")).netloc.lower()
    except ValueError:
        return ""
