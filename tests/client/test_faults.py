"""Connections that break on the way: what was sent is one notice, or the caller knows."""

import asyncio

import pytest

from tests.client.conftest import Service, notice
from tests.client.relay import Break, relaying
from tutela.client import Patience, SentAs, Unanswered
from tutela.domain.vocabulary import Role

BREAKS = [Break.AT_ONCE, Break.BEFORE_THE_ANSWER, Break.WITHIN_THE_ANSWER]


@pytest.mark.parametrize("fault", BREAKS)
async def test_a_notice_whose_answer_was_lost_is_one_notice(service: Service, fault: Break) -> None:
    token = await service.site.token()
    async with relaying(service.url) as relay, service.speaker(relay.url, token=token) as sender:
        relay.breaks.extend([fault, fault, fault])
        accepted = await sender("notices.send", notice())
        assert relay.connections >= 4
    assert await service.notices() == 1
    ((stored,),) = await service.site.house.rows("SELECT id FROM notice")
    assert accepted.id == str(stored)
    assert len(sender.time.slept) == 3


async def test_a_silent_service_is_given_up_and_the_key_is_told(service: Service) -> None:
    token = await service.site.token()
    async with (
        relaying(service.url) as relay,
        service.speaker(
            relay.url, token=token, patience=Patience(timeout_seconds=0.3, retries=2)
        ) as sender,
    ):
        relay.breaks.extend([Break.SILENCE] * 3)
        with pytest.raises(Unanswered, match="ReadTimeout") as unanswered:
            await sender("notices.send", notice())
        assert unanswered.value.attempts == 3
        (key,) = unanswered.value.keys
        await sender("notices.send", notice(), idempotency_key=key)
    assert await service.notices() == 1


@pytest.mark.parametrize("fault", BREAKS)
async def test_a_part_that_failed_is_sent_again_whole(service: Service, fault: Break) -> None:
    token = await service.site.token()
    async with relaying(service.url) as relay, service.speaker(relay.url, token=token) as sender:
        relay.breaks.extend([fault])
        sent = await sender("notices.send_all", [notice(f"post-{n}") for n in range(300)])
    assert await service.notices() == 300
    assert {each.status for each in sent} <= {SentAs.ACCEPTED, SentAs.DUPLICATE}
    assert len({each.id for each in sent}) == 300


async def test_a_claim_whose_answer_was_lost_is_not_repeated(service: Service) -> None:
    async with service.speaker(token=await service.site.token()) as sender:
        await sender("notices.send_all", [notice("a"), notice("b")])
    lead = await service.site.token(Role.LEAD)
    async with relaying(service.url) as relay, service.speaker(relay.url, token=lead) as reviewer:
        relay.breaks.extend([Break.AT_ONCE])
        with pytest.raises(Unanswered) as unanswered:
            await reviewer("cases.claim")
        assert unanswered.value.attempts == 1
        relay.breaks.extend([Break.BEFORE_THE_ANSWER])
        with pytest.raises(Unanswered):
            await reviewer("cases.claim")
    ((leased,),) = await service.site.house.rows(
        "SELECT count(*) FROM case_file WHERE lease_token IS NOT NULL"
    )
    assert leased == 1


@pytest.mark.parametrize("kind", ["blocking"], indirect=True)
async def test_threads_share_a_client(service: Service) -> None:
    token = await service.site.token()
    async with relaying(service.url) as relay, service.speaker(relay.url, token=token) as sender:
        relay.breaks.extend([Break.BEFORE_THE_ANSWER, Break.AT_ONCE] * 4)
        names = [f"post-{number}" for number in range(100)]
        taken = await asyncio.gather(*(sender("notices.send", notice(name)) for name in names))
    assert len({each.id for each in taken}) == 100
    assert await service.notices() == 100


async def test_where_nobody_listens_it_is_given_up_in_time(service: Service) -> None:
    async with relaying(service.url) as relay:
        url = relay.url
    async with service.speaker(
        url, token="t", patience=Patience(retries=100, total_seconds=30.0)
    ) as sender:
        with pytest.raises(Unanswered, match="ConnectError"):
            await sender("notices.send", notice())
        assert 0 < sender.time.elapsed <= 30.0
