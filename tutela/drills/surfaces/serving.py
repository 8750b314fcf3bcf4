"""The four surfaces over HTTP, as people's apps call them.

`GET /search?q=`, `/typeahead?q=`, `/tags/NAME`, `/recommendations?viewer=`, and for recommendations
also `topic=` (posts for who follows it) or `like=` (accounts beside one). Each takes `viewer`,
`country` and `language`, answers `{results, related, blocked, help}`, and 503 where the guard could
not be asked: what nobody looked at is not shown. `GET /state` counts the guard's answers, `GET /`
has links to all of it.
"""

from http import HTTPStatus
from urllib.parse import parse_qs, unquote

from tutela.drills.surfaces.adapters import Page, Surfaces, Visit
from tutela.drills.surfaces.asking import GuardUnreached
from tutela.drills.wire import Answer, Call, Outcome, said, told

TAGS = "/tags/"


class SurfacesSite:
    """What comes of a call, for `tutela.drills.wire.serving`."""

    def __init__(self, surfaces: Surfaces, *, home: bytes = b"") -> None:
        self._surfaces = surfaces
        self._home = home

    async def take(self, call: Call) -> Outcome:
        """A page, 404 where there is none, 503 where the guard could not be asked."""
        try:
            return Outcome(await self._answer(call))
        except GuardUnreached:
            return Outcome(
                told(HTTPStatus.SERVICE_UNAVAILABLE, message="what may be shown is not known")
            )

    async def _answer(self, call: Call) -> Answer:
        if call.path == "/":
            return Answer(HTTPStatus.OK, self._home, content_type="text/html; charset=utf-8")
        if call.path == "/state":
            return said(HTTPStatus.OK, content={"told": self._counts()})
        given = {name: values[-1] for name, values in parse_qs(call.query).items()}
        page = await self._page(call.path, given=given)
        if page is None:
            return told(HTTPStatus.NOT_FOUND, message="no such page")
        return said(HTTPStatus.OK, content=page)

    async def _page(self, path: str, *, given: dict[str, str]) -> Page | None:
        visit = Visit(
            account_id=given.get("viewer"),
            country=given.get("country"),
            language=given.get("language"),
        )
        if path.startswith(TAGS):
            return await self._surfaces.hashtag(unquote(path.removeprefix(TAGS)), visit=visit)
        match path:
            case "/search":
                return await self._surfaces.search(given.get("q", ""), visit=visit)
            case "/typeahead":
                return await self._surfaces.typeahead(given.get("q", ""), visit=visit)
            case "/recommendations":
                return await self._recommendations(given, visit=visit)
            case _:
                return None

    async def _recommendations(self, given: dict[str, str], *, visit: Visit) -> Page:
        if "topic" in given:
            return await self._surfaces.more_about(given["topic"], visit=visit)
        if "like" in given:
            return await self._surfaces.more_like(given["like"], visit=visit)
        return await self._surfaces.recommendation(visit=visit)

    def _counts(self) -> list[dict[str, object]]:
        return [
            {"surface": surface, "verdict": verdict, "reason": reason, "count": count}
            for (surface, verdict, reason), count in sorted(self._surfaces.told.items())
        ]
