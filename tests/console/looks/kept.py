"""The first screen, lists, rules, messages that were given up, the staff and their accounts."""

import os

from tests.console.looks.place import Filling
from tests.drops.losing import close_with_decision
from tests.fixtures.listing import chance_terms, rows_of_terms, take
from tests.fixtures.ruling import rule_text
from tutela.detection.lists.register import Terms
from tutela.domain.vocabulary import Role

LISTS = "/console/{service}/lists"
RULES = "/console/{service}/rules"


async def kept(filling: Filling) -> None:
    """Every screen of whoever keeps the service."""
    await _lists(filling)
    await _given_up(filling)
    await _people(filling)
    filling.see("/")
    filling.see("/console/{service}")
    filling.see("/console/{service}", who="reviewer-1")
    filling.see("/console/{service}/outbox")
    await _rules(filling)
    filling.see(RULES)
    filling.see(f"{RULES}/{{policy_id}}", at="/console/main/rules/minor-says-token")


async def _lists(filling: Filling) -> None:
    words = filling.words
    kept = Terms(
        owner=words.of("who answers for a list", length=200),
        reason=words.of("why a list is kept", length=1_000),
        licence=words.of("a list's licence", length=200),
        provenance=words.of("where a list is from", length=200),
    )
    await take(filling.web.house, rows=rows_of_terms(chance_terms(3, seed=4)), terms=kept)
    await _asked(filling)
    await filling.person("reader-1", role=Role.AUDITOR)
    for who in ("lead-1", "reader-1"):
        filling.see(LISTS, who=who)
        filling.see(f"{LISTS}/{{name}}", at="/console/main/lists/known", who=who)
    filling.see(LISTS, at="/console/main/lists?asked=all")
    off = {"mode": "off", "hours": "2", "reason": words.of("why a list is off", length=1_000)}
    lead = filling.people["lead-1"]
    assert (await lead.post("/console/main/lists/known/switch", data=off)).status_code == 303


async def _asked(filling: Filling) -> None:
    """What waits for a second person, what was taken back, and the forms with a fault."""
    words, below = filling.words, "/console/main/lists/proposals"
    new, one = f"{LISTS}/proposals/new", f"{LISTS}/proposals/{{proposal_id}}"
    typed = {
        "change": "add",
        "list": "n" * 64,
        "entries": words.of("an entry that is asked for", length=512),
        "kind": "terms",
        "reason": words.of("why entries are asked for", length=1_000),
        "owner": words.of("who would answer for a list", length=1_000),
        "provenance": words.of("where a list would be from", length=1_000),
        "licence": words.of("on what terms a list would be", length=1_000),
    }
    lead = filling.people["lead-1"]
    given = await lead.post(f"{below}/new", data=typed)
    assert given.status_code == 303, given.text
    place = str(given.headers["location"])
    for who in ("lead-1", "lead-2", "reader-1"):
        filling.see(one, at=place, who=who)
    filling.send(f"{one}/open", at=f"{place}/open", form={"reason": "to judge"}, who="lead-2")
    filling.see(f"{one}/preview", at=f"{place}/preview")
    gone = {"change": "withdraw", "list": "known", "numbers": "1", "reason": "x"}
    back = str((await lead.post(f"{below}/new", data=gone)).headers["location"])
    no = {"reason": words.of("why a change is taken back", length=1_000)}
    assert (await lead.post(f"{back}/reject", data=no)).status_code == 303
    begun = str(
        (await lead.post(f"{below}/new", data=typed | {"list": "begun"})).headers["location"]
    )
    agreed = await filling.people["lead-2"].post(f"{begun}/approve", data={"reason": ""})
    assert agreed.status_code == 303, agreed.text
    for at in (back, begun):
        filling.see(one, at=at)
    filling.see(f"{LISTS}/{{name}}", at="/console/main/lists/begun")
    filling.see(new)
    for change in ("add", "withdraw", "expire", "confirm", "end"):
        filling.see(new, at=f"{below}/new?change={change}&list=known")
    filling.send(f"{new}/preview", form=typed)
    filling.send(f"{new}/preview", form=gone)
    filling.send(new, form={**typed, "kind": "md5", "days": "x", "reason": ""}, status=422)


async def _rules(filling: Filling) -> None:
    """A version of a rule waits for a second person, and every rule is off."""
    words, below = filling.words, "/console/main/rules"
    lead = await filling.person("lead-1", role=Role.LEAD)
    typed = {"text": rule_text(), "reason": words.of("why a rule is proposed", length=1_000)}
    given = await lead.post(f"{below}/propose", data=typed)
    assert given.status_code == 303, given.text
    off = {"policy": "all", "mode": "off", "reason": "x", "hours": "2"}
    assert (await lead.post(f"{below}/switch", data=off)).status_code == 303
    one = str(given.headers["location"])
    filling.see(f"{RULES}/versions/{{version_id}}", at=one)
    filling.see(f"{RULES}/versions/{{version_id}}/preview", at=f"{one}/preview")
    filling.see(f"{RULES}/propose")
    filling.see(f"{RULES}/switch")


async def _given_up(filling: Filling) -> None:
    house = filling.web.house
    caller = await house.caller()
    await house.take(caller, subjects=[{"kind": "account", "id": os.urandom(4).hex()}])
    await close_with_decision(house, caller=caller, act=True)
    await house.rows(
        "UPDATE outbox SET dead_at = now(), owner = 'lead', attempts = 20, last_error = %(why)s",
        why=filling.words.of("why a message was given up"),
    )


async def _people(filling: Filling) -> None:
    """Somebody is to join, and somebody was shut out."""
    words = filling.words
    one = await filling.person("admin-1", role=Role.ADMIN)
    await filling.person("admin-2", role=Role.ADMIN)
    await filling.person("reviewer-9", role=Role.REVIEWER)
    place = "/console/main/people"
    form = {"kind": "join", "name": "lead-7", "role": "lead", "reason": words.of("why one joins")}
    assert (await one.post(f"{place}/changes", data=form)).status_code == 303
    out = {"name": "reviewer-9", "reason": words.of("why one is shut out")}
    assert (await one.post(f"{place}/shut-out", data=out)).status_code == 303
    for name in ("admin-1", "admin-2"):
        filling.see("/console/{service}/people", who=name)
