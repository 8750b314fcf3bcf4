"""`/report/status`: how a report stands, for whoever holds its code; more evidence, the receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.decisions.lookup import StatementAsked, UnknownStatement
from tutela.decisions.lookup import look_up as look_up_statement
from tutela.domain.decision import Recipient
from tutela.domain.notice import EXPLANATION_MAX_CODE_POINTS
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Audience
from tutela.errors import FieldError, TutelaError
from tutela.intake.evidence import AlreadyAnswered, Evidence, add_evidence
from tutela.intake.reading import Unfit
from tutela.intake.receipts import UnknownCode, look_up, receipt_of
from tutela.web.answer import JSON, Answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import headers_of
from tutela.web.public.filled import own_key, read_fields, refuse_foreign
from tutela.web.public.offer import Offer
from tutela.web.public.pages import Page, Told, accepted_language
from tutela.web.public.words import YOUNG, Words, language_of, time_in_words

CODE_MAX_CODE_POINTS: Final = 128
ROOT: Final = "../"
RECEIPT_FILE: Final = "receipt.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRoom:
    """What the pages of a receipt's holder stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the holder of a receipt sends; texts as they were typed."""

    code: str = ""
    text: str = ""
    key: str = ""
    lang: str = ""
    go: str = ""
    #: `decision` where the code is asked for as that of a decision about the person.
    about: str = ""


def show_form(offer: Offer, *, about: str = "") -> Handler:
    """200 with the form that asks for the code."""

    async def handle(asked: Asked) -> Answer:
        language = accepted_language(asked.headers, asked.query.get("lang"), offer=offer)
        return _ask(Sent(lang=language, about=about), offer=offer)

    return handle


def show_standing(room: StandingRoom) -> Handler:
    """200 with how the report stands, or with the statement; 404 where neither has the code."""

    async def handle(asked: Asked) -> Answer:
        sent = _sent(asked, offer=room.offer)
        if room.offer.has(sent.go) and not sent.code.strip():
            return _ask(sent, offer=room.offer)
        return await _standing(room, sent=sent)

    return handle


def take_evidence(room: StandingRoom) -> Handler:
    """201 once the evidence is durable; 409 where nothing of the report is open any more."""

    async def handle(asked: Asked) -> Answer:
        sent = _sent(asked, offer=room.offer)
        if room.offer.has(sent.go):
            return await _standing(room, sent=sent)
        wrong = _wrong_text(sent.text)
        if wrong:
            cause = Unfit("The page asks again.", errors=[FieldError("/text", wrong)])
            page = await _standing(room, sent=sent, wrong=wrong, status=int(cause.status))
            raise Told(cause, page=page)
        return await _add(room, sent=sent)

    return handle


def give_receipt(room: StandingRoom) -> Handler:
    """200 with the receipt as a file; 404 where no receipt has the code."""

    async def handle(asked: Asked) -> Answer:
        sent = _sent(asked, offer=room.offer)
        try:
            receipt = await receipt_of(room.pool, code=sent.code[:CODE_MAX_CODE_POINTS])
        except UnknownCode as error:
            raise Told(
                error, page=_ask(sent, wrong="error_code", error=error, offer=room.offer)
            ) from error
        attached = f'attachment; filename="{RECEIPT_FILE}"'.encode()
        body = msgspec.json.format(msgspec.json.encode(receipt))
        return Answer(200, body, JSON, ((b"content-disposition", attached),))

    return handle


async def _add(room: StandingRoom, *, sent: Sent) -> Answer:
    key = f"form {own_key(sent.key, chance=room.chance)}"
    evidence = Evidence(code=sent.code[:CODE_MAX_CODE_POINTS], text=sent.text, key=key)
    try:
        _, fresh = await add_evidence(
            room.pool,
            evidence=evidence,
            keys=room.keys,
            now=room.clock(),
            chance=room.chance,
        )
    except AlreadyAnswered as error:
        page = await _standing(room, sent=sent, wrong="error_answered", status=int(error.status))
        raise Told(error, page=page) from error
    except UnknownCode as error:
        raise Told(
            error, page=_ask(sent, wrong="error_code", error=error, offer=room.offer)
        ) from error
    done = Sent(code=sent.code, lang=sent.lang)
    return await _standing(room, sent=done, added=True, status=201 if fresh else 200)


async def _standing(
    room: StandingRoom, *, sent: Sent, wrong: str = "", added: bool = False, status: int = 200
) -> Answer:
    try:
        standing = await look_up(room.pool, code=sent.code[:CODE_MAX_CODE_POINTS])
    except UnknownCode as error:
        return await _statement(room, sent=sent, no_receipt=error)
    received_at = datetime.fromisoformat(standing.received_at)
    return Page(template="standing.html", language=sent.lang, root=ROOT, offer=room.offer).answer(
        status=status,
        sent=sent,
        key=own_key(sent.key, chance=room.chance),
        standing=standing,
        received=time_in_words(received_at, words=room.offer.words(sent.lang)),
        times={
            at: _time(at, spoken=room.offer.words(sent.lang))
            for at in (item.undone_at for item in standing.items)
            if at is not None
        },
        wrong=wrong,
        limit=EXPLANATION_MAX_CODE_POINTS,
        added=added,
    )


async def _statement(room: StandingRoom, *, sent: Sent, no_receipt: UnknownCode) -> Answer:
    """The statement of reasons with that code, if there is one: people know of one kind of code."""
    asked = StatementAsked(code=sent.code[:CODE_MAX_CODE_POINTS], recipient=_reader(sent.lang))
    spoken = room.offer.words(sent.lang)
    try:
        standing = await look_up_statement(room.pool, asked=asked, keys=room.keys, now=room.clock())
    except UnknownStatement:
        page = _ask(sent, wrong="error_code", error=no_receipt, offer=room.offer)
        raise Told(no_receipt, page=page) from no_receipt
    if standing.text is None:
        page = _ask(sent, wrong="error_code", error=no_receipt, offer=room.offer)
        raise Told(no_receipt, page=page) from no_receipt
    return Page(template="statement.html", language=sent.lang, root=ROOT, offer=room.offer).answer(
        sent=sent,
        standing=standing,
        told=standing.text,
        issued=_time(standing.issued_at, spoken=spoken),
        until=standing.complaint_until and _time(standing.complaint_until, spoken=spoken),
    )


def _reader(voice: str) -> Recipient:
    """Who reads a statement in a voice; only the young one says to which readers it speaks."""
    audience = Audience.CHILD if voice.endswith(YOUNG) else None
    return Recipient(language=language_of(voice), audience=audience)


def _time(text: str, *, spoken: Words) -> str:
    return time_in_words(datetime.fromisoformat(text), words=spoken)


def _ask(sent: Sent, *, offer: Offer, wrong: str = "", error: TutelaError | None = None) -> Answer:
    return Page(template="ask.html", language=sent.lang, root=ROOT, offer=offer).answer(
        status=200 if error is None else int(error.status),
        headers=() if error is None else headers_of(error),
        sent=sent,
        wrong=wrong,
    )


def _sent(asked: Asked, *, offer: Offer) -> Sent:
    refuse_foreign(asked.headers)
    given = read_fields(asked.body, known=frozenset(Sent.__dataclass_fields__))
    switched = given.get("go") if offer.has(given.get("go")) else given.get("lang")
    return Sent(**{**given, "lang": accepted_language(asked.headers, switched, offer=offer)})


def _wrong_text(text: str) -> str:
    if is_blank(text):
        return "error_text_missing"
    return "error_long" if len(text) > EXPLANATION_MAX_CODE_POINTS else ""
