"""`/report`: three steps to a report, and its receipt. All that is typed travels in the form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tutela.access.roles import Right, refuse_unless
from tutela.access.services import PublicService, public_caller
from tutela.access.tokens import Caller, TokenDesk
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.channels.form import MEANINGS, HarmKind, read_form
from tutela.intake.door import Acknowledged, Intake, Sending
from tutela.intake.reading import Unfit
from tutela.law.notices import anonymous_keywords
from tutela.web.answer import Answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import headers_of
from tutela.web.public.filled import (
    KEY_BYTES,
    SHOWN,
    Filled,
    Mistake,
    mistakes,
    prefilled,
    read_filled,
    refuse_foreign,
    step_of,
    wishes,
)
from tutela.web.public.offer import Offer
from tutela.web.public.pages import Page, Told, accepted_language
from tutela.web.public.words import time_in_words

DOOR: Final = "form"
QUERIES: Final = frozenset({"lang", "url", "id", "kind", "account_id", "harm"})
LAST: Final = max(SHOWN)
#: Steps may be kept for the browser's own button "Back", which brings back what was typed.
KEPT: Final = b"private, no-cache"

#: What the page offers, in groups; the names are keys of the words.
GROUPS: Final[Mapping[str, Sequence[HarmKind]]] = {
    "children": list(HarmKind)[:5],
    "people": list(HarmKind)[5:12],
    "other": list(HarmKind)[12:],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRoom:
    """What the report page stands on."""

    intake: Intake
    public: PublicService
    desk: TokenDesk
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    offer: Offer


def show_report(room: ReportRoom) -> Handler:
    """200 with the first step, filled in as far as a link says."""

    async def handle(asked: Asked) -> Answer:
        language = accepted_language(asked.headers, asked.query.get("lang"), offer=room.offer)
        fresh = Filled(key=room.chance(KEY_BYTES).hex(), lang=language)
        return _Steps(room, filled=prefilled(asked.query, filled=fresh)).show(1)

    return handle


def take_report(room: ReportRoom) -> Handler:
    """201 with the receipt once the report is durable, 200 with the next step until then."""

    async def handle(asked: Asked) -> Answer:
        refuse_foreign(asked.headers)
        filled = read_filled(asked.body, chance=room.chance)
        language = accepted_language(asked.headers, filled.lang, offer=room.offer)
        steps = _Steps(room, filled=replace(filled, lang=language))
        step = int(filled.step)
        if room.offer.has(filled.go):
            return _Steps(room, filled=replace(filled, lang=filled.go)).show(step)
        if filled.go == "back":
            return steps.show(max(step - 1, 1))
        if filled.go != "send":
            return steps.forward(step)
        return await steps.send(asked)

    return handle


class _Steps:
    """One form on its way through the steps."""

    def __init__(self, room: ReportRoom, *, filled: Filled) -> None:
        self._room = room
        self._filled = filled

    def forward(self, step: int) -> Answer:
        self._refuse_mistakes(upto=step)
        return self.show(min(step + 1, LAST))

    async def send(self, asked: Asked) -> Answer:
        self._refuse_mistakes(upto=LAST)
        wished = wishes(self._filled)
        if wished and not self._filled.asked and _is_person(asked):
            again = replace(self._filled, asked=" ".join(wished))
            return _Steps(self._room, filled=again).show(LAST)
        try:
            acknowledged = await self._take(asked)
        except KeyReused as error:
            again = replace(self._filled, key=self._room.chance(KEY_BYTES).hex())
            raise Told(
                error, page=_Steps(self._room, filled=again).trouble(error, kind="reused")
            ) from error
        except TutelaError as error:
            raise Told(error, page=self.trouble(error, kind="busy")) from error
        return receipt_page(acknowledged, filled=self._filled, offer=self._room.offer)

    def show(
        self, step: int, *, wrong: Sequence[Mistake] = (), trouble: str = "", status: int = 200
    ) -> Answer:
        filled = self._filled
        shown = self._page(f"step{step}.html").answer(
            status=status,
            filled=filled,
            hidden=filled.hidden(step=step),
            step=step,
            steps=LAST,
            wrong={each.field: each for each in wrong},
            wished=filled.asked.split() if step == LAST else [],
            trouble=trouble,
            groups=GROUPS,
            is_nameless=self._is_nameless(),
        )
        return replace(shown, cache=KEPT)

    def trouble(self, error: TutelaError, *, kind: str) -> Answer:
        given = self.show(LAST, trouble=kind, status=int(error.status))
        return replace(given, headers=(*given.headers, *headers_of(error)))

    def _refuse_mistakes(self, *, upto: int) -> None:
        wrong = mistakes(self._filled, upto=upto)
        if wrong:
            step = step_of(wrong[0].field)
            here = [each for each in wrong if step_of(each.field) == step]
            places = [FieldError(f"/{each.field}", each.text) for each in wrong]
            cause = Unfit("The page asks again.", errors=places)
            raise Told(cause, page=self.show(step, wrong=here, status=int(cause.status)))

    async def _take(self, asked: Asked) -> Acknowledged:
        caller = await caller_of(asked, room=self._room)
        key = sending_key(asked, filled=self._filled)
        sending = Sending(caller=caller, door=DOOR, key=key)
        return await self._room.intake.take(read_form(self._filled.report), sending=sending)

    def _page(self, template: str) -> Page:
        return Page(template=template, language=self._filled.lang, offer=self._room.offer)

    def _is_nameless(self) -> bool:
        """Whether the law asks for no name: Article 16(2)(c)."""
        keyword = MEANINGS[HarmKind(self._filled.harm or HarmKind.OTHER)].keyword
        return keyword in anonymous_keywords(self._room.clock().date())


def receipt_page(
    acknowledged: Acknowledged, *, filled: Filled, offer: Offer, root: str = ""
) -> Answer:
    """201 with the receipt, 200 where the same was sent before."""
    accepted = acknowledged.accepted
    received_at = datetime.fromisoformat(accepted.receipt.received_at)
    return Page(template="receipt.html", language=filled.lang, offer=offer, root=root).answer(
        status=201 if acknowledged.fresh else 200,
        accepted=accepted,
        received=time_in_words(received_at, words=offer.words(filled.lang)),
        with_email=bool(filled.email.strip()),
    )


def sending_key(asked: Asked, *, filled: Filled) -> str | None:
    """Under which key a report is taken once: the page's own, or that of a program."""
    return f"{DOOR} {filled.key}" if _is_person(asked) else idempotency_key(asked)


def _is_person(asked: Asked) -> bool:
    """Whether a person sends the form, and no program with a token of ours."""
    return b"authorization" not in asked.headers


async def caller_of(asked: Asked, *, room: ReportRoom) -> Caller:
    """Anybody, for the public service; whoever brings a token of ours speaks for the token's."""
    if _is_person(asked):
        return public_caller(await room.public.find(), name=DOOR)
    caller = await room.desk.caller(asked.headers[b"authorization"].decode("latin-1"))
    refuse_unless(caller.role, right=Right.SEND_NOTICES)
    return caller
