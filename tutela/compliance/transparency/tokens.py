"""The token of a platform, which may change while the client lives."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from pathlib import Path
from typing import Final

from tutela.compliance.transparency.errors import DatabaseUnfit

#: A token, a file that holds one, or what is called for one; the last two are asked again when the
#: database no longer takes what they said.
TokenSource = str | Path | Callable[[], str | Awaitable[str]]

_TOKEN_MAX_BYTES: Final = 4096


class Tokens:
    """The token now, and a newer one where there is one."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._known: str | None = None

    async def current(self) -> str:
        """`DatabaseUnfit` where none can be had."""
        if self._known is None:
            self._known = await self._asked()
        return self._known

    async def newer_than(self, refused: str) -> str | None:
        """Another token than the one that was refused; None where there is no other."""
        if self._known == refused:
            self._known = await self._asked()
        return None if self._known == refused else self._known

    async def _asked(self) -> str:
        match self._source:
            case str():
                token = self._source
            case Path():
                token = _read(self._source)
            case _:
                answer = self._source()
                token = await answer if isawaitable(answer) else answer
        token = token.strip()
        if not (token and token.isascii() and token.isprintable()):
            raise DatabaseUnfit("The token is empty, or holds what no header can.")
        return token


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_TOKEN_MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError) as cause:
        raise DatabaseUnfit(f"The token can't be read from {path}.") from cause
