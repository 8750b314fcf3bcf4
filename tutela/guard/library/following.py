"""Looks at the server for a newer snapshot, takes what is right, and keeps the last good one."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from tutela.errors import TutelaError
from tutela.guard.deciding import decider
from tutela.guard.library.believing import Believing
from tutela.guard.library.calling import Came, Line
from tutela.guard.library.errors import GuardAway, GuardRefused
from tutela.guard.library.holding import Held, Origin
from tutela.guard.library.memory import give_back
from tutela.guard.library.options import Surroundings
from tutela.guard.library.shelf import FileUnusable, Kept, Shelf
from tutela.guard.sealing import Manifest, Opened, manifest_of, open_document

#: How old the time of the file may be: what a start without the server counts too much.
FILE_SECONDS: Final = 60.0

_log = logging.getLogger("tutela.guard")
_log.addHandler(logging.NullHandler())


class Follower:
    """The newest snapshot that was right; one thread looks, any number of threads read `held`."""

    def __init__(
        self, token: str, *, believing: Believing, shelf: Shelf | None, world: Surroundings
    ) -> None:
        self._token = token
        self._believing = believing
        self._shelf = shelf
        self._world = world
        self._filed_at_seconds: float | None = None
        self.held: Held | None = None
        #: Why the last look brought nothing; None where it was answered.
        self.fault: TutelaError | None = None
        self.file_fault: FileUnusable | None = None

    def start(self) -> None:
        """Answers by the file from here on, where there is one that is right."""
        if self._shelf is None:
            return
        try:
            kept = self._shelf.take()
            if kept is not None:
                self._resume(kept)
        except FileUnusable as error:
            self.file_fault = error
        except TutelaError as error:
            self.file_fault = FileUnusable(f"{self._shelf.path}: {error.detail}")
        if self.file_fault is not None:
            _log.warning("the guard's file is left aside: %s", self.file_fault.detail)

    def look(self, line: Line) -> bool:
        """Whether the server was heard; what it gave is taken over, and nothing that is wrong."""
        before = self._digest()
        try:
            self._look(line)
        except TutelaError as error:
            if self.fault is None or self.fault.code != error.code:
                _log.warning("no newer snapshot: %s %s", error.code, error.detail)
            self.fault = error
            return False
        except Exception as error:  # noqa: BLE001 - the thread goes on, whatever it met
            _log.exception("no newer snapshot")
            self.fault = TutelaError(type(error).__name__)
            return False
        self.fault = None
        self._file()
        if self._digest() != before:
            give_back()
        return True

    def _digest(self) -> str:
        return self.held.manifest.body_digest if self.held else ""

    def _look(self, line: Line) -> None:
        begun = self._world.monotonic()
        held = self.held
        came = line.snapshot(have=held.manifest if held else None)
        confirmed_at = begun - came.age_seconds
        if came.document is not None:
            self._take(came, line=line, confirmed_at_seconds=confirmed_at)
        elif held is None:
            raise GuardAway("It says that there is nothing newer than nothing.")
        else:
            self.held = replace(held, confirmed_at_seconds=confirmed_at, origin=Origin.SERVER)

    def _take(self, came: Came, *, line: Line, confirmed_at_seconds: float) -> None:
        document = came.document or b""
        self._learn(manifest_of(document), line=line)
        opened = self._open(document)
        self.held = self._ready(
            opened, document=document, at_seconds=confirmed_at_seconds, origin=Origin.SERVER
        )
        self._filed_at_seconds = None

    def _learn(self, manifest: Manifest, *, line: Line) -> None:
        believing = self._believing
        if not believing.must_ask(manifest):
            return
        try:
            believing.learn(line.keys())
        except (GuardAway, GuardRefused):
            if not believing.knows(manifest):
                raise

    def _open(self, document: bytes) -> Opened:
        loaded = self.held.manifest if self.held else None
        believed = self._believing.of
        return open_document(document, token=self._token, believed=believed, loaded=loaded)

    def _ready(self, opened: Opened, *, document: bytes, at_seconds: float, origin: Origin) -> Held:
        held = self.held
        return Held(
            manifest=opened.manifest,
            decider=decider(opened.snapshot, before=held.decider if held else None),
            switches=opened.snapshot.switches,
            document=document if self._shelf else b"",
            confirmed_at_seconds=at_seconds,
            origin=origin,
        )

    def _resume(self, kept: Kept) -> None:
        self._believing.resume(kept.keys)
        opened = self._open(kept.document)
        passed = (self._world.clock() - kept.confirmed_at).total_seconds()
        # A clock that went back says nothing: what is unknown counts as too old.
        age_seconds = passed if passed >= 0 else opened.snapshot.switches.age_seconds_max
        at_seconds = self._world.monotonic() - age_seconds
        self.held = self._ready(
            opened, document=kept.document, at_seconds=at_seconds, origin=Origin.FILE
        )

    def _file(self) -> None:
        """Writes what is held down, where it is new or the time in the file is old."""
        held, now = self.held, self._world.monotonic()
        if self._shelf is None or held is None:
            return
        if self._filed_at_seconds is not None and now - self._filed_at_seconds < FILE_SECONDS:
            return
        confirmed_at = self._world.clock() - timedelta(seconds=held.age_seconds(now))
        kept = Kept(document=held.document, keys=self._believing.keys, confirmed_at=confirmed_at)
        try:
            self._shelf.put(kept)
        except FileUnusable as error:
            if self.file_fault is None:
                _log.warning("the guard's file is not written: %s", error.detail)
            self.file_fault = error
        else:
            self.file_fault = None
        self._filed_at_seconds = now
