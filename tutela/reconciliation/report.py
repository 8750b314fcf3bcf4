"""What a reconciliation says: totals that must add up, and faults with the ids behind them."""

import msgspec

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


class Found(msgspec.Struct, frozen=True):
    """One thing that a check found: whose, which, and what is wrong with it."""

    tenant: str
    service: str
    id: str
    detail: str


class Fault(msgspec.Struct, frozen=True):
    """A check that found something; `found` holds at most `IDS_MAX` of `count`."""

    check: str
    meaning: str
    count: int
    found: list[Found]


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


def conclude(totals: list[Total], *, faults: list[Fault], at: str) -> Reconciliation:
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
    )


def only(report: Reconciliation, *, tenant: str, service: str, with_ids: bool) -> Reconciliation:
    """The report as one service may see it: its own totals and faults, and the house's."""
    totals = [t for t in report.totals if (t.tenant, t.service) == (tenant, service)]
    faults = [
        Fault(fault.check, fault.meaning, len(own), own if with_ids else [])
        for fault in report.faults
        if (own := [f for f in fault.found if _concerns(f, tenant=tenant, service=service)])
    ]
    return conclude(totals, faults=faults, at=report.at)


def _concerns(found: Found, *, tenant: str, service: str) -> bool:
    return found.tenant in ("", tenant) and found.service in ("", service)
