"""The guard in a program: asked without a network, kept fresh behind its back."""

import logging
import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from msgspec.structs import replace

from tutela.errors import TutelaError
from tutela.guard.asking import (
    GuardAnswer,
    GuardAsked,
    Item,
    ItemKind,
    Result,
    Surface,
    Viewer,
)
from tutela.guard.deciding import unknown
from tutela.guard.help import helped, with_help
from tutela.guard.library.believing import Believing
from tutela.guard.library.calling import Address, Line
from tutela.guard.library.counting import Counts
from tutela.guard.library.following import Follower
from tutela.guard.library.holding import Held, Standing
from tutela.guard.library.options import Options
from tutela.guard.library.running import Runner
from tutela.guard.library.shelf import Shelf
from tutela.guard.library.watching import Viewers
from tutela.guard.probing import refuse_all, word_asked, words_asked
from tutela.guard.reports import AGE_SECONDS_MAX, ProgramReport

_PROGRAM_BYTES: Final = 16

_log = logging.getLogger("tutela.guard")


class Guard:
    """Says what a surface may show, by the last good snapshot; use it in a `with`.

    `token` has the role `guard`. `keys`: the ledger's public keys in base64 that are believed;
    without them the first that is seen. `folder`: where the last good snapshot lies for a start
    without the server; without it nothing is written. Threads may share it, an event loop may ask
    it directly, and it goes on in a forked process. No answer waits for the network.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str,
        keys: Sequence[str] | None = None,
        folder: str | os.PathLike[str] | None = None,
        options: Options | None = None,
    ) -> None:
        self._options = options or Options()
        world = self._options.surroundings
        shelf = None if folder is None else Shelf(Path(folder), token=token, chance=world.chance)
        self._address = Address(
            url=url,
            token=token,
            silence_seconds=self._options.silence_seconds,
            answer_seconds=self._options.answer_seconds,
        )
        self._believing = Believing(keys or (), monotonic=world.monotonic)
        self._follower = Follower(token, believing=self._believing, shelf=shelf, world=world)
        self._follower.start()
        self._closed = False
        self._begin()
        _guards.add(self)

    def search(self, query: str, *, viewer: Viewer | None = None) -> Result:
        """What becomes of what somebody looks for: `block` is no results, and help instead."""
        held = self._follower.held
        if held is None:
            result = unknown(Surface.SEARCH, fail_closed=self._options.fail_closed)
        else:
            result = self._searched(query, held=held, viewer=viewer)
        self._counts.add(Surface.SEARCH, results=(result,))
        options = self._options
        return with_help(result, country=options.country, language=options.language)

    def typeahead(
        self, completions: Sequence[str], *, viewer: Viewer | None = None
    ) -> list[Result]:
        """What becomes of each completion: what is not `allow` is not offered."""
        items = [Item(kind=ItemKind.TEXT, value=each) for each in completions]
        return self.look_at(Surface.TYPEAHEAD, items=items, viewer=viewer)

    def hashtag(self, items: Sequence[str | Item], *, viewer: Viewer | None = None) -> list[Result]:
        """What becomes of tags, and of content (an `Item`) on the page of a tag."""
        tags = [
            Item(kind=ItemKind.TAG, value=each) if isinstance(each, str) else each for each in items
        ]
        return self.look_at(Surface.HASHTAG, items=tags, viewer=viewer)

    def recommendation(
        self, items: Sequence[Item], *, viewer: Viewer | None = None
    ) -> list[Result]:
        """What becomes of accounts and content before this viewer: only `allow` is recommended."""
        return self.look_at(Surface.RECOMMENDATION, items=items, viewer=viewer)

    def look_at(
        self, surface: Surface, *, items: Sequence[Item], viewer: Viewer | None = None
    ) -> list[Result]:
        """What becomes of any items on a surface, in their order, any number of them."""
        asked = GuardAsked(items=tuple(items), viewer=viewer)
        return self._results(asked, surface=surface, held=self._follower.held)

    def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """The answer that `POST /v1/guard/{surface}` would give, from here."""
        held = self._follower.held
        age_seconds = self._age_seconds(held)
        return GuardAnswer(
            list_version=held.decider.version if held else 0,
            snapshot_age_seconds=round(age_seconds, 3),
            degraded=held is None or held.is_old(age_seconds),
            results=self._results(asked, surface=surface, held=held),
        )

    def standing(self) -> Standing:
        """How fresh the answers are, and why they are not fresher."""
        follower, held = self._follower, self._follower.held
        fault, file_fault, age_seconds = (
            follower.fault,
            follower.file_fault,
            self._age_seconds(held),
        )
        return Standing(
            version=held.decider.version if held else 0,
            published_at=held.manifest.published_at if held else None,
            age_seconds=age_seconds,
            degraded=held is None or held.is_old(age_seconds),
            origin=held.origin if held else None,
            fault=None if fault is None else fault.code,
            fault_detail=None if fault is None else fault.detail,
            file_fault=None if file_fault is None else file_fault.detail,
        )

    def close(self) -> None:
        """Ends the looks at the server; what is held goes on answering."""
        self._closed = True
        self._runner.stop()

    def wait(self, seconds: float) -> bool:
        """Whether a snapshot is loaded, at the latest after this time: for the start."""
        follower = self._follower
        return self._runner.wait_until(lambda: follower.held is not None, seconds=seconds)

    def _begin(self) -> None:
        """Starts what has to be started in each process: a thread, a name, counts of its own."""
        self._begun_at_seconds = self._monotonic()
        self._program = self._options.surroundings.chance(_PROGRAM_BYTES).hex()
        self._counts = Counts()
        self._viewers = Viewers(self._options.surroundings.monotonic)
        self._runner = Runner(
            self._address,
            follower=self._follower,
            options=self._options,
            tell=self._tell,
            leave=self._leave,
        )
        self._runner.start()

    def _begin_again(self) -> None:
        if not self._closed:
            self._believing.begin_again()
            self._begin()

    def _monotonic(self) -> float:
        return self._options.surroundings.monotonic()

    def _age_seconds(self, held: Held | None) -> float:
        now = self._monotonic()
        return held.age_seconds(now) if held else max(0.0, now - self._begun_at_seconds)

    def _results(self, asked: GuardAsked, *, surface: Surface, held: Held | None) -> list[Result]:
        options = self._options
        results = self._decided(asked, surface=surface, held=held)
        self._counts.add(surface, results=results)
        return helped(
            results,
            items=asked.items,
            surface=surface,
            country=asked.country or options.country,
            language=asked.language or options.language,
        )

    def _decided(
        self, asked: GuardAsked, *, surface: Surface, held: Held | None
    ) -> Sequence[Result]:
        if held is None:
            return [unknown(surface, fail_closed=self._options.fail_closed)] * len(asked.items)
        if self._viewers.is_shut(asked.viewer):
            return refuse_all(len(asked.items))
        results = held.decider.results(surface, asked.items, viewer=asked.viewer)
        words = words_asked(surface, items=asked.items, results=results) if asked.viewer else ()
        if self._viewers.shuts(asked.viewer, words=words):
            return refuse_all(len(asked.items))
        return results

    def _searched(self, query: str, *, held: Held, viewer: Viewer | None) -> Result:
        """The same as `_decided` of one text, in a fraction of the time."""
        if self._viewers.is_shut(viewer):
            return refuse_all(1)[0]
        result = held.decider.verdict(Surface.SEARCH, query)
        words = word_asked(query, result=result) if viewer else ()
        return refuse_all(1)[0] if self._viewers.shuts(viewer, words=words) else result

    def _tell(self, line: Line) -> None:
        self._send(self._report(), line=line)

    def _leave(self, line: Line) -> None:
        self._send(replace(self._report(), ended=True), line=line)

    def _report(self) -> ProgramReport:
        standing, verdicts = self.standing(), self._counts.take()
        return ProgramReport(
            program=self._program,
            name=self._options.name,
            version=standing.version,
            age_seconds=min(standing.age_seconds, AGE_SECONDS_MAX),
            degraded=standing.degraded,
            surfaces=self._options.surfaces,
            verdicts={each: counted for each, counted in verdicts.items() if any(counted.values())},
            probing=self._viewers.take(),
            fault=standing.fault,
        )

    def _send(self, report: ProgramReport, *, line: Line) -> None:
        try:
            line.tell(report)
        except TutelaError as error:
            self._counts.give_back(report.verdicts)
            self._viewers.give_back(report.probing)
            _log.warning("the report was not taken: %s %s", error.code, error.detail)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


#: A fork copies no thread: each guard looks again by one of its own in the new process.
_guards: weakref.WeakSet[Guard] = weakref.WeakSet()


def _after_fork() -> None:
    for guard in list(_guards):
        guard._begin_again()  # noqa: SLF001 - of its own kind


os.register_at_fork(after_in_child=_after_fork)
