"""What speaks for a lead, as counts and in words that a person can check."""

from collections.abc import Iterator

import msgspec

from tutela.guard.drift.rising import Active, Rising


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead's score rests on; accounts are counted, never named."""

    #: Accounts that used it in the last 24 hours.
    accounts: int
    #: Those of them that used something blocked in the last 28 days; and on three days or more.
    near: int
    often: int
    #: Of all accounts that used anything in the last 24 hours: how many, and how many of each.
    active: int
    active_near: int
    active_often: int
    #: Accounts that used something blocked and used this, a day, on average of the 28 days before.
    near_a_day_before: float
    #: Content that carried it in the last 28 days, and that carried something blocked as well.
    content: int = 0
    content_beside: int = 0


def evidence_of(rising: Rising, *, active: Active, beside: tuple[int, int]) -> Evidence:
    """What speaks for it."""
    counted = rising.counted
    days = active.near.active_days
    #: By as many of these accounts as are active now, so that busier days say nothing.
    before = counted.near_days * active.near.active / days if days else 0.0
    return Evidence(
        accounts=counted.everybody,
        near=counted.near,
        often=counted.often,
        active=active.everybody,
        active_near=active.near.active,
        active_often=active.often.active,
        near_a_day_before=round(before, 2),
        content=beside[0],
        content_beside=beside[1],
    )


def in_words(evidence: Evidence) -> Iterator[str]:
    """A sentence for each thing that speaks for it, or may speak against it."""
    e = evidence
    yield (
        f"{e.accounts} accounts used it in the last 24 hours; {e.near} of them had used something"
        f" blocked in the last 28 days, {e.often} of them on three days or more."
    )
    yield (
        f"Of all {e.active} accounts that were active, {e.active_near} had used something blocked:"
        f" {_share(e.active_near, of=e.active)}. Among those who used this it is"
        f" {_share(e.near, of=e.accounts)}."
    )
    yield (
        f"In the 28 days before, {e.near_a_day_before:.1f} of those accounts used it on a day like"
        f" this; now {e.near} did."
    )
    if e.content:
        yield (
            f"It stood on {e.content} pieces of content in the last 28 days, and on"
            f" {e.content_beside} of them something blocked stood as well."
        )


def _share(some: int, *, of: int) -> str:
    return f"{100 * some / of:.1f} %" if of else "none"
