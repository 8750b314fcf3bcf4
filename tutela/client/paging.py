"""Lists that come page by page, as one stream."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from tutela.client.retrying import answered, read
from tutela.client.steps import Core, Emit, Request, Stream


class Page(Protocol):
    """A part of a list; `next` is where the following one begins."""

    @property
    def next(self) -> str | None: ...


P = TypeVar("P", bound=Page)


def paged(
    path: str,
    *,
    state: str | None,
    kind: type[P],
    rows: Callable[[P], Iterable[object]],
    core: Core,
) -> Stream:
    """Every row of a list, those in a `state` or in any."""
    wanted = () if state is None else (("state", state),)
    after: tuple[tuple[str, str], ...] = ()
    while True:
        request = Request(method="GET", path=path, query=(*wanted, *after))
        page = read((yield from answered(request, core=core)), kind=kind)
        for row in rows(page):
            yield Emit(row)
        if page.next is None:
            return
        after = (("after", page.next),)
