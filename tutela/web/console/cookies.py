"""The cookie of a session: for https alone where the visitor comes by https."""

from collections.abc import Mapping
from typing import Final

from tutela.web.cookies import named

COOKIE: Final = "tutela_session"
#: Browsers take it over https, for this host and every path alone (RFC 6265bis, 4.1.3.2).
HOST_COOKIE: Final = f"__Host-{COOKIE}"


def cookie_in(headers: Mapping[bytes, bytes], *, is_secure: bool) -> str:
    """The cookie that was sent; empty where none was."""
    return named(headers, name=HOST_COOKIE if is_secure else COOKIE)


def set_cookie(cookie: str, *, is_secure: bool, seconds: int) -> tuple[bytes, bytes]:
    """The header that sets it; 0 seconds take it away."""
    name = HOST_COOKIE if is_secure else COOKIE
    secure = "; Secure" if is_secure else ""
    told = f"{name}={cookie}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    return (b"set-cookie", told.encode("latin-1"))
