"""Searches, leads and cases as they are told; every id of an account masked but for a few."""

import msgspec


class NetworkAct(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to a search or a case, by whom and why."""

    event: str
    at: str
    #: Null where a worker did it.
    by: str | None
    reason: str


class NetworkHeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many seeds the others found of those left out, and what chance would find."""

    seeds: int
    recall: float
    within: int
    recall_by_chance: float
    chance: float


class NetworkFound(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found, in figures that name nobody."""

    #: False where the seeds find each other no better than chance does: nobody should act then.
    connects: bool
    #: The scorer that counts most, and what each counts for.
    scorer: str
    scorers: dict[str, float]
    held_out: NetworkHeldOut | None
    accounts: int
    #: Pairs of accounts by the kind of edge that joins them.
    edges: dict[str, int]
    #: Accounts that it began with and that an edge names.
    seeds: int
    leads: int
    cases: int
    #: Edges that were left out, by why.
    left_out: dict[str, int]
    remarks: list[str]


class NetworkRun(msgspec.Struct, frozen=True, kw_only=True):
    """A search: how it was asked, how far it is, and what it found in figures."""

    id: str
    state: str
    asked_by: str
    asked_at: str
    #: `named` by whoever asked, or `decided`: a decision about them was in force.
    seeds_from: str
    category: str | None
    #: How many were named.
    seeds: int
    leads_max: int
    random_seed: int
    #: What the worker does now.
    stage: str | None
    begun_at: str | None
    ended_at: str | None
    #: What it found, in figures; null until it is done.
    found: NetworkFound | None
    #: The code of why it failed.
    why: str | None


class NetworkRuns(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/networks/runs`, the newest first."""

    runs: list[NetworkRun]
    #: For `after`; null on the last page.
    next: str | None


class NetworkLead(msgspec.Struct, frozen=True, kw_only=True):
    """An account that may belong to a network; it has no effect."""

    id: str
    #: 1 is the best; null where it was a seed.
    rank: int | None
    #: Whole for whoever may search, of possible minors for specialists alone; else masked.
    account_id: str | None
    masked: bool
    #: How alike it is to the seeds, from 1 down to 0; no probability.
    score: float
    #: How likely it belongs to its case, from 0 to 1, and to which of its groups, from 1.
    sure: float | None
    group: int | None
    #: What it looks like by its position in its case: a lead, never a finding. Null: like nothing.
    looks_like: str | None
    #: The lead of the removed member that it looks like to have come back from.
    returned_of: str | None
    #: It may be a child's: the platform said so, or it was a matter for specialists.
    possible_minor: bool
    case_id: str | None
    #: Why it stands where it does, in words.
    reasons: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<NetworkLead {self.id}>"


class NetworkLeads(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/networks/runs/{run_id}/leads`, the best first."""

    leads: list[NetworkLead]
    #: For `after`; null on the last page.
    next: str | None


class NetworkCaseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How the accounts of a case stand in the graph."""

    seeds: int
    #: Members that keep closer to each other than to its other members, each in one.
    groups: int
    #: How likely a member belongs to it, the mean over all, and how many are likely to be none.
    sure: float
    expected_wrong: float
    #: Which share of its pairs is joined, and which share of its edges' ends leads out.
    density: float
    conductance: float
    #: Edges that join two members, by kind.
    edges: dict[str, int]
    #: How many look like what, by their position: `seller_like`, `creator_like`, `buyer_like`.
    roles: dict[str, int] = {}
    #: What speaks for care, a sentence each.
    cautions: list[str] = []
    #: Members that a decision removed, and accounts that look like one of them come back.
    removed: int = 0
    returned: int = 0


class NetworkCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Accounts that may belong together; without its members where several are listed."""

    id: str
    run_id: str
    state: str
    size: int
    figures: NetworkCaseFigures
    why: tuple[str, ...]
    created_at: str
    decided_by: str | None = None
    decided_at: str | None = None
    #: Drafts of decisions about many that members were handed to.
    bulk_ids: list[str] = []
    members: list[NetworkLead] | None = None
    #: Who looks like a removed member under a new id, whether a member or not.
    returned: list[NetworkLead] | None = None
    history: list[NetworkAct] | None = None


class NetworkCases(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/networks/cases`, the newest search first."""

    cases: list[NetworkCase]
    #: For `after`; null on the last page.
    next: str | None


class NetworkLook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looked at leads."""

    id: str
    at: str
    #: A person, or a program by the name of its token.
    by: str
    role: str
    #: Null where leads of the search were looked at.
    case_id: str | None
    leads: int
    #: How many of them were shown by their whole id.
    whole: int


class NetworkLooks(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/networks/runs/{run_id}/looks`, the newest first."""

    looks: list[NetworkLook]
    #: For `after`; null on the last page.
    next: str | None
