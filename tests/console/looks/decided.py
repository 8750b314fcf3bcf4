"""The queue, cases in all their states, media, second looks and the own day."""

from tests.console.looks.place import Filling
from tests.console.working import action, claimed, form_of, reported
from tests.decisions.test_quality import ACT, decided_by, room_of, said
from tests.fixtures.deciding import CHILD
from tutela.access.persons import at_terminal
from tutela.decisions.quality.looking import Answered, answer, take
from tutela.decisions.quality.planning import QualityPlan, plan_otherwise
from tutela.domain.quality import Verdict
from tutela.domain.vocabulary import Outcome, Role

CASE = "/console/{service}/cases/{id}"
CARE = "/console/{service}/care"
QUALITY = "/console/{service}/quality"
QUALITY_AT = "/console/main/quality"


async def decided(filling: Filling) -> None:
    """Every screen of whoever decides."""
    await _looked_again(filling)
    at = await _case_with_a_past(filling)
    await _media(filling, at=at)
    await _glass(filling)
    await _interests(filling)
    filling.see("/console/{service}/queue")
    filling.see("/console/{service}/queue", at="/console/main/queue?state=overdue")
    filling.see(CARE)
    filling.see(f"{CARE}/team")
    filling.see(QUALITY)
    filling.see(QUALITY, who="reviewer-1")


async def _case_with_a_past(filling: Filling) -> str:
    """A case on the own desk, about what was decided before, with others like it beside."""
    web, words, lead = filling.web, filling.words, filling.people["lead-1"]
    subject = {
        "kind": "content",
        "id": words.of("the id of a subject", length=512),
        "url": "https://example.social/p/" + "y" * 2_000,
        "account_id": words.of("the account of a subject", length=512),
    }
    await reported(web, subjects=[subject], explanation=words.of("the first notice"))
    before = await claimed(lead)
    form = await form_of(
        lead,
        at=before,
        **action(
            facts=words.of("facts of a decision", length=600),
            explanation=words.of("the reasons of a decision", length=600),
        ),
    )
    given = await lead.post(f"{before}/decide", data=form)
    assert given.status_code == 303, given.text
    filling.see(CASE, at=f"{before}?said=decided")
    for number in range(3):
        beside = {**subject, "id": f"beside-{number}", "url": "https://example.social/q"}
        await reported(web, subjects=[beside])
    for number in range(6):
        text = words.of(f"a notice that says something else, {number}")
        await reported(web, subjects=[subject], explanation=text, imminent_danger=True)
    at = await claimed(lead)
    filling.see(CASE, at=at)
    filling.see(CASE, at=at, who="lead-2")
    return at


async def _media(filling: Filling, *, at: str) -> None:
    lead = filling.people["lead-1"]
    shown = await lead.post(f"{at}/reveal", data={"as": "picture"})
    assert shown.status_code == 303, shown.text
    filling.see("/console/{service}/reveals/{reveal_id}", at=shown.headers["location"])
    filling.send(f"{CASE}/reveal", at=f"{at}/reveal", form={"as": "picture"}, status=409)


async def _looked_again(filling: Filling) -> None:
    """A look that lies on the desk of one, one that is answered, and a dispute."""
    house, words, desk = filling.web.house, filling.words, {}
    for name, role in (("reviewer-1", Role.REVIEWER), ("reviewer-2", Role.REVIEWER)):
        await filling.person(name, role=role)
    for name in ("reviewer-1", "reviewer-2", "lead-1"):
        desk[name] = await at_terminal(house.pool, tenant="main", service="main", name=name)
    plan = QualityPlan(share=1.0, gold_share=0.0)
    await plan_otherwise(room_of(house), caller=desk["lead-1"], plan=plan)
    leave = Answered(
        verdict=Verdict(outcome=Outcome.DISMISS), why=words.of("what a second look found")
    )
    for number, answered in enumerate((leave, said(ACT), None)):
        await decided_by(house, who=desk["reviewer-1"], post=f"again-{number}")
        look = await take(room_of(house), caller=desk["reviewer-2"])
        assert look is not None
        if answered is not None:
            await answer(room_of(house), caller=desk["reviewer-2"], look_id=look, answered=answered)
        who = "lead-1" if answered is leave else "reviewer-2"
        filling.see(f"{QUALITY}/looks/{{look_id}}", at=f"{QUALITY_AT}/looks/{look}", who=who)


async def _glass(filling: Filling) -> None:
    """Two cases that somebody opened without the right, one of them looked at by a lead."""
    web, words = filling.web, filling.words
    lead = filling.people["lead-1"]
    for number, who in enumerate(("reviewer-1", "reviewer-2")):
        text = words.of(f"a notice behind glass, {number}")
        case_id = await _childs_case(filling, text=text, name=f"behind-{number}")
        form = {"case": case_id, "reason": words.of(f"why glass is broken, {number}")}
        opened = await filling.people[who].post("/console/main/glass", data=form)
        assert opened.status_code == 303, opened.text
        at = opened.headers["location"]
        filling.see("/console/{service}/glass/{opening_id}", at=at, who=who)
    ((oversight_id,), *_) = await web.house.rows("SELECT id FROM oversight ORDER BY id")
    finding = {"finding": "in_order", "words": words.of("what a second person says of it")}
    look = f"/console/main/oversight/{oversight_id}/look"
    assert (await lead.post(look, data=finding)).status_code == 303
    need = {"person": "reviewer-2", "by": "harms", "families": ["scams"], "languages": "de, fr"}
    assert (await lead.post("/console/main/needs", data=need)).status_code == 303
    filling.see("/console/{service}/oversight")
    filling.see("/console/{service}/oversight", at="/console/main/oversight?show=all")
    filling.see("/console/{service}/views")
    filling.see("/console/{service}/views", who="reviewer-1")
    filling.see("/console/{service}/needs")


async def _interests(filling: Filling) -> None:
    """Something that a reviewer declared, as they see it and as a lead does."""
    form = {"kind": "own", "subject_kind": "account", "by": "id", "named": "somebody-7"}
    given = await filling.people["reviewer-1"].post("/console/main/interests", data=form)
    assert given.status_code == 303, given.text
    for who in ("reviewer-1", "lead-1"):
        filling.see("/console/{service}/interests", who=who)


async def _childs_case(filling: Filling, *, text: str, name: str) -> str:
    """The id of a case that no reviewer has the right to see."""
    minor = {"depicted": True}
    subject = {"kind": "content", "id": name}
    told = await reported(
        filling.web, category=CHILD, possible_minor=minor, explanation=text, subjects=[subject]
    )
    ((case_id,),) = await filling.web.house.rows(
        "SELECT case_id FROM item WHERE notice_id = %(id)s", id=told["id"]
    )
    return str(case_id)
