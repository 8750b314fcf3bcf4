"""Every form of the console, filled in as people do: hostile in each field, and sent twice."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.access.test_authorisation import MAY, Route, routes
from tests.access.test_others_things import OWNERS, at, kind_of, sent, site
from tests.fixtures.everything import everything
from tests.fixtures.networking import SEEDS
from tests.fixtures.ruling import rule_text
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

__all__ = ["site"]
FORM = {"content-type": "application/x-www-form-urlencoded"}
LISTED = {"values": "#zzyyxx", "kind": "tag", "verdict": "block", "reason": "x", "key": "k"}
SWITCH = {"surface": "search", "mode": "shut", "hours": "2", "reason": "x"}
LIST = {"change": "add", "list": "another", "reason": "x", "kind": "terms", "entries": "zzyyxx"}
LIST |= {"days": "90", "language": "de", "form": "word", "owner": "o", "licence": "l"}
RULE = {"text": rule_text(title="another"), "reason": "x", "days": "90", "percent": "80"}
#: What is sent to a form whose address names no thing, by what follows the service.
FORMS: Mapping[str, Mapping[str, str]] = {
    "queue/claim": {},
    "lists/proposals/new": LIST,
    "lists/proposals/new/preview": LIST,
    "rules/propose": RULE,
    "rules/propose/preview": RULE,
    "rules/switch": {"policy": "all", "mode": "off", "reason": "x", "hours": "2"},
    "networks/runs": {"reason": "x", "seeds": "\n".join(SEEDS), "key": "form-9"},
    "guard/propose": LISTED,
    "guard/propose/preview": LISTED,
    "guard/emergency": SWITCH,
    "guard/emergency/check": SWITCH,
    "guard/probing/let-in": {"account_id": "a-1", "reason": "x"},
    "people/changes": {"kind": "join", "name": "new-1", "role": "lead", "reason": "x"},
    "people/shut-out": {"name": "reviewer-9", "reason": "x"},
    "people/log-out": {"name": "reviewer-8", "reason": "x"},
    "needs": {"by": "harms", "person": "reviewer-9", "families": "speech", "languages": "de"},
    "interests": {"kind": "known", "subject_kind": "account", "by": "id", "named": "a-2"},
    "glass": {"case": "a case", "reason": "x"},
    "outbox": {"message": "all"},
    "quality/take": {},
    "quality/plan": {"share": "10", "gold_share": "1"},
    "rooms": {"title": "t", "reason": "x", "key": "form-8"},
    "care/appearance": {"blurred": "yes"},
    "care/wishes": {"avoided": "speech"},
    "care/bound": {"family": "all", "reveals": "5", "minutes": "5"},
    "care/pause": {},
    "care/pause/end": {},
    "care/debrief": {"answer": "fine"},
}
#: What a second sending does once more: to read a value is a fact each time, and what is set
#: again to the same holds from then on. The next case is another one each time.
EACH_COUNTS = {
    "guard/entries/{entry_id}/open",
    "lists/proposals/{proposal_id}/open",
    "lists/{name}/switch",
    "networks/leads/{lead_id}/open",
    "guard/emergency",
    "rules/switch",
    "quality/plan",
    "needs",
    "people/log-out",
    "queue/claim",
}
HOSTILE = (
    b"%00",
    b"%ED%B2%80",
    b"9" * 5_000,
    b"-1",
    b"nan",
    b"1e999",
    b"%C2%B2",
    b"0000-00-00",
    b"%E2%80%AE%3Cscript%3E" + b"x" * 2_000,
    b"//example.org%0D%0ASet-Cookie:a=b",
)


def forms_of(web: Site) -> list[Route]:
    found = [each for each in routes(web) if each.screen is not None and each.method == "POST"]
    return [each for each in found if "{service}" in each.path]


def below(route: Route) -> str:
    return route.path.removeprefix("/console/{service}/")


def filled(route: Route, *, things: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The address of a form, and what a person sends there."""
    if "{" in below(route):
        said = sent(route, things=things)
        key = {"key": f"form-{below(route)[-8:]}"} if kind_of(route) == "rooms" else {}
        return at(route, things=things, service="main"), said | key
    said = dict(FORMS[below(route)])
    if "case" in said:
        said["case"] = things["cases"]
    return route.path.replace("{service}", "main"), said


async def sender(web: Site, *, route: Route) -> httpx.AsyncClient:
    """Somebody who may send it, whose the thing is where it is one's own."""
    assert route.right is not None
    may = MAY[route.right].split()
    role, name = OWNERS.get(kind_of(route), (Role.LEAD, "lead-9"))
    if str(role) not in may:
        role = next(each for each in (Role.ADMIN, Role.COMPLIANCE, Role.LEAD) if str(each) in may)
        name = f"{role}-1"
    return await logged_in(web, role=role, name=name)


def fields(said: Mapping[str, Any], *, wrong: str = "", value: bytes = b"") -> bytes:
    good = {name: text for name, text in said.items() if name != wrong}
    told = urlencode(good).encode() or b"pressed=1"
    return told + b"&" + wrong.encode() + b"=" + value if wrong else told


async def test_nothing_that_is_typed_into_any_field_is_a_fault(site: Site) -> None:
    things = await everything(site)
    for route in forms_of(site):
        there, said = filled(route, things=things)
        client = await sender(site, route=route)
        for wrong in said:
            for value in HOSTILE:
                body = fields(said, wrong=wrong, value=value)
                given = await client.post(there, content=body, headers=FORM)
                told = (route.name, wrong, value[:20], given.status_code)
                assert given.status_code < 500, told
                assert given.headers.get("location", "/console/").startswith("/console/"), told
                assert "frame-ancestors" in given.headers["content-security-policy"], told
                assert given.headers["cache-control"] == "no-store", told


async def written(web: Site) -> object:
    """How many facts there are, and how many cases lie on desks."""
    return await web.house.rows(
        "SELECT (SELECT count(*) FROM ledger_leaf),"
        " (SELECT count(*) FROM case_file WHERE lease_token IS NOT NULL)"
    )


@pytest.mark.parametrize("seen", ["whole", "part"])
async def test_a_form_that_is_sent_twice_is_taken_once(site: Site, seen: str) -> None:
    things = await everything(site)
    headers = FORM | ({"hx-request": "true"} if seen == "part" else {})
    taken = 0
    for route in forms_of(site):
        if below(route) in EACH_COUNTS:
            continue
        there, said = filled(route, things=things)
        client = await sender(site, route=route)
        before = await written(site)
        first = await client.post(there, content=fields(said), headers=headers)
        once = await written(site)
        second = await client.post(there, content=fields(said), headers=headers)
        assert await written(site) == once, (route.name, first.status_code, second.status_code)
        taken += once != before
    assert taken > 15, "the forms are such as are taken"
