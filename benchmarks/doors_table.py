"""The doors: what each one's form can say, and how its clients send."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
from atproto import AsyncClient as AtprotoClient
from atproto import AsyncRequest, models

from benchmarks.doors_place import Place
from benchmarks.doors_world import Form, Lack, Report
from tutela.client import AsyncClient, Notice, Notifier, Receipt, Subject
from tutela.client.notices import encode
from tutela.domain.vocabulary import Category, SubjectKind

#: Requests of one door that are under way at once.
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What its sender holds of a report: an id, a code, or only the key under which it was sent."""

    report: Report
    notice_id: str | None = None
    code: str | None = None
    receipt: Receipt | None = None
    missing: frozenset[str] | None = None


Send = Callable[[Sequence[Report]], Awaitable[list[Acknowledged]]]


class Opens(Protocol):
    """Makes ready what sends through a door; the stack closes it."""

    async def __call__(self, place: Place, *, stack: AsyncExitStack) -> Send: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A form, the name under which the service counts it, and how to send through it."""

    form: Form
    counted_as: str
    opens: Opens


def notice_of(report: Report) -> Notice:
    """The report as our own API takes it."""
    lacks = report.lacks
    kind = SubjectKind.ACCOUNT if report.is_account else SubjectKind.CONTENT
    url = None if Lack.LOCATION in lacks else f"https://platform.example/{kind}/{report.subject}"
    return Notice(
        external_id=report.key,
        category=report.category or Category.NOT_SPECIFIED_NOTICE,
        subjects=(Subject(kind=kind, id=report.subject, url=url),),
        explanation=None if Lack.EXPLANATION in lacks else report.words,
        notifier=_notifier(lacks),
        good_faith=None if Lack.GOOD_FAITH in lacks else True,
        language=report.language,
    )


def _notifier(lacks: frozenset[Lack]) -> Notifier | None:
    if Lack.NOTIFIER in lacks:
        return None
    return Notifier(
        name=None if Lack.NAME in lacks else "A. N. Other",
        email=None if Lack.EMAIL in lacks else "a@example.org",
    )


async def _open_api(place: Place, *, stack: AsyncExitStack) -> Send:
    client = await stack.enter_async_context(
        AsyncClient(place.url, token=place.token(name="doors-api"))
    )

    async def send(report: Report) -> Acknowledged:
        accepted = await client.notices.send(notice_of(report))
        return Acknowledged(
            report=report,
            notice_id=accepted.id,
            code=accepted.receipt.code,
            receipt=accepted.receipt,
            missing=frozenset(accepted.article_16.missing),
        )

    return lambda reports: _each(reports, send=send)


async def _open_batch(place: Place, *, stack: AsyncExitStack) -> Send:
    client = await stack.enter_async_context(
        AsyncClient(place.url, token=place.token(name="doors-batch"))
    )

    async def send(reports: Sequence[Report]) -> list[Acknowledged]:
        sent = client.notices.send_all(notice_of(report) for report in reports)
        return [
            Acknowledged(
                report=reports[each.position],
                notice_id=each.id,
                code=None if each.receipt is None else each.receipt.code,
                receipt=each.receipt,
            )
            async for each in sent
            if each.taken
        ]

    return send


async def _open_file(place: Place, *, stack: AsyncExitStack) -> Send:
    del stack

    async def send(reports: Sequence[Report]) -> list[Acknowledged]:
        file = place.folder / "reports.jsonl"
        file.write_bytes(b"".join(encode(notice_of(report)) + b"\n" for report in reports))
        done = await asyncio.to_thread(place.command, "notices", "import", str(file), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert msgspec.json.decode(done.stdout)["accepted"] == len(reports)
        return [Acknowledged(report=report) for report in reports]

    return send


async def _open_atproto(place: Place, *, stack: AsyncExitStack) -> Send:
    token = place.token(name="doors-atproto")
    client = AtprotoClient(f"{place.url}/xrpc", request=AsyncRequest())
    stack.push_async_callback(client.request.close)

    async def send(report: Report) -> Acknowledged:
        answer = await client.com.atproto.moderation.create_report(
            report_of(report),
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": report.key},
        )
        receipt = msgspec.convert(answer.receipt, Receipt)
        return Acknowledged(report=report, code=receipt.code, receipt=receipt)

    return lambda reports: _each(reports, send=send)


def report_of(report: Report) -> Any:  # noqa: ANN401 - the SDK has no types
    """The report as AT Protocol says it."""
    did = f"did:plc:{report.subject}{'a' * 12}"
    subject = (
        models.ComAtprotoAdminDefs.RepoRef(did=did)
        if report.is_account
        else models.ComAtprotoRepoStrongRef.Main(
            uri=f"at://{did}/app.bsky.feed.post/3k{report.subject}", cid="bafytoken"
        )
    )
    return models.ComAtprotoModerationCreateReport.Data(
        reason_type="com.atproto.moderation.defs#reasonSpam",
        reason=None if Lack.EXPLANATION in report.lacks else report.words,
        subject=subject,
    )


async def _each(
    reports: Sequence[Report], *, send: Callable[[Report], Awaitable[Acknowledged]]
) -> list[Acknowledged]:
    """The acknowledgements, a few under way at once."""
    waiting = iter(reports)

    async def work() -> list[Acknowledged]:
        return [await send(report) for report in waiting]

    found = await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return [each for part in found for each in part]


#: What people who report from a protocol's own client can't say.
_OF_A_NETWORK: Final = frozenset({Lack.NOTIFIER, Lack.GOOD_FAITH})

DOORS: Final[Sequence[Door]] = (
    Door(form=Form(name="JSON API", share=30), counted_as="api", opens=_open_api),
    Door(form=Form(name="JSON Lines", share=15), counted_as="batch", opens=_open_batch),
    Door(form=Form(name="file", share=10), counted_as="file", opens=_open_file),
    Door(
        form=Form(
            name="AT Protocol, token",
            share=5,
            dialect="atproto",
            never_said=_OF_A_NETWORK,
            always_said=frozenset({Lack.LOCATION}),
            accounts_by_id=True,
        ),
        counted_as="xrpc",
        opens=_open_atproto,
    ),
)
