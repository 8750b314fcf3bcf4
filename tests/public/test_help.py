"""Whom one can turn to, by country and language, and the way out of the pages."""

import re

import httpx
import pytest

from tests.fixtures.site import Site, site_on
from tests.public.forms import Visit
from tutela.guard.help.choosing import listed_lines
from tutela.web.public.help import ORDER, countries, known_countries, lines
from tutela.web.public.offer import Offer
from tutela.web.public.words import LANGUAGES

HELP, AWAY = "/report/help", "/report/away"
#: The Member States of the European Union (ISO 3166-1 alpha-2).
UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - read as a row
)


@pytest.mark.parametrize("country", sorted(UNION))
def test_every_member_state_has_its_numbers_and_the_most_urgent_is_first(country: str) -> None:
    found = lines(country)
    assert found[0].phone == "112"
    assert "116 111" in {line.phone for line in found}


def test_every_kind_of_line_has_its_place() -> None:
    assert {line.kind for line in listed_lines()} == set(ORDER)
    assert known_countries() >= UNION
    assert [each.kind for each in lines("??")] == list(ORDER[-2:])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_help_is_told_in_the_reader_s_language(web: Site, language: str) -> None:
    w = Offer().words(language)
    visit = await Visit(web, language).open(HELP, country="AT", lang=language)
    assert visit.status == 200
    assert all(w[f"line_{kind}"] in visit.text for kind in ORDER[:4])
    assert 'href="tel:112"' in visit.html
    assert 'href="https://www.stopline.at/" rel="noreferrer noopener nofollow"' in visit.html
    assert "verified" not in visit.html
    names = [each.name for each in countries(language)]
    assert all(f">{name}</option>" in visit.html for name in names)


@pytest.mark.parametrize(
    ("accepted", "asked", "country"),
    [
        ("de-AT,de;q=0.9", {}, "AT"),
        ("de-AT", {"country": "fr"}, "FR"),
        ("de-AT", {"country": "*"}, "*"),
        ("en-US,en", {}, "*"),
        ("sr-Latn-RS", {}, "*"),
        ("", {"country": "<script>"}, "*"),
    ],
)
async def test_the_country_is_what_was_asked_for_else_the_browser_s(
    web: Site, accepted: str, asked: dict[str, str], country: str
) -> None:
    answer = await web.client.get(HELP, params=asked, headers={"accept-language": accepted})
    assert re.findall(r'value="([^"]+)" selected', answer.text) == [country]
    assert "<script>" not in answer.text


async def test_every_page_has_a_way_out_that_is_a_link(web: Site) -> None:
    for path in ("/report", "/report/status", HELP):
        visit = await Visit(web).open(path)
        exit_link = re.search(
            r'<a class="exit" href="([^"]+)" rel="nofollow noreferrer">', visit.html
        )
        assert exit_link, path
        assert httpx.URL(f"http://x{path}").join(exit_link[1]).path == AWAY
    refused = await Visit(web).post("/report", nonsense="x")
    assert 'class="exit"' in refused.html


async def test_where_it_leads_tells_of_no_report(web: Site) -> None:
    for language in LANGUAGES:
        visit = await Visit(web, language).open(AWAY)
        assert visit.status == 200
        site = Offer().words(language)["site"]
        assert site not in visit.text
        assert "tutela" not in visit.text.lower()
        assert 'aria-current="date"' in visit.html
    forgetting = await web.client.get("/report/calendar.css")
    assert forgetting.headers["clear-site-data"] == '"cache"'


async def test_an_operator_s_own_page_is_where_it_leads(web: Site) -> None:
    offer = Offer(exit_url="https://weather.example/")
    transport = httpx.ASGITransport(site_on(web.house, refusals=web.refusals, offer=offer))
    async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
        answer = await client.get(AWAY)
    assert (answer.status_code, answer.headers["location"]) == (303, "https://weather.example/")
    assert answer.headers["referrer-policy"] == "no-referrer"
