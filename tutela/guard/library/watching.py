"""Viewers who try out what is listed: shut out here, and told to the house without a query."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from tutela.guard.asking import Viewer
from tutela.guard.probing import Watch, Word
from tutela.guard.reports import PROBING_MAX, ViewerProbing

#: Of viewers that were found and not told yet; the oldest give way.
_WAITING_MAX: Final = 10 * PROBING_MAX


class Viewers:
    """The viewers of one program, as a watch sees them; threads may share it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._changing = threading.Lock()
        self._watch = Watch()
        self._waiting: OrderedDict[str, ViewerProbing] = OrderedDict()

    def is_shut(self, viewer: Viewer | None) -> bool:
        """Whether everything is refused to the viewer now."""
        if viewer is None:
            return False
        return self._watch.is_shut(viewer.account_id, seconds=self._monotonic())

    def shuts(self, viewer: Viewer | None, *, words: Sequence[Word]) -> bool:
        """Whether the viewer is shut out by what was asked just now."""
        if viewer is None or not words:
            return False
        account_id, seconds = viewer.account_id, self._monotonic()
        with self._changing:
            trait = self._watch.viewer_asked(account_id, words=words, seconds=seconds)
            if trait is None:
                return False
            shut_seconds = self._watch.shut(account_id, seconds=seconds)
            found = ViewerProbing(account_id=account_id, trait=trait, shut_seconds=shut_seconds)
            self._put(found)
        return True

    def take(self) -> tuple[ViewerProbing, ...]:
        """Who was found and not told yet, as many as one report holds, the oldest first."""
        with self._changing:
            count = min(len(self._waiting), PROBING_MAX)
            return tuple(self._waiting.popitem(last=False)[1] for _ in range(count))

    def give_back(self, found: Sequence[ViewerProbing]) -> None:
        """Those could not be told."""
        with self._changing:
            for each in found:
                self._put(each)

    def _put(self, found: ViewerProbing) -> None:
        self._waiting[found.account_id] = found
        if len(self._waiting) > _WAITING_MAX:
            self._waiting.popitem(last=False)
