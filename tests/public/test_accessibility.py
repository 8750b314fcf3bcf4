"""Every public page and state, held against WCAG 2.2 AA; scripts are on for the audit alone.

The one browser walks all ways in every language, and in one that nobody wrote, from right to left.
Whatever text the pages have is on one of them: a state that nobody looks at fails here.
"""

import asyncio
import os
import re
from datetime import date
from pathlib import Path

import pytest

import tutela.web
from tests.fixtures.browser import CHROMIUM
from tests.fixtures.deciding import action, claimed, dismissal, subject, take_decision
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site, served, site_on
from tests.public.pseudo import PSEUDO, write_pseudo
from tests.public.ways import BUSY, HOSTILE, Standing, walk
from tutela.domain.vocabulary import Role
from tutela.intake.acknowledgement import Accepted
from tutela.intake.commit import IntakeFull
from tutela.intake.door import Acknowledged, Sending
from tutela.intake.reading import NoticeRead
from tutela.ledger import receipts
from tutela.settings import read_settings
from tutela.web.public.offer import offer_of
from tutela.web.public.words import LANGUAGES, words

CSS = Path(tutela.web.__file__).parent / "static" / "report.css"
#: Texts of no page: an item that is answered is told by its outcome, months stand in times.
NEVER = {"item_answered", "months"}
#: Other fields of each decision.
TERMS = {
    "ground": "terms",
    "terms_clause": "4.2",
    "terms_version": "2026-09",
    "automated_decision": "full",
}
AT = date(2026, 11, 21)
NO_LAW = ("legal_ground", "keyword")


async def answered(rooms: Rooms, *, name: str, **said: object) -> Accepted:
    """A report about a subject of its own, which is decided; dismissed where nothing is said."""
    on = subject(name, account_id="a-7")
    accepted = await rooms.take(await rooms.caller(), subjects=[on])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    items = [item.id for item in accepted.items]
    body = dismissal(lease, items=items)
    if said:
        facts = {"facts": HOSTILE, "explanation": HOSTILE, **said}
        body = action(lease, items=items, on=subject(name), **facts)
        body = {field: text for field, text in body.items() if text is not None}
    await take_decision(rooms, reviewer=reviewer, case_id=lease.case_id, body=body)
    return accepted


async def statement_of(rooms: Rooms, *, of: Accepted) -> str:
    """The code of the statement that followed a report."""
    ((statement_id,),) = await rooms.rows(
        "SELECT s.id FROM statement s JOIN item i USING (tenant, service, decision_id)"
        " WHERE i.notice_id = %(id)s",
        id=of.id,
    )
    return receipts.write_code(rooms.keys.code_digest(statement_id.bytes))


async def standing_on(rooms: Rooms) -> Standing:
    """A report and a statement in each state."""
    terms = {**TERMS, **dict.fromkeys(NO_LAW)}
    dismissed = await answered(rooms, name="p-1")
    illegal = await answered(rooms, name="p-2", legal_ground="Act 1")
    broken = await answered(rooms, name="p-3", **terms)
    undone = await answered(rooms, name="p-4", legal_ground="Act 1", automated_decision="none")
    withheld = await answered(rooms, name="p-5")
    ended = await answered(rooms, name="p-6", legal_ground="Act 1")
    statements = {
        "in force": await statement_of(rooms, of=illegal),
        "undone": await statement_of(rooms, of=undone),
        "ended": await statement_of(rooms, of=ended),
    }
    of = "WHERE id = (SELECT decision_id FROM item WHERE notice_id = %(id)s)"
    for told, change in (
        (undone, "undone_at = %(at)s"),
        (withheld, "withheld_basis = 'b', withheld_until = '2099-1-1'"),
    ):
        await rooms.rows(f"UPDATE decision SET {change} {of}", id=told.id, at=AT)
    await rooms.rows(
        "UPDATE measure SET undone_at = %(at)s, undone_why = 'ended', state = 'recalled'"
        " WHERE decision_id = (SELECT decision_id FROM item WHERE notice_id = %(id)s)",
        id=ended.id,
        at=AT,
    )
    await rooms.rows("UPDATE statement SET delivered_at = %(at)s", at=AT)
    await rooms.sequencer.sequence_all()
    waits = await rooms.take(await rooms.caller())
    found = {
        "dismissed": dismissed,
        "illegal": illegal,
        "terms": broken,
        "undone": undone,
        "withheld": withheld,
        "open": waits,
    }
    reports = {state: each.receipt.code for state, each in found.items()}
    return Standing(reports=reports, statements=statements)


def full_at_times(rooms: Rooms, *, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door says that it is full to whoever reports the one thing."""
    take = rooms.intake.take

    async def taken(read: NoticeRead, *, sending: Sending) -> Acknowledged:
        if read.notice.explanation == BUSY:
            raise IntakeFull
        return await take(read, sending=sending)

    monkeypatch.setattr(rooms.intake, "take", taken)


@pytest.mark.skipif(
    not Path(CHROMIUM).exists() and not os.environ.get("TUTELA_REQUIRE_BROWSER"),
    reason="no chromium on this machine",
)
@pytest.mark.parametrize("language", [*LANGUAGES, PSEUDO])
async def test_no_public_page_keeps_anybody_out(
    web: Site, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pseudo(tmp_path)
    offer = offer_of(
        read_settings(
            {
                "TUTELA_PUBLIC_LANGUAGES": ",".join((*LANGUAGES, PSEUDO)),
                "TUTELA_PUBLIC_WORDS": str(tmp_path),
            }
        )
    )
    await web.token()
    standing = await standing_on(web.house)
    full_at_times(web.house, monkeypatch=monkeypatch)
    application = site_on(web.house, refusals=web.refusals, offer=offer)
    async with served(application) as url:
        audit = await asyncio.to_thread(
            walk, url, language=language, offer=offer, standing=standing
        )
    assert {state: found for state, found in audit.found.items() if found} == {}
    unseen = [name for name, text in words("en").items() if not is_in(text, shown=audit.shown)]
    if language == LANGUAGES[0]:
        assert set(unseen) - NEVER == set(), "texts of no page that was looked at"


def is_in(text: str, *, shown: str) -> bool:
    """Whether a text stands there, whatever it speaks of."""
    return all(part in shown for part in re.split(r"\{\w+\}", text))


def test_the_style_has_no_left_and_no_right() -> None:
    text = CSS.read_text(encoding="utf-8")
    assert re.findall(r"[\w-]*\b(?:left|right)\b[\w-]*", text) == []
    assert re.findall(r"\b(?:margin|padding)-(?:top|bottom)\b", text) == []
