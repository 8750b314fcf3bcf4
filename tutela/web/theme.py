"""Light or dark: as the device says until somebody chooses; the choice is a cookie and no more."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from tutela.web.cookies import named

COOKIE: Final = "tutela_theme"


class Theme(StrEnum):
    """How the pages look on a screen; on paper they are always light."""

    #: As the device says.
    SYSTEM = "system"
    #: Dark words on light paper.
    LIGHT = "light"
    #: Light words on dark paper.
    DARK = "dark"


#: On which media the dark colours hold; on none where a theme is not named.
DARK_MEDIA: Final[Mapping[Theme, str]] = {
    Theme.SYSTEM: "screen and (prefers-color-scheme: dark)",
    Theme.DARK: "screen",
}


def theme_in(headers: Mapping[bytes, bytes]) -> Theme:
    """What was chosen; the device's own where nothing was, or nothing that there is."""
    said = named(headers, name=COOKIE)
    return Theme(said) if said in set(Theme) else Theme.SYSTEM


def theme_cookie(theme: Theme, *, seconds: int | None = None) -> tuple[bytes, bytes]:
    """The header that keeps a choice, for so long or until the browser is closed.

    It says nothing of anybody: every browser that chose the same sends the same.
    """
    lasts = "; Max-Age=0" if theme is Theme.SYSTEM else ""
    if not lasts and seconds is not None:
        lasts = f"; Max-Age={seconds}"
    told = f"{COOKIE}={theme}; Path=/{lasts}; HttpOnly; SameSite=Lax"
    return (b"set-cookie", told.encode())


def dark_style(theme: Theme, *, file: str) -> bytes:
    """The dark colours of a file of ours, on the media of a theme; nothing where it is light."""
    media = DARK_MEDIA.get(theme)
    return b"" if media is None else f"@media {media} {{\n{_dark(file)}}}\n".encode()


@cache
def _dark(file: str) -> str:
    return (resources.files("tutela.web") / "static" / file).read_text(encoding="utf-8")
