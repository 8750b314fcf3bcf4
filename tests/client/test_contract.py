"""What both clients do, against the real service; each test runs for either kind."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.client.conftest import Service, Speaker, notice
from tutela.client import (
    Case,
    Content,
    Decision,
    Declaration,
    Measure,
    Notice,
    Notifier,
    NotIncluded,
    Refused,
    SentAs,
)
from tutela.domain.notice import EXPLANATION_MAX_CODE_POINTS
from tutela.domain.vocabulary import Channel, Outcome, Role


async def test_a_notice_is_acknowledged_with_what_is_missing(sender: Speaker) -> None:
    accepted = await sender("notices.send", notice(explanation="token 4f1c"))
    assert [item.kind for item in accepted.items] == ["content"]
    assert not accepted.article_16.complete
    assert "/notifier" in " ".join(accepted.article_16.missing)
    assert accepted.receipt.code


async def test_the_same_key_twice_is_one_notice(service: Service, sender: Speaker) -> None:
    first = await sender("notices.send", notice(external_id="n-1"))
    assert await sender("notices.send", notice(external_id="n-1")) == first
    other = await sender("notices.send", notice(), idempotency_key="n-2")
    assert await sender("notices.send", notice(), idempotency_key="n-2") == other
    assert await service.notices() == 2


async def test_another_body_under_a_used_key_is_refused(sender: Speaker) -> None:
    await sender("notices.send", notice(external_id="n-1"))
    with pytest.raises(Refused) as refused:
        await sender("notices.send", notice("post-92", external_id="n-1"))
    assert (refused.value.code, refused.value.status) == ("key_reused", 409)
    assert [place.pointer for place in refused.value.errors] == ["/external_id"]


async def test_a_refusal_names_the_field_and_is_not_tried_again(sender: Speaker) -> None:
    with pytest.raises(Refused, match="/language") as refused:
        await sender("notices.send", notice(language="not a language"))
    assert refused.value.status == 422
    assert sender.time.slept == []


async def test_an_incomplete_notice_is_refused_where_the_sender_wants_that(
    service: Service, sender: Speaker
) -> None:
    with pytest.raises(Refused, match="missing"):
        await sender("notices.send", notice(), require_article_16=True)
    assert await service.notices() == 0


async def test_without_a_token_nothing_is_sent(service: Service) -> None:
    async with service.speaker() as stranger:
        with pytest.raises(Refused) as refused:
            await stranger("notices.send", notice())
    assert refused.value.status == 401


async def test_many_come_back_in_their_order_with_the_refused_among_them(
    service: Service, sender: Speaker
) -> None:
    sent = await sender(
        "notices.send_all",
        [
            notice("a", external_id="n-1"),
            notice("b", country="Germany"),
            notice("c", explanation="x" * (EXPLANATION_MAX_CODE_POINTS + 1)),
            notice("d", explanation="x" * 2_000_000),
            notice("e"),
            notice("a", external_id="n-1"),
        ],
    )
    assert [each.position for each in sent] == list(range(6))
    assert [each.status for each in sent] == [
        SentAs.ACCEPTED,
        *[SentAs.REFUSED] * 3,
        SentAs.ACCEPTED,
        SentAs.DUPLICATE,
    ]
    assert [each.errors[0].pointer for each in sent[1:4]] == ["/country", "/explanation", ""]
    assert all(each.external_id for each in sent)
    assert sent[0].receipt == sent[5].receipt
    assert [each.receipt_fault for each in sent if each.taken] == ["", "", ""]
    assert await service.notices() == 2


@pytest.mark.parametrize("size", [0, 1, 2_001])
async def test_any_number_is_sent_in_parts(service: Service, sender: Speaker, size: int) -> None:
    def made() -> Iterator[Notice]:
        for number in range(size):
            yield notice(f"post-{number % 3}")

    sent = await sender("notices.send_all", made())
    assert [each.position for each in sent] == list(range(size))
    assert all(each.status is SentAs.ACCEPTED for each in sent)
    assert await service.notices() == size


@pytest.mark.parametrize("kind", ["awaiting"], indirect=True)
async def test_an_asynchronous_source_is_sent_as_it_comes(service: Service) -> None:
    async def made() -> AsyncIterator[Notice]:
        yield notice("a")
        yield notice("b")

    async with service.speaker(token=await service.site.token()) as sender:
        assert len(await sender("notices.send_all", made())) == 2


async def test_a_sender_sees_how_its_own_notices_stand(service: Service, sender: Speaker) -> None:
    sent = await sender("notices.send_all", [notice(f"post-{number}") for number in range(60)])
    listed = [each.id for each in await sender("notices.every")]
    assert sorted(listed) == sorted(each.id for each in sent)
    shown = await sender("notices.show", sent[7].id)
    assert (shown.state, shown.external_id) == ("open", sent[7].external_id)
    assert await sender("notices.every", state="answered") == []
    stranger_token = await service.site.token(channels=(Channel.HOTLINE,))
    async with service.speaker(token=stranger_token) as stranger:
        with pytest.raises(Refused, match="unknown_notice"):
            await stranger("notices.show", sent[7].id)


async def test_the_holder_of_a_code_asks_and_adds(service: Service, sender: Speaker) -> None:
    accepted = await sender("notices.send", notice())
    code = accepted.receipt.code
    async with service.speaker() as holder:
        assert (await holder("receipts.lookup", code)).state == "open"
        added = await holder("receipts.add_evidence", code, text="token 77", idempotency_key="e-1")
        again = await holder("receipts.add_evidence", code, text="token 77", idempotency_key="e-1")
        assert added == again
        with pytest.raises(Refused) as refused:
            await holder("receipts.lookup", "0000-0000")
    assert refused.value.code == "unknown_code"


async def test_inclusion_is_proved_or_not_there_in_time(service: Service, sender: Speaker) -> None:
    accepted = await sender("notices.send", notice())
    with pytest.raises(NotIncluded):
        await sender("receipts.wait_for_inclusion", accepted.receipt, timeout_seconds=3.5)
    assert sender.time.slept == [1.0, 1.0, 1.0]
    await service.site.house.sequencer.sequence_all()
    proof = await sender("receipts.wait_for_inclusion", accepted.receipt)
    assert proof.leaf_hash == accepted.receipt.leaf_hash
    standing = await sender("receipts.lookup", accepted.receipt.code)
    assert standing.inclusion == proof


async def test_what_was_sent_is_declared_and_the_status_told(
    service: Service, sender: Speaker
) -> None:
    await sender("notices.send", notice(surface="app"))
    now = datetime.now(UTC)
    declaration = Declaration(
        surface="app",
        period_from=now - timedelta(hours=1),
        period_to=now + timedelta(minutes=1),
        sent=1,
    )
    declared = await sender("declare", declaration)
    assert (declared.sent, declared.received) == (1, 1)
    async with service.speaker(token=await service.site.token(Role.LEAD)) as lead:
        status = await lead("status")
    assert (status.queue.open, status.witness) == (1, "unwitnessed")


async def test_a_reviewer_claims_keeps_releases_and_decides(
    service: Service, sender: Speaker
) -> None:
    accepted = await sender("notices.send", notice(notifier=Notifier(name="Token 51")))
    async with service.speaker(token=await service.site.token(Role.REVIEWER)) as reviewer:
        case = await reviewer("cases.claim")
        assert await reviewer("cases.claim") is None
        renewed = await reviewer("cases.renew", case.id, lease_token=case.lease_token)
        await reviewer("cases.release", case.id, lease_token=renewed.lease_token)
        with pytest.raises(Refused, match="stale_lease"):
            await reviewer("cases.renew", case.id, lease_token=renewed.lease_token)
        case = await reviewer("cases.claim")
        decided = await reviewer("cases.decide", case.id, decision=removal(case))
        assert decided.answered == [item.id for item in accepted.items]
        shown = await reviewer("cases.show", case.id)
        assert [item.state for item in shown.items] == ["answered"]
        with pytest.raises(Refused, match="unknown_case"):
            await reviewer("cases.show", "no-such-case")
    standing = await sender("receipts.lookup", accepted.receipt.code)
    assert (standing.state, standing.items[0].outcome) == ("answered", "act")


async def test_all_cases_are_listed_over_the_ends_of_pages(
    service: Service, sender: Speaker
) -> None:
    await sender("notices.send_all", [notice(f"post-{number}") for number in range(60)])
    async with service.speaker(token=await service.site.token(Role.LEAD)) as lead:
        assert len({case.id for case in await lead("cases.every", state="open")}) == 60
        assert await lead("cases.every", state="closed") == []


def removal(case: Case) -> Decision:
    """A decision that removes what the first item of the case is about."""
    body = {
        "lease_token": case.lease_token,
        "items": case.open_items,
        "outcome": Outcome.ACT,
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "ground": "terms",
        "terms_clause": "3.2",
        "terms_version": "2026-10",
        "facts": "what was found",
        "explanation": "why",
        "automated_detection": False,
        "automated_decision": "none",
        "application_date": "2026-11-21",
        "guideline_version": "2026-10",
        "content": Content(types=("text",), date=datetime.now(UTC).date()),  # type: ignore[arg-type]
        "measures": [Measure(kind="visibility_removed", subject=case.items[0].subject)],  # type: ignore[arg-type]
    }
    return msgspec.convert(msgspec.to_builtins(body), Decision)
