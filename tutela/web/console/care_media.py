"""Media on the case page: nothing is loaded before a reveal, and then from the vault alone."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.domain.care import AgainReason, MediaKind
from tutela.intake.door import usable_key
from tutela.review.care import appearance, revealing
from tutela.review.care.revealing import Asking, Revealed
from tutela.review.care.room import AlreadyRevealed, CareRoom, UnknownReveal
from tutela.review.queue import unknown_case
from tutela.web.answer import HTML, Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit
from tutela.web.paging import uuid_or_none

_REVEALS: Final = "/console/{service}/reveals/{reveal_id}"


def media_screens(room: CareRoom) -> Sequence[Screen]:
    """The reveal of a case, the one document that loads media, and the end of it."""

    async def reveal(visit: Visit) -> Answer:
        case_id = uuid_or_none(visit.path["case_id"])
        if case_id is None:
            raise unknown_case()
        try:
            told = await revealing.reveal(room, asking=_asking(visit, case_id=case_id))
        except AlreadyRevealed as error:
            return _again(visit, case_id=case_id, error=error)
        return _told(visit, told=told)

    async def show(visit: Visit) -> Answer:
        told = await revealing.shown(room, caller=visit.caller, reveal_id=_reveal_id(visit))
        looks = await appearance.of_person(room, caller=visit.caller)
        kind = MediaKind.FILM if visit.query.get("as") == MediaKind.FILM else MediaKind.PICTURE
        shown = page(visit, template="media.html", told=told, looks=looks, kind=kind)
        headers = media_headers(shown, origin=room.opened_vault.origin)
        return Answer(shown.status, shown.body, HTML, headers)

    async def hide(visit: Visit) -> Answer:
        reveal_id = _reveal_id(visit)
        await revealing.hide(room, caller=visit.caller, reveal_id=reveal_id)
        if visit.is_partial:
            return page(visit, template="media_hidden.html")
        return moved(f"/console/{visit.service}/care")

    return (
        Screen("POST", "/console/{service}/cases/{case_id}/reveal", Right.DECIDE_CASES, reveal),
        Screen("GET", _REVEALS, Right.DECIDE_CASES, show),
        Screen("POST", f"{_REVEALS}/hide", Right.DECIDE_CASES, hide),
    )


def media_headers(shown: Answer, *, origin: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of the one document that may load from the vault; our own pages may frame it."""
    policy = (
        f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' data: {origin}; media-src {origin}; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    )
    others = {b"content-security-policy", b"x-frame-options"}
    kept = (each for each in shown.headers if each[0] not in others)
    return (
        (b"content-security-policy", policy.encode()),
        (b"x-frame-options", b"SAMEORIGIN"),
        *kept,
    )


def _asking(visit: Visit, *, case_id: UUID) -> Asking:
    again = visit.form.text("again")
    return Asking(
        caller=visit.caller,
        case_id=case_id,
        lease_token=visit.form.text("lease_token") or None,
        again=AgainReason(again) if again in list(AgainReason) else None,
        key=usable_key(visit.form.text("key") or None),
    )


def _told(visit: Visit, *, told: Revealed) -> Answer:
    kind = visit.form.text("as")
    shown = f"/console/{visit.service}/reveals/{told.id}"
    address = f"{shown}?as={MediaKind.FILM}" if kind == MediaKind.FILM else shown
    if not visit.is_partial:
        return moved(address)
    return page(visit, template="media_part.html", told=told, address=address, shown=shown)


def _again(visit: Visit, *, case_id: UUID, error: AlreadyRevealed) -> Answer:
    return page(
        visit,
        template="media_again.html" if visit.is_partial else "media_again_page.html",
        http_status=409,
        case_id=case_id,
        error=error,
        reasons=_REASONS,
        kind=visit.form.text("as"),
    )


def _reveal_id(visit: Visit) -> UUID:
    found = uuid_or_none(visit.path["reveal_id"])
    if found is None:
        raise UnknownReveal("There is no reveal of that id.")
    return found


#: What a person can give as a reason, in words.
_REASONS: Final = {
    AgainReason.NOT_LOADED: "The link was opened and nothing came",
    AgainReason.OTHER_QUESTION: "What was decided does not answer the question of this case",
    AgainReason.SECOND_LOOK: "A second look at what was decided",
    AgainReason.REFERRAL: "A referral needs what only the media shows",
}
