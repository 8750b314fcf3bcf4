"""Where detectors come from in a running service: its lists."""

from collections.abc import Mapping, Sequence
from typing import Final

from tutela.detection.detectors import Detector
from tutela.detection.lists.register import ListState
from tutela.detection.lists.source import NAME, STALE, ListSource
from tutela.detection.pipeline.standings import Standing

#: What a list is called beside detectors, so that no two have one name.
_LIST: Final = "list "


class FromLists:
    """The detectors of every service from its lists; a list that is too old is red."""

    def __init__(self, lists: ListSource) -> None:
        self._lists = lists

    @property
    def name(self) -> str:
        """`lists`."""
        return NAME

    async def detectors(self) -> Mapping[str, Sequence[Detector]]:
        """As the lists are now; the same objects where nothing changed."""
        return await self._lists.detectors()

    async def standings(self) -> Sequence[Standing]:
        """Each list that is looked for: whether it is as young as it must be."""
        return [
            Standing(
                name=f"{_LIST}{each.list}",
                ok=each.standing is ListState.LIVE,
                why=None if each.standing is ListState.LIVE else STALE,
                service=f"{each.tenant}/{each.service}",
            )
            for each in await self._lists.ages()
            if each.standing in {ListState.LIVE, ListState.STALE}
        ]
