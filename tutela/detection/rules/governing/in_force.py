"""What people put in force by screens, as a process asks it: by service, looked up every second."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.detection.rules.checking import check
from tutela.detection.rules.facts import Why
from tutela.detection.rules.findings import RulesUnfit
from tutela.detection.rules.governing.reading import check_one, in_mode, read_one
from tutela.detection.rules.governing.room import ALL
from tutela.detection.rules.policies import Policies, RuleOutcome
from tutela.detection.rules.policy import Mode
from tutela.detection.rules.reading import Read, Written
from tutela.detection.rules.ruling import NOTHING_KEPT, Ruling
from tutela.detection.rules.variables import Vocabulary
from tutela.domain.rules import RuleState
from tutela.domain.signals import Result
from tutela.errors import TutelaError

_sql = queries.load("tutela.detection.rules.governing", file="versions.sql")
_switch_sql = queries.load("tutela.detection.rules.governing", file="switches.sql")
_log = structlog.get_logger(__name__)

#: What a service has in force: versions with their modes.
_Stand = tuple[tuple[UUID, Mode], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    policies: Policies | None
    broken: tuple[RuleOutcome, ...]


@dataclass(slots=True, kw_only=True)
class Governed:
    """The rulings of every service, kept fresh by one loop of the process."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    vocabulary: Vocabulary
    _rulings: Mapping[str, Ruling] | None = None
    _compiled: dict[str, tuple[_Stand, _Compiled]] = field(default_factory=dict)
    _texts: dict[UUID, str | None] = field(default_factory=dict)
    #: Whether the last look at the database failed.
    is_unread: bool = False

    def of(self, service: str) -> Ruling | None:
        """What is in force for `tenant/service`; None until it was looked up once."""
        return None if self._rulings is None else self._rulings.get(service, NOTHING_KEPT)

    def all(self) -> Mapping[str, Ruling]:
        """Every service that keeps policies or has some switched off."""
        return self._rulings or {}

    async def refresh(self) -> None:
        """Takes over what people changed; what it had stays where the database can't be asked."""
        try:
            await self._refresh()
        except TutelaError as error:
            self.is_unread = True
            _log.warning("rules_unread", code=error.code)
            return
        self.is_unread = False

    async def _refresh(self) -> None:
        stands, off = await self._look()
        await self._read({each for stand in stands.values() for each, _ in stand})
        for service, stand in stands.items():
            if self._compiled.get(service, ((), None))[0] != stand:
                self._compiled[service] = (stand, await asyncio.to_thread(self._compile, stand))
        self._rulings = {
            service: Ruling(
                policies=self._compiled[service][1].policies if service in stands else None,
                broken=self._compiled[service][1].broken if service in stands else (),
                off=frozenset(off.get(service, ())) - {ALL},
                all_off=ALL in off.get(service, ()),
            )
            for service in {*stands, *off}
        }

    async def _look(self) -> tuple[dict[str, _Stand], dict[str, list[str]]]:
        now = {"now": self.clock()}
        async with every_tenant_transaction(self.pool) as connection:
            rows = await (await connection.execute(_sql.in_force, now)).fetchall()
            thrown = await (await connection.execute(_switch_sql.off, now)).fetchall()
        stands: dict[str, list[tuple[UUID, Mode]]] = defaultdict(list)
        off: dict[str, list[str]] = defaultdict(list)
        for tenant, service, version_id, state in rows:
            mode = Mode.SHADOW if RuleState(state) is RuleState.SHADOW else Mode.LIVE
            stands[f"{tenant}/{service}"].append((version_id, mode))
        for tenant, service, policy in thrown:
            off[f"{tenant}/{service}"].append(policy)
        return {service: tuple(stand) for service, stand in stands.items()}, off

    async def _read(self, wanted: set[UUID]) -> None:
        """The texts of versions that were not read before; None where a seal is broken."""
        missing = [each for each in wanted if each not in self._texts]
        self._texts = {each: text for each, text in self._texts.items() if each in wanted}
        if not missing:
            return
        async with every_tenant_transaction(self.pool) as connection:
            rows = await (await connection.execute(_sql.texts, {"ids": missing})).fetchall()
        for version_id, *sealed in rows:
            self._texts[version_id] = self._opened(version_id, sealed=Sealed(*sealed))

    def _opened(self, version_id: UUID, *, sealed: Sealed) -> str | None:
        try:
            return self.keys.open(sealed, row=version_id.bytes).decode()
        except TutelaError as error:
            _log.warning("rule_unreadable", code=error.code)
            return None

    def _compile(self, stand: _Stand) -> _Compiled:
        """The policies together; what is not fit any more says so and holds up no other service."""
        fit, broken = list[Written](), list[RuleOutcome]()
        for version_id, mode in stand:
            found = self._fit(version_id, mode=mode)
            if isinstance(found, Written):
                fit.append(found)
            else:
                broken.append(found)
        try:
            policies = check(Read(written=tuple(fit), vocabulary=self.vocabulary)) if fit else None
        except RulesUnfit as error:
            _log.warning("rules_unfit_together", code=error.code)
            together = (_failed(each.policy.id, mode=each.policy.mode) for each in fit)
            return _Compiled(policies=None, broken=(*broken, *together))
        return _Compiled(policies=policies, broken=tuple(broken))

    def _fit(self, version_id: UUID, *, mode: Mode) -> Written | RuleOutcome:
        text = self._texts.get(version_id)
        name = str(version_id)
        try:
            if text is not None:
                written = in_mode(read_one(text, vocabulary=self.vocabulary), mode=mode)
                check_one(written, vocabulary=self.vocabulary)
                return written
        except RulesUnfit as error:
            name = next((each.policy for each in error.findings if each.policy), name)
        return _failed(name, mode=mode)


def _failed(name: str, *, mode: Mode) -> RuleOutcome:
    """What a version says that is not fit any more."""
    unknown = Result.UNAVAILABLE
    return RuleOutcome(policy=name, version=0, mode=mode, result=unknown, why=Why.RULE_FAILED)
