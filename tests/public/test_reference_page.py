"""The reference of the report page says what the code does."""

import re

from tests.fixtures.site import Site
from tests.house.tree import ROOT
from tests.web.test_health import rooms_of
from tutela.intake.channels.form import MEANINGS
from tutela.web.public.calls import public_pages
from tutela.web.public.report import QUERIES

PAGE = (ROOT / "docs" / "reference" / "report-page.md").read_text(encoding="utf-8")


async def test_every_call_stands_on_the_page(web: Site) -> None:
    for call in public_pages(rooms_of(web)):
        assert f"`{call.method} {call.path}`" in PAGE


def test_every_parameter_stands_on_the_page() -> None:
    rows = PAGE.partition("## Parameters of a link")[2].partition("## What a report")[0]
    told = {
        name for row in re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE) for name in row.split("`")
    }
    assert told >= QUERIES
    assert told - QUERIES - {"", ", "} == set()


def test_every_kind_of_harm_stands_with_its_category_and_keyword() -> None:
    for kind, meaning in MEANINGS.items():
        category = meaning.category.removeprefix("STATEMENT_CATEGORY_")
        keyword = "" if meaning.keyword is None else meaning.keyword.removeprefix("KEYWORD_")
        row = rf"\| `{kind}`[^|]*\| `{category}` \| {f'`{keyword}` ' if keyword else ''}\|"
        assert re.search(row, PAGE), kind
