"""`GET /v1/guard/snapshot` and `POST /v1/guard/reports`: for programs that hold the guard."""

from collections.abc import Callable

from tutela.access.pace import Paces
from tutela.errors import FieldError
from tutela.guard.publishing.listing import Place
from tutela.guard.publishing.programs import Has, ProgramRoom, hand, hear
from tutela.guard.reports import AGE_HEADER, ProgramReport
from tutela.intake.reading import Unfit, read_struct
from tutela.web.answer import Answer
from tutela.web.endpoint import Asked, Handler, TooMany

#: As whom a token's programs may come, all together: a thousand that look every five seconds.
CALLS_PER_SECOND = 250.0
CALLS_AT_ONCE = 2_500.0
TOKENS_MAX = 10_000
SNAPSHOT_QUERIES = frozenset({"have", "digest"})
DOCUMENT = "application/octet-stream"

_VERSION_DIGITS_MAX = 18
_BEARER = len("bearer ")


def hand_snapshot(room: ProgramRoom, *, monotonic: Callable[[], float]) -> Handler:
    """200 with the newest snapshot, for this token alone; 204 where `have` is its version."""
    paces = Paces(per_second=CALLS_PER_SECOND, burst=CALLS_AT_ONCE, names_max=TOKENS_MAX)

    async def handle(asked: Asked) -> Answer:
        has = Has(_version(asked.query.get("have", "0")), asked.query.get("digest"))
        caller = asked.caller
        if not paces.allows(caller.token_id, seconds=monotonic()):
            raise TooMany(detail="This token's programs ask too often.")
        place = Place(caller.tenant, caller.service)
        handed = await hand(room, place=place, token=_token(asked), has=has)
        headers = ((AGE_HEADER.encode(), f"{handed.age_seconds:.3f}".encode()),)
        if handed.document is None:
            return Answer(204, b"", DOCUMENT, headers)
        return Answer(200, handed.document, DOCUMENT, headers)

    return handle


def take_report(room: ProgramRoom) -> Handler:
    """202 once it is written which version the program serves; it holds no query."""

    async def handle(asked: Asked) -> Answer:
        report = read_struct(asked.body, kind=ProgramReport)
        await hear(room, caller=asked.caller, report=report)
        return Answer(202, b"{}")

    return handle


def _token(asked: Asked) -> str:
    """The token itself: the desk has found it right."""
    return asked.headers[b"authorization"].decode("latin-1")[_BEARER:].strip()


def _version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _VERSION_DIGITS_MAX):
        raise Unfit(
            detail="Send have as a whole number.",
            errors=[FieldError("?have", "the version that the program has, 0 for none")],
        )
    return int(text)
