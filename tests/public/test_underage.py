"""An account of a child under 13: one page to the receipt, and no end without an outcome."""

import httpx
import pytest

from tests.fixtures.deciding import claimed, decided, dismissal, held
from tests.fixtures.site import Site
from tests.public.forms import PLACE, Visit
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.review import queue
from tutela.web.public.words import LANGUAGES, words

PATH = "/report/under-13"
HOSTILE = "<script>x</script> \u202etoken 4f1c"


async def sent(web: Site, *, language: str = "en", **typed: str | None) -> Visit:
    visit = await Visit(web, language).open(PATH, lang=language)
    assert visit.status == 200
    return await visit.post(PATH, **{**visit.fields, **typed}, go="send")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_page_leads_from_the_account_to_the_receipt(web: Site, language: str) -> None:
    visit = await sent(web, language=language, where="name 4f1c", sign_says="yes", why=HOSTILE)
    assert (visit.status, len(visit.code)) == (201, 39)
    body = await web.sealed_body()
    assert isinstance(body, dict)
    assert body["subjects"] == [{"kind": "account", "id": "name 4f1c"}]
    assert body["keyword"] == "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS"
    assert body["explanation"] == f"{words(language)['sign_says']}\n{HOSTILE}"
    assert body["possible_minor"] == {"account_holder": True}
    assert body["language"] == language
    assert "notifier" not in body


async def test_a_link_leaves_one_click_to_do(web: Site) -> None:
    visit = await Visit(web).open(PATH, url=PLACE, id="post-91", account_id="a-7", kind="content")
    assert visit.fields["where"] == PLACE
    await visit.post(PATH, **visit.fields, go="send")
    assert visit.status == 201
    body = await web.sealed_body()
    assert isinstance(body, dict)
    assert body["subjects"] == [{"kind": "account", "id": "a-7", "url": PLACE}]


async def test_it_joins_the_case_of_the_same_account(web: Site) -> None:
    for _ in range(2):
        visit = await Visit(web).open(PATH, account_id="a-7")
        await visit.post(PATH, **visit.fields, go="send")
    assert await web.house.rows("SELECT count(*) FROM case_file") == [(1,)]


async def test_without_an_account_the_page_asks_again_and_keeps_the_rest(web: Site) -> None:
    visit = await sent(web, where=" ", sign_known="yes", why=HOSTILE)
    assert visit.status == 422
    assert '<a href="#where">' in visit.html
    assert visit.fields.items() >= {"sign_known": "yes", "why": HOSTILE}.items()
    assert "<script>" not in visit.html
    await visit.post(PATH, **visit.fields, go="de-x-young")
    assert visit.status == 200
    assert visit.fields.items() >= {"sign_known": "yes", "why": HOSTILE}.items()
    assert '<html lang="de"' in visit.html


async def test_a_double_click_is_one_report(web: Site) -> None:
    visit = await Visit(web).open(PATH, account_id="a-7")
    form = dict(visit.fields)
    first = await Visit(web).post(PATH, **form, go="send")
    again = await Visit(web).post(PATH, **form, go="send")
    assert (first.status, again.status, again.code) == (201, 200, first.code)


@pytest.mark.parametrize("wrong", [{"sign_says": "no"}, {"sign_other": "yes"}, {"harm": "x"}])
async def test_what_the_page_does_not_offer_is_refused(web: Site, wrong: dict[str, str]) -> None:
    visit = await sent(web, where="name", **wrong)
    assert visit.status == 422
    assert await web.house.rows("SELECT count(*) FROM notice") == [(0,)]


async def test_another_site_can_t_send_it(web: Site) -> None:
    answer = await web.client.post(
        PATH, data={"where": "x", "go": "send"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_nothing_but_an_outcome_closes_it(web: Site) -> None:
    visit = await sent(web, where="name 4f1c", sign_shows="yes")
    reviewer = await web.house.caller(Role.SPECIALIST)
    lease = await claimed(web.house, reviewer=reviewer)
    ((notice_id,),) = await web.house.rows("SELECT id FROM notice")
    item = [f"{notice_id}.0"]
    fields = {"automated_detection": False, "automated_decision": "none"}
    with pytest.raises(TutelaError):
        await decided(
            web.house,
            reviewer=reviewer,
            lease=lease,
            body=dismissal(lease, items=item, **fields, outcome=None),
        )
    now = web.house.clock.now()
    await queue.release(web.house.pool, caller=reviewer, held=held(lease), now=now)
    shown = await Visit(web).post("/report/status", code=visit.code, lang="en")
    assert "is being worked on" in shown.text
    lease = await claimed(web.house, reviewer=reviewer)
    body = dismissal(lease, items=item, **fields)
    await decided(web.house, reviewer=reviewer, lease=lease, body=body)
    await shown.post("/report/status", code=visit.code, lang="en")
    assert "Looked at, and it may stay. A person decided." in shown.text
