"""Forty reports at the edge of Article 16(2): each is taken, and what it lacks is what is noted."""

import itertools

import pytest

from tests.fixtures.site import Site
from tests.public.forms import PLACE, report

CHILD = "child_abuse"
SCAM = "scam"
WORDS = "in the album 9b07"

#: Said or not, for each element of Article 16(2): (a) reasons, (b) location, (c) name and e-mail
#: address, (d) good faith; for an offence whose notifier the law does not ask for, and for another.
SAID = list(itertools.product((CHILD, SCAM), *[(True, False)] * 4))
EDGES: list[tuple[dict[str, str], list[str]]] = [
    ({"why": " \u200b\n"}, ["/explanation"]),
    ({"why": "\u3164"}, ["/explanation"]),
    ({"why": "x" * 20_000}, []),
    ({"name": " "}, ["/notifier/name"]),
    ({"email": ""}, ["/notifier/email"]),
    ({"where": f"{PLACE}\n{WORDS}"}, ["/subjects/1/url"]),
    ({"harm": ""}, []),
    ({"harm": "", "name": "", "email": ""}, ["/notifier"]),
]


def whole() -> dict[str, str | None]:
    return {
        "where": PLACE,
        "harm": SCAM,
        "why": "token 4f1c",
        "name": "A. N. Other",
        "email": "a@example.org",
        "good_faith": "yes",
    }


async def noted(web: Site) -> list[str]:
    ((missing,),) = await web.house.rows("SELECT article_16_missing FROM notice")
    return list(missing)


@pytest.mark.parametrize("said", SAID, ids=str)
async def test_what_is_said_counts_and_what_is_not_is_noted(
    web: Site, said: tuple[str, bool, bool, bool, bool]
) -> None:
    harm, reasons, location, person, faith = said
    fields = whole() | {
        "harm": harm,
        "why": "token 4f1c" if reasons else "",
        "where": PLACE if location else WORDS,
        "name": "A. N. Other" if person else "",
        "email": "a@example.org" if person else "",
        "good_faith": "yes" if faith else None,
    }
    visit = await report(web, fields=fields)
    assert visit.status == 201
    lacking = {
        "/explanation": not reasons,
        "/subjects/0/url": not location,
        "/notifier": not person and harm != CHILD,
        "/good_faith": not faith,
    }
    assert await noted(web) == [pointer for pointer, lacks in lacking.items() if lacks]


@pytest.mark.parametrize(("fields", "missing"), EDGES)
async def test_the_edges_of_each_element(
    web: Site, fields: dict[str, str | None], missing: list[str]
) -> None:
    visit = await report(web, fields=whole() | fields, language="de")
    assert visit.status == 201
    assert "Danke. Deine Meldung ist angekommen." in visit.text
    assert await noted(web) == missing
