"""The staff's pages: log in, see how things stand, log out."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tutela.access.roles import Right, has
from tutela.access.sessions import SESSION_HOURS, Sessions
from tutela.access.users import Person
from tutela.database.pool import Pool
from tutela.reconciliation.status import Viewer, arrivals_by_minute, status
from tutela.web.console.bars import bars
from tutela.web.console.words import ago, since

COOKIE: Final = "tutela_session"
MAIN_TENANT: Final = "main"
SAFETY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Console:
    """The pages, on the rooms they show."""

    def __init__(
        self,
        pool: Pool,
        *,
        sessions: Sessions,
        clock: Callable[[], datetime],
        canary_seconds_max: float,
    ) -> None:
        self._pool = pool
        self._sessions = sessions
        self._clock = clock
        self._canary_seconds_max = canary_seconds_max
        self._templates = Environment(
            loader=PackageLoader("tutela.web"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
        )

    def routes(self) -> list[BaseRoute]:
        """All pages, and the files that they need; nothing comes from elsewhere."""
        return [
            Route("/", self.overview, methods=["GET"]),
            Route("/console/live", self.live, methods=["GET"]),
            Route("/login", self.login_form, methods=["GET"]),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Mount("/static", StaticFiles(packages=[("tutela.web", "static")])),
        ]

    async def overview(self, request: Request) -> Response:
        """How things stand, kept up to date by the page itself."""
        staff = await self._staff(request)
        if staff is None:
            return RedirectResponse("/login", status_code=303)
        return await self._show("overview.html", request=request, staff=staff)

    async def live(self, request: Request) -> Response:
        """The part of the overview that changes; 401 once the login has ended."""
        staff = await self._staff(request)
        if staff is None:
            return Response(status_code=401, headers=SAFETY_HEADERS)
        return await self._show("live.html", request=request, staff=staff)

    async def login_form(self, request: Request) -> Response:
        """The form to log in."""
        del request
        return self._page("login.html", wrong=False, tenant=MAIN_TENANT)

    async def log_in(self, request: Request) -> Response:
        """The overview, with a session cookie; the form again where the two don't go together."""
        if not _is_own(request):
            return Response(status_code=403, headers=SAFETY_HEADERS)
        async with request.form(max_files=0, max_fields=8, max_part_size=4096) as form:
            name, password, tenant = (
                str(form.get(field, "")) for field in ("name", "password", "tenant")
            )
        cookie = await self._sessions.log_in(name, password=password, tenant=tenant)
        if cookie is None:
            return self._page("login.html", wrong=True, tenant=tenant, status_code=401)
        answer = RedirectResponse("/", status_code=303, headers=SAFETY_HEADERS)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=SESSION_HOURS * 3600,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def log_out(self, request: Request) -> Response:
        """The login form; the session has ended on the server."""
        if not _is_own(request):
            return Response(status_code=403, headers=SAFETY_HEADERS)
        await self._sessions.log_out(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", status_code=303, headers=SAFETY_HEADERS)
        answer.delete_cookie(COOKIE)
        return answer

    async def _staff(self, request: Request) -> Person | None:
        staff = await self._sessions.who(request.cookies.get(COOKIE))
        return staff if staff is not None and has(staff.role, right=Right.SEE_STATUS) else None

    async def _show(self, template: str, *, request: Request, staff: Person) -> Response:
        services = await self._sessions.services(staff.tenant)
        asked = request.query_params.get("service")
        service = asked if asked in services else (services or [""])[0]
        viewer = Viewer(
            tenant=staff.tenant,
            service=service,
            with_ids=has(staff.role, right=Right.SEE_STATUS_IDS),
        )
        now = self._clock()
        arrivals = await arrivals_by_minute(self._pool, viewer=viewer, now=now)
        return self._page(
            template,
            staff=staff,
            service=service,
            services=services,
            status=await status(
                self._pool, viewer=viewer, now=now, canary_seconds_max=self._canary_seconds_max
            ),
            bars=bars(arrivals),
            last_minute=arrivals[-1],
            since=lambda instant: since(instant, now=now),
            ago=lambda instant: ago(instant, now=now),
        )

    def _page(self, template: str, *, status_code: int = 200, **shown: object) -> HTMLResponse:
        text = self._templates.get_template(template).render(**shown)
        return HTMLResponse(text, status_code=status_code, headers=SAFETY_HEADERS)


def _is_own(request: Request) -> bool:
    """Whether a form was sent from a page of this site (`Sec-Fetch-Site`, else `Origin`)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin == f"{request.url.scheme}://{request.headers.get('host')}"
