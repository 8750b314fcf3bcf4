"""`POST /v1/guard/{surface}`: what a search, a suggestion, a tag page, a feed may show."""

from collections.abc import Callable, Iterator

from tutela.access.pace import Paces
from tutela.domain.countries import is_country
from tutela.domain.languages import is_language_tag
from tutela.errors import FieldError, TutelaError
from tutela.guard.asking import ITEMS_MAX, GuardAsked, Surface
from tutela.guard.publishing.answering import GuardRoom, answered
from tutela.intake.reading import read_struct, refuse_if_any
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler, TooMany

#: How many tokens are remembered, each with how much it asked lately.
TOKENS_MAX = 10_000
#: How many seconds' worth of items may be asked for at once.
BURST_SECONDS = 10.0


class NoSuchSurface(TutelaError):
    """The guard has no surface of that name."""

    code = "no_such_surface"
    title = "There is no such surface"
    status = 404


def ask_guard(
    room: GuardRoom, *, items_per_second: float, monotonic: Callable[[], float]
) -> Handler:
    """200 with a verdict an item; 404 for another surface; 429 where a token asks for too much.

    Nothing of a question is logged or kept, that of a refused call included.
    """
    paces = Paces(
        per_second=items_per_second,
        burst=max(items_per_second * BURST_SECONDS, ITEMS_MAX),
        names_max=TOKENS_MAX,
    )

    async def handle(asked: Asked) -> Answer:
        surface = _surface(asked.path["surface"])
        said = read_struct(asked.body, kind=GuardAsked)
        refuse_if_any(list(faults(said)))
        caller = asked.caller
        if not paces.allows(caller.token_id, seconds=monotonic(), count=len(said.items)):
            pace = f"A token may ask for {items_per_second:g} items a second."
            raise TooMany(detail=f"{pace} None of these was looked at.")
        return answer(await answered(said, surface=surface, caller=caller, room=room))

    return handle


def faults(asked: GuardAsked) -> Iterator[FieldError]:
    """What is wrong with a question beyond the types of its fields."""
    if asked.country is not None and not is_country(asked.country):
        yield FieldError("/country", "not an ISO 3166-1 alpha-2 country code")
    if asked.language is not None and not is_language_tag(asked.language):
        yield FieldError("/language", "not a well-formed BCP 47 language tag")


def _surface(name: str) -> Surface:
    try:
        return Surface(name)
    except ValueError as cause:
        known = ", ".join(Surface)
        raise NoSuchSurface(detail=f"The surfaces are {known}.") from cause
