"""What a reconciliation says: totals that must add up, and faults with the ids behind them."""

from collections.abc import Sequence

import msgspec

from tutela.decisions.carrying import NotCarriedOut

#: Ids that a fault names; the count says how many there are.
IDS_MAX = 100


class Total(msgspec.Struct, frozen=True):
    """Items of one channel, category, language and surface: received = open + answered."""

    tenant: str
    service: str
    channel: str
    category: str
    language: str
    surface: str
    received: int
    open: int
    answered: int

    @property
    def lost(self) -> int:
        """Items that were acknowledged and are neither open nor answered."""
        return self.received - self.open - self.answered


class FlaggerQueue(msgspec.Struct, frozen=True):
    """Notices over one channel of those who flag by calling, as long as something is open."""

    tenant: str
    service: str
    channel: str
    open: int
    overdue: int
    oldest_since: str


class Found(msgspec.Struct, frozen=True):
    """One thing that a check found: whose, which, and what is wrong with it."""

    tenant: str
    service: str
    id: str
    detail: str


class Share(msgspec.Struct, frozen=True):
    """How much of a fault is one service's; both names are empty where it is the house's own."""

    tenant: str
    service: str
    count: int


class Fault(msgspec.Struct, frozen=True):
    """A check that found something; `found` holds at most `IDS_MAX` of each share."""

    check: str
    meaning: str
    count: int
    found: list[Found]
    shares: list[Share]


class Reconciliation(msgspec.Struct, frozen=True):
    """How things stand at an instant; `ok` where nothing is lost and no check found anything."""

    ok: bool
    at: str
    received: int
    open: int
    answered: int
    lost: int
    totals: list[Total]
    faults: list[Fault]
    flaggers: list[FlaggerQueue] = []
    not_carried_out: list[NotCarriedOut] = []


def conclude(
    totals: list[Total],
    *,
    faults: list[Fault],
    at: str,
    flaggers: Sequence[FlaggerQueue] = (),
    not_carried_out: Sequence[NotCarriedOut] = (),
) -> Reconciliation:
    """The verdict over all totals and faults."""
    lost = sum(abs(total.lost) for total in totals)
    return Reconciliation(
        ok=not faults and lost == 0,
        at=at,
        received=sum(total.received for total in totals),
        open=sum(total.open for total in totals),
        answered=sum(total.answered for total in totals),
        lost=lost,
        totals=totals,
        faults=faults,
        flaggers=list(flaggers),
        not_carried_out=list(not_carried_out),
    )


def only(report: Reconciliation, *, tenant: str, service: str, with_ids: bool) -> Reconciliation:
    """The report as one service may see it: its own totals and faults, and the house's."""
    totals = [t for t in report.totals if (t.tenant, t.service) == (tenant, service)]
    faults = [
        _own(fault, shares=shares, with_ids=with_ids)
        for fault in report.faults
        if (shares := [s for s in fault.shares if _concerns(s, tenant=tenant, service=service)])
    ]
    flaggers = [f for f in report.flaggers if (f.tenant, f.service) == (tenant, service)]
    waiting = [m for m in report.not_carried_out if (m.tenant, m.service) == (tenant, service)]
    return conclude(totals, faults=faults, at=report.at, flaggers=flaggers, not_carried_out=waiting)


def fault(check: str, *, meaning: str, found: list[Found]) -> Fault:
    """A fault of everything that a check found, with the first ids of each service."""
    counted: dict[tuple[str, str], int] = {}
    named = []
    for each in found:
        whose = (each.tenant, each.service)
        counted[whose] = counted.get(whose, 0) + 1
        if counted[whose] <= IDS_MAX:
            named.append(each)
    shares = [Share(tenant, service, count) for (tenant, service), count in counted.items()]
    return Fault(check, meaning, len(found), named, shares)


def _own(fault: Fault, *, shares: list[Share], with_ids: bool) -> Fault:
    whose = {(share.tenant, share.service) for share in shares}
    return Fault(
        fault.check,
        fault.meaning,
        sum(share.count for share in shares),
        [f for f in fault.found if with_ids and (f.tenant, f.service) in whose],
        shares,
    )


def _concerns(share: Share, *, tenant: str, service: str) -> bool:
    return share.tenant in ("", tenant) and share.service in ("", service)
