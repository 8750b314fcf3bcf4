"""The page that looks up reports opens a statement of reasons by its code, too."""

import pytest

from tests.fixtures.deciding import action, at_work, decided, subject
from tests.fixtures.site import Site
from tests.public.forms import Visit
from tutela.ledger import receipts

STATUS = "/report/status"
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }}"


async def issued(web: Site) -> str:
    """The code of a statement whose facts are hostile."""
    rooms = web.house
    reviewer, lease, items = await at_work(rooms)
    body = action(lease, items=items, on=subject("post-1"), facts=HOSTILE)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    ((statement_id,),) = await rooms.rows("SELECT id FROM statement")
    return receipts.write_code(rooms.keys.code_digest(statement_id.bytes))


async def test_a_removed_person_reads_the_statement_in_their_language(web: Site) -> None:
    code = await issued(web)
    visit = await Visit(web, "de").post(STATUS, code=code.lower(), lang="de")
    assert visit.status == 200
    assert "Das gilt noch." in visit.text
    assert "Beschwerde möglich bis" not in visit.text
    await web.house.rows("UPDATE statement SET delivered_at = '2026-11-21T10:00:00Z'")
    await visit.post(STATUS, **visit.fields, go="en")
    assert "You can complain until" in visit.text
    assert "28 May 2027" in visit.text
    assert "We have restricted content of yours" in visit.text


async def test_the_code_of_a_decision_has_a_page_of_its_own(web: Site) -> None:
    code = await issued(web)
    visit = await Visit(web).open("/report/decision", lang="fr")
    assert "Lire une décision qui vous concerne" in visit.text
    await visit.post(STATUS, **{**visit.fields, "code": "0000"})
    assert (visit.status, visit.fields["about"]) == (404, "decision")
    await visit.post(STATUS, **visit.fields, go="en")
    assert "Read a decision about you" in visit.text
    await visit.post(STATUS, **{**visit.fields, "code": code})
    assert visit.status == 200
    assert "We have restricted content of yours" in visit.text


async def test_what_people_wrote_is_text_on_the_page(web: Site) -> None:
    visit = await Visit(web).post(STATUS, code=await issued(web), lang="en")
    assert "<script>" not in visit.html
    assert HOSTILE in visit.text


@pytest.mark.parametrize("sealed", ["UPDATE statement SET sealed_key = NULL, sealed_body = NULL"])
async def test_an_erased_statement_opens_nothing(web: Site, sealed: str) -> None:
    code = await issued(web)
    await web.house.rows(sealed)
    visit = await Visit(web).post(STATUS, code=code, lang="en")
    assert visit.status == 404


async def test_younger_people_read_the_statement_in_the_words_for_children(web: Site) -> None:
    code = await issued(web)
    usual = await Visit(web).post(STATUS, code=code, lang="en")
    assert "116 111" not in usual.text
    await usual.post(STATUS, **usual.fields, go="en-x-young")
    assert usual.status == 200
    assert "116 111" in usual.text
    assert HOSTILE in usual.text
