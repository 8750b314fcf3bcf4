"""`/report/under-13`: an account that a child too young for the service holds, told on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final

from tutela.domain.text import is_blank
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.channels.form import FormReport, HarmKind, read_form
from tutela.intake.door import Sending
from tutela.intake.reading import Unfit
from tutela.web.answer import Answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import headers_of
from tutela.web.public.filled import (
    KEY_BYTES,
    SHOWN,
    YES,
    Filled,
    Mistake,
    filled_of,
    mistakes,
    prefilled,
    read_fields,
    refuse_foreign,
)
from tutela.web.public.pages import Page, Told, accepted_language
from tutela.web.public.report import DOOR, KEPT, ReportRoom, caller_of, receipt_page, sending_key
from tutela.web.public.standing import ROOT
from tutela.web.public.words import Words

#: What a link or the page before may say, unseen.
UNSEEN: Final = ("key", "lang", "about_url", "about_id", "about_kind", "about_account")


class Sign(StrEnum):
    """By what somebody knows that a child holds the account."""

    #: It says so itself.
    SAYS = "says"
    #: Its pictures, videos or posts show it.
    SHOWS = "shows"
    #: They know the child.
    KNOWN = "known"
    #: It is their own child's.
    OWN = "own"


_BOXES: Final = {sign: f"sign_{sign}" for sign in Sign}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told13:
    """The page as it was sent: what the report page knows too, and the signs that were ticked."""

    filled: Filled
    signs: frozenset[Sign] = frozenset()

    @property
    def hidden(self) -> dict[str, str]:
        """What travels unseen."""
        return {name: text for name in UNSEEN if (text := getattr(self.filled, name))}

    def report(self, *, w: Words) -> FormReport:
        """What the person said, the signs in the words of the page that they read."""
        ticked = [w[_BOXES[sign]] for sign in Sign if sign in self.signs]
        own = [] if is_blank(self.filled.why) else [self.filled.why]
        said = self.filled.report
        return replace(
            said,
            harm=HarmKind.TOO_YOUNG,
            places_name=SubjectKind.ACCOUNT,
            explanation="\n".join([*ticked, *own]),
        )


def show_underage(room: ReportRoom) -> Handler:
    """200 with the page, filled in as far as a link says."""

    async def handle(asked: Asked) -> Answer:
        language = accepted_language(asked.headers, asked.query.get("lang"), offer=room.offer)
        fresh = Filled(key=room.chance(KEY_BYTES).hex(), lang=language)
        return _show(room, told=Told13(filled=_of_account(asked.query, filled=fresh)))

    return handle


def take_underage(room: ReportRoom) -> Handler:
    """201 with the receipt once the report is durable, 422 where no account is said."""

    async def handle(asked: Asked) -> Answer:
        refuse_foreign(asked.headers)
        told = _read(asked, room=room)
        if room.offer.has(told.filled.go):
            switched = replace(told.filled, lang=told.filled.go)
            return _show(room, told=replace(told, filled=switched))
        wrong = mistakes(told.filled, upto=max(SHOWN))
        if wrong:
            places = [FieldError(f"/{each.field}", each.text) for each in wrong]
            cause = Unfit("The page asks again.", errors=places)
            raise Told(cause, page=_show(room, told=told, wrong=wrong, error=cause))
        return await _send(asked, room=room, told=told)

    return handle


async def _send(asked: Asked, *, room: ReportRoom, told: Told13) -> Answer:
    caller = await caller_of(asked, room=room)
    sending = Sending(caller=caller, door=DOOR, key=sending_key(asked, filled=told.filled))
    report = told.report(w=room.offer.words(told.filled.lang))
    try:
        acknowledged = await room.intake.take(read_form(report), sending=sending)
    except KeyReused as error:
        fresh = replace(told.filled, key=room.chance(KEY_BYTES).hex())
        again = replace(told, filled=fresh)
        raise Told(error, page=_show(room, told=again, trouble="reused", error=error)) from error
    except TutelaError as error:
        raise Told(error, page=_show(room, told=told, trouble="busy", error=error)) from error
    return receipt_page(acknowledged, filled=told.filled, offer=room.offer, root=ROOT)


def _show(
    room: ReportRoom,
    *,
    told: Told13,
    wrong: Sequence[Mistake] = (),
    trouble: str = "",
    error: TutelaError | None = None,
) -> Answer:
    page = Page(template="under13.html", language=told.filled.lang, root=ROOT, offer=room.offer)
    shown = page.answer(
        status=200 if error is None else int(error.status),
        headers=() if error is None else headers_of(error),
        filled=told.filled,
        hidden=told.hidden,
        boxes={_BOXES[sign]: sign in told.signs for sign in Sign},
        step=1,
        steps=1,
        wrong={each.field: each for each in wrong},
        wished=[],
        trouble=trouble,
    )
    return replace(shown, cache=KEPT)


def _read(asked: Asked, *, room: ReportRoom) -> Told13:
    known = frozenset({*(each.name for each in fields(Filled)), *_BOXES.values()})
    given = read_fields(asked.body, known=known)
    ticked = {sign: given.pop(name, "") for sign, name in _BOXES.items()}
    wrong = [
        FieldError(f"/{_BOXES[each]}", "not a choice of the page")
        for each, said in ticked.items()
        if said not in ("", YES)
    ]
    if wrong:
        raise Unfit("The form did not arrive as this page sends it.", errors=wrong)
    filled = filled_of(given, chance=room.chance)
    language = accepted_language(asked.headers, filled.lang, offer=room.offer)
    signs = frozenset(sign for sign, said in ticked.items() if said)
    return Told13(filled=replace(filled, lang=language), signs=signs)


def _of_account(query: Mapping[str, str], *, filled: Filled) -> Filled:
    """What a link says of an account: `account_id` is its id, as on links to content."""
    account = {**query, "kind": SubjectKind.ACCOUNT, "id": query.get("account_id", "")}
    named = account if account["id"] else {**query, "kind": SubjectKind.ACCOUNT}
    return replace(prefilled(named, filled=filled), about_account="")
