"""What a call is, and what the calls of the house stand on."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tutela.access.keys import KeySet
from tutela.access.login.rules import LoginRules
from tutela.access.tokens import TokenDesk
from tutela.database.pool import Pool
from tutela.decisions.bulk.room import ALONE_MAX, BulkRoom
from tutela.decisions.endpoints import CONFIRM_SECONDS
from tutela.decisions.quality.room import QualityRoom
from tutela.detection.pipeline.room import DetectionRoom
from tutela.guard.drift.room import DriftRoom
from tutela.guard.governance.room import GovernanceRoom
from tutela.guard.publishing.answering import GuardRoom, empty_guard
from tutela.intake.door import Intake
from tutela.intake.refusals import RefusalLog
from tutela.law.withholding import REGISTER, Bases
from tutela.networks.stored.room import NetworkRoom
from tutela.outside.addresses import Network
from tutela.outside.guard import Outside
from tutela.review.care.room import CareRoom
from tutela.review.care.rules import CareRules
from tutela.review.care.vault import Vault
from tutela.review.guidelines import Guidelines
from tutela.review.investigations.standing import Investigating
from tutela.review.oversight.room import LookLimits, OversightRoom
from tutela.web.endpoint import Desk, Handler, Terms
from tutela.web.public.offer import Offer

if TYPE_CHECKING:
    from tutela.staff.provider.asking import Provider

#: How long a route may be without a probe that came through, unless the operator says otherwise.
CANARY_SECONDS_MAX = 600.0
#: Who reports over AT Protocol, where the token of the call stands for no account of the network.
SERVICE_DID: Final = "did:web:localhost"
#: Items that one token may ask about, unless the operator says otherwise.
MATCH_ITEMS_PER_SECOND = 1_000.0
GUARD_ITEMS_PER_SECOND = 100_000.0
#: For whom the doors without a token of ours take reports.
PUBLIC_SERVICE: Final = "main/main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What the calls stand on; made once in `app`."""

    pool: Pool
    keys: KeySet
    desk: TokenDesk
    intake: Intake
    refusals: RefusalLog
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes] = os.urandom
    monotonic: Callable[[], float] = time.monotonic
    canary_seconds_max: float = CANARY_SECONDS_MAX
    #: How long the platform may take to confirm a measure that it took.
    confirm_seconds: float = CONFIRM_SECONDS
    bulk_alone_max: int = ALONE_MAX
    service_did: str = SERVICE_DID
    public_service: str = PUBLIC_SERVICE
    #: In which languages the public pages speak, and where they lead whoever leaves.
    offer: Offer = field(default_factory=Offer)
    #: By what the keys of strangers are fetched.
    outside: Outside = field(default_factory=Outside)
    #: Where strangers reach this service; None where the Host of their call says it.
    public_url: str | None = None
    #: Which of Osprey's actions are reports, with commas; None for the usual names.
    osprey_reports: str | None = None
    #: Who is asked for a did:plc; nobody where it is None.
    plc_directory: str | None = None
    #: The language of statements of reasons to people whose own is unknown.
    language: str | None = None
    #: The legal bases on which people may be told later of a decision.
    withholding_bases: Bases = field(default_factory=REGISTER.built_in)
    #: The guidelines by which people decide.
    guidelines: Guidelines = field(default_factory=Guidelines)
    #: Where the database lies, if on this machine.
    data_folder: Path | None = None
    #: What detection stands on; None where nobody looks.
    looking: DetectionRoom | None = None
    match_items_per_second: float = MATCH_ITEMS_PER_SECOND
    #: What the guard's call stands on; None where nothing is kept.
    guard: GuardRoom | None = None
    guard_items_per_second: float = GUARD_ITEMS_PER_SECOND
    #: How long sessions of the staff last, and of whom a second proof is asked.
    login_rules: LoginRules = field(default_factory=LoginRules)
    #: The provider of identities that people may log in at; None where there is none.
    provider: "Provider | None" = None
    #: The proxies whose X-Forwarded headers are believed.
    proxies: tuple[Network, ...] = ()
    #: Set once this process is asked to end: answers that go on then come to theirs.
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    #: How much a person may see in a day, and when they rest.
    care: CareRules = field(default_factory=CareRules)
    #: For how long a case is open without the right, and from when on browsing stands out.
    look_limits: LookLimits = field(default_factory=LookLimits)
    #: Where the platform's media is; None where nobody said.
    vault: Vault | None = None

    @property
    def caring(self) -> CareRoom:
        """What care stands on."""
        return CareRoom(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            rules=self.care,
            vault=self.vault,
        )

    @property
    def governing(self) -> GovernanceRoom:
        """Where people keep what the guard lists."""
        return GovernanceRoom(pool=self.pool, keys=self.keys, clock=self.clock, chance=self.chance)

    @property
    def guarding(self) -> GuardRoom:
        """What the guard's call stands on."""
        return self.guard or empty_guard(
            self.pool, keys=self.keys, clock=self.clock, monotonic=self.monotonic
        )

    @property
    def detection(self) -> DetectionRoom:
        """What detection stands on."""
        return self.looking or DetectionRoom(
            pool=self.pool, keys=self.keys, clock=self.clock, chance=self.chance
        )

    @property
    def drifting(self) -> DriftRoom:
        """What the drift watch stands on."""
        return DriftRoom(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            bases=self.detection.bases,
        )

    @property
    def deciding_in_bulk(self) -> BulkRoom:
        """Where decisions about many subjects are made."""
        return BulkRoom(
            pool=self.pool,
            keys=self.keys,
            intake=self.intake,
            clock=self.clock,
            chance=self.chance,
            alone_max=self.bulk_alone_max,
            language=self.language,
            guidelines=self.guidelines,
        )

    @property
    def overseeing(self) -> OversightRoom:
        """What need to know, break-glass and the log of views stand on."""
        return OversightRoom(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            limits=self.look_limits,
        )

    @property
    def looking_again(self) -> QualityRoom:
        """What second looks at decisions stand on."""
        return QualityRoom(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            care=self.care,
        )

    @property
    def investigating(self) -> Investigating:
        """What investigation rooms stand on."""
        return Investigating(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            networks=self.networking,
        )

    @property
    def networking(self) -> NetworkRoom:
        """What searches for networks stand on."""
        return NetworkRoom(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            bases=self.detection.bases,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `METHOD /path`, what it asks of its caller, and what answers it."""

    method: str
    path: str
    terms: Terms
    handler: Handler
    #: Who knows the caller, where it is not whoever knows our tokens.
    desk: Desk | None = None
