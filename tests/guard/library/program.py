"""A program of the platform that looks at the server when it is told to."""

from pathlib import Path
from typing import Any

from tests.guard.library.guard_server import TOKEN, GuardServer, World
from tutela.guard.asking import Surface, Verdict
from tutela.guard.library.believing import Believing
from tutela.guard.library.calling import Address, Line
from tutela.guard.library.following import Follower
from tutela.guard.library.shelf import Shelf

opened_lines: list[Line] = []


class Program:
    """A follower and its line, as a runner would hold them; looks when it is told to."""

    def __init__(
        self,
        server: GuardServer,
        *,
        world: World,
        folder: Path | None = None,
        **changed: Any,  # noqa: ANN401 - any of what follows
    ) -> None:
        surroundings = world.surroundings
        token = changed.get("token", TOKEN)
        self.shelf = (
            None if folder is None else Shelf(folder, token=token, chance=surroundings.chance)
        )
        believing = Believing(changed.get("keys", ()), monotonic=surroundings.monotonic)
        self.follower = Follower(token, believing=believing, shelf=self.shelf, world=surroundings)
        self.follower.start()
        self._address = Address(
            url=server.url, token=token, silence_seconds=2.0, answer_seconds=changed.get("whole", 5)
        )
        self._line: Line | None = None
        self._monotonic = changed.get("monotonic", surroundings.monotonic)

    def look(self) -> bool:
        if self._line is None:
            self._line = Line(self._address, monotonic=self._monotonic)
            opened_lines.append(self._line)
        return self.follower.look(self._line)

    def blocks(self, query: str) -> bool:
        assert self.follower.held is not None
        verdict = self.follower.held.decider.verdict(Surface.SEARCH, query).verdict
        return verdict is Verdict.BLOCK

    @property
    def version(self) -> int:
        return self.follower.held.decider.version if self.follower.held else 0

    @property
    def fault(self) -> str | None:
        return None if self.follower.fault is None else self.follower.fault.code
