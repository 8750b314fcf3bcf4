"""Whoever holds the code sees how the report stands, adds to it, and keeps the receipt."""

import json

import pytest

import tutela_verify
from tests.fixtures.deciding import claimed, decided, dismissal
from tests.fixtures.site import Site
from tests.public.forms import PLACE, Visit, report
from tutela.domain.vocabulary import Role
from tutela.ledger.receipts import hash_code

STATUS, EVIDENCE, RECEIPT = "/report/status", "/report/evidence", "/report/receipt"
REPORT = {"where": PLACE, "harm": "scam", "why": "token 4f1c", "good_faith": "yes"}


async def reported(web: Site) -> str:
    return (await report(web, fields=REPORT)).code


async def answer_everything(web: Site) -> None:
    reviewer = await web.house.caller(Role.REVIEWER)
    lease = await claimed(web.house, reviewer=reviewer)
    ((notice_id,),) = await web.house.rows("SELECT id FROM notice")
    body = dismissal(
        lease, items=[f"{notice_id}.0"], automated_detection=False, automated_decision="none"
    )
    await decided(web.house, reviewer=reviewer, lease=lease, body=body)


async def test_the_code_on_the_receipt_opens_the_report(web: Site) -> None:
    code = await reported(web)
    assert await web.house.rows(
        "SELECT count(*) FROM notice WHERE code_hash = %(code)s", code=hash_code(code)
    ) == [(1,)]
    visit = Visit(web, "de")
    typed = f" {code.lower().replace('-', ' ')} "
    await visit.post(STATUS, code=typed, lang="de")
    assert visit.status == 200
    assert "Deine Meldung ist angekommen und wird bearbeitet." in visit.text
    assert "In höchstens einer Minute" in visit.text
    await web.house.sequencer.sequence_all()
    await visit.post(STATUS, code=typed, lang="de", go="en")
    assert "Your report has arrived and is being worked on." in visit.text
    assert "Yes" in visit.text


@pytest.mark.parametrize("path", [STATUS, EVIDENCE, RECEIPT])
@pytest.mark.parametrize("code", ["", "0000-0000", "x" * 5_000, "\u202e"])
async def test_an_unknown_code_opens_nothing(web: Site, path: str, code: str) -> None:
    visit = await Visit(web).post(path, code=code, text="token", lang="en")
    assert visit.status == 404
    assert '<a href="#code">' in visit.html
    assert visit.fields["code"] == code


@pytest.mark.parametrize("path", [STATUS, EVIDENCE, RECEIPT])
async def test_the_form_for_the_code_is_there_in_both_languages(web: Site, path: str) -> None:
    assert "Check a report" in (await Visit(web).open(path, source="mail")).text
    visit = await Visit(web).open(path, lang="de")
    assert "Meldung nachsehen" in visit.text
    await visit.post(STATUS, **visit.fields, go="en")
    assert (visit.status, visit.fields["code"]) == (200, "")
    assert "Check a report" in visit.text


async def test_evidence_is_added_once(web: Site) -> None:
    visit = await Visit(web).post(STATUS, code=await reported(web), lang="en")
    sent = visit.fields | {"text": "token 9b07"}
    await visit.post(EVIDENCE, **sent)
    assert visit.status == 201
    assert "It was added to your report." in visit.text
    await visit.post(EVIDENCE, **sent)
    assert visit.status == 200
    assert await web.house.rows("SELECT count(*) FROM evidence") == [(1,)]


@pytest.mark.parametrize(("text", "told"), [(" ", "Write what you want"), ("x" * 20_001, "20000")])
async def test_evidence_that_can_t_be_taken_stays_on_the_page(
    web: Site, text: str, told: str
) -> None:
    visit = await Visit(web).post(STATUS, code=await reported(web), lang="en")
    await visit.post(EVIDENCE, **visit.fields | {"text": text})
    assert visit.status == 422
    assert told in visit.text
    assert visit.fields["text"] == text
    await visit.post(EVIDENCE, **visit.fields, go="de")
    assert visit.status == 200
    assert visit.fields["text"] == text


async def test_an_answered_report_says_how_and_what_can_be_done(web: Site) -> None:
    code = await reported(web)
    await answer_everything(web)
    visit = await Visit(web).post(STATUS, code=code, lang="en")
    assert "Looked at, and it may stay. A person decided." in visit.text
    assert "You can go to court at any time." in visit.text
    await visit.post(EVIDENCE, code=code, text="too late 9b07", lang="en")
    assert visit.status == 409
    assert "too late 9b07" in visit.text


async def test_the_receipt_can_be_kept_and_checked(web: Site) -> None:
    code = await reported(web)
    visit = await Visit(web).post(RECEIPT, code=code, lang="en")
    assert visit.answer is not None
    assert visit.answer.headers["content-disposition"] == 'attachment; filename="receipt.json"'
    receipt = json.loads(visit.html)
    assert receipt["code"] == code
    tutela_verify.verify_receipt(receipt, public_key=web.house.keys.public_key)


async def test_no_code_is_ever_in_a_link(web: Site) -> None:
    visit = await report(web, fields=REPORT)
    links = [part.partition('"')[0] for part in visit.html.split('href="')[1:]]
    assert [link for link in links if visit.code[:9] in link] == []


async def test_a_decision_that_was_taken_back_says_so(web: Site) -> None:
    code = await reported(web)
    await answer_everything(web)
    await web.house.rows("UPDATE decision SET undone_at = '2026-11-21T10:00:00Z'")
    visit = await Visit(web).post(STATUS, code=code, lang="en")
    assert "We took this decision back on 21 November 2026, 10:00 (UTC)." in visit.text


async def test_younger_people_read_how_it_stands_in_simpler_words(web: Site) -> None:
    code = await reported(web)
    visit = await Visit(web).post(STATUS, code=code, lang="de-x-young")
    assert "Deine Meldung ist da. Menschen arbeiten daran." in visit.text
    assert '<html lang="de"' in visit.html
    await visit.post(EVIDENCE, **visit.fields | {"text": "token 9b07"}, go="de")
    assert "Deine Meldung ist angekommen und wird bearbeitet." in visit.text
    assert visit.fields["text"] == "token 9b07"
