"""`GET /metrics`: figures for Prometheus, free of names of tenants and of personal data."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tutela.access.login import guesses
from tutela.compliance.filing import standing as filed
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.detection.pipeline.health import DetectorState, LooksDue, looks_due_in, states_in
from tutela.detection.pipeline.judging import RULES
from tutela.guard.propagation.judging import SurfaceState
from tutela.guard.propagation.standing import SurfaceStanding, surfaces_in
from tutela.guard.publishing.programs import VERDICTS
from tutela.guard.publishing.standings import standings_in as standings_of_guards
from tutela.intake.refusals import RefusalLog
from tutela.publishing import targets
from tutela.publishing.targets import PublicationState, Published, Target
from tutela.publishing.witnesses import Witnessed, WitnessState, standings_in
from tutela.reconciliation import reconcile
from tutela.reconciliation.report import Reconciliation
from tutela.review.oversight.looking import standings_in as standings_of_oversight
from tutela.web.answer import Answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.guard_metrics import GuardFigures
from tutela.web.login_metrics import LoginFigures
from tutela.web.oversight_metrics import OversightFigures

CALLS = CollectorRegistry()
#: How long calls took in this process, from their first byte to their answer.
CALL_SECONDS = Histogram(
    "tutela_call_seconds",
    "Seconds from a call's arrival to its answer, in this process.",
    ["call", "status"],
    registry=CALLS,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def measure(call: str, *, status: int, seconds: float) -> None:
    """Notes how long a call took."""
    CALL_SECONDS.labels(call, str(status)).observe(seconds)


def show_metrics(pool: Pool, *, refusals: RefusalLog, clock: Callable[[], datetime]) -> Handler:
    """The last reconciliation as gauges, beside what this process counted since its start."""

    async def handle(asked: Asked) -> Answer:
        del asked
        standing = CollectorRegistry()
        report = await reconcile.last(pool)
        standing.register(_Standing(report, unrecorded=refusals.unrecorded, now=clock()))
        async with every_tenant_transaction(pool) as connection:
            witnesses = await standings_in(connection, now=clock())
            published = await targets.standings_in(connection, now=clock())
            filings = await filed.standing_in(connection)
            detectors = await states_in(connection, now=clock())
            looks = await looks_due_in(connection)
            guards = await standings_of_guards(connection, now=clock())
            surfaces = await surfaces_in(connection, now=clock())
            logins = await guesses.counts_in(connection)
            oversight = await standings_of_oversight(connection, now=clock())
        standing.register(GuardFigures(guards))
        standing.register(_Witnesses(witnesses))
        standing.register(_Publication(published))
        standing.register(_Filings(filings, now=clock()))
        standing.register(_Detectors(detectors, looks=looks))
        standing.register(SurfaceFigures(surfaces))
        standing.register(LoginFigures(logins))
        standing.register(OversightFigures(oversight))
        counted = b"".join(map(generate_latest, (CALLS, RULES, VERDICTS)))
        text = generate_latest(standing) + counted
        return Answer(200, text, CONTENT_TYPE_LATEST)

    return handle


class _Standing(Collector):
    """How things stood when last reconciled, over all tenants together."""

    def __init__(self, report: Reconciliation | None, *, unrecorded: int, now: datetime) -> None:
        self._report = report
        self._unrecorded = unrecorded
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "tutela_refusals_unrecorded",
            "Refused calls that could not be written down, in this process.",
            value=self._unrecorded,
        )
        if self._report is not None:
            yield from _of_report(self._report, now=self._now)


class _Witnesses(Collector):
    """The witnesses of all tenants together, by how they stand."""

    def __init__(self, witnesses: Sequence[Witnessed]) -> None:
        self._witnesses = witnesses

    def collect(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "tutela_witnesses", "Witnesses by how they stand.", labels=["state"]
        )
        for state in WitnessState:
            states.add_metric([state], sum(each.state is state for each in self._witnesses))
        yield states
        yield GaugeMetricFamily(
            "tutela_witness_behind_leaves",
            "Leaves that the witness furthest behind does not hold.",
            value=max((each.behind_by for each in self._witnesses), default=0),
        )


class _Publication(Collector):
    """Logs of all tenants together, by where their heads are published and how that stands."""

    def __init__(self, published: Sequence[Published]) -> None:
        self._counts = Counter((each.target, each.state) for each in published)

    def collect(self) -> Iterator[Metric]:
        logs = GaugeMetricFamily(
            "tutela_published_logs",
            "Logs by the target of their heads and how it stands.",
            labels=["target", "state"],
        )
        for target in Target:
            for state in PublicationState:
                logs.add_metric([target, state], self._counts[target, state])
        yield logs


class _Detectors(Collector):
    """Detectors, lists and exchanges of all tenants, and what must still follow from looks."""

    def __init__(self, found: Sequence[DetectorState], *, looks: LooksDue) -> None:
        self._found = found
        self._looks = looks

    def collect(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "tutela_detectors",
            "Detectors, lists and exchanges by whether they do what they must.",
            labels=["state"],
        )
        for state, ok in (("ok", True), ("red", False)):
            states.add_metric([state], sum(each.ok is ok for each in self._found))
        yield states
        due = GaugeMetricFamily(
            "tutela_looks_due",
            "Cases to open, items to look at again, and what was given up.",
            labels=["state"],
        )
        for state in ("open_case", "look_again", "given_up"):
            due.add_metric([state], getattr(self._looks, state))
        yield due


class SurfaceFigures(Collector):
    """The surfaces of all platforms: how they stand by the guard, and what they do wrongly."""

    def __init__(self, found: Sequence[SurfaceStanding]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "tutela_guard_surfaces",
            "Surfaces of platforms by how they stand when asked; silent: not asked lately.",
            labels=["state"],
        )
        asked = [each for each in self._found if not each.silent]
        for state in SurfaceState:
            states.add_metric([state], sum(each.state is state for each in asked))
        states.add_metric(["silent"], len(self._found) - len(asked))
        yield states
        yield GaugeMetricFamily(
            "tutela_guard_lag_seconds",
            "How long the surface furthest behind does not hold what the guard says.",
            value=max((each.lag_seconds for each in asked), default=0),
        )
        findings = GaugeMetricFamily(
            "tutela_guard_findings",
            "What surfaces show that they must not show, or hide that they must show.",
            labels=["kind"],
        )
        findings.add_metric(["leak"], sum(each.leaks for each in self._found))
        findings.add_metric(["over_blocked"], sum(each.over_blocked for each in self._found))
        yield findings


class _Filings(Collector):
    """Statements of reasons of all tenants that the Transparency Database has not."""

    def __init__(self, standing: filed.Standing, *, now: datetime) -> None:
        self._standing = standing
        self._now = now

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "tutela_statements_not_filed",
            "Statements of reasons that the Transparency Database has not, by state.",
            labels=["state"],
        )
        for state in ("due", "held", "refused"):
            waiting.add_metric([state], getattr(self._standing, state))
        yield waiting
        since = self._standing.oldest_due_at
        yield GaugeMetricFamily(
            "tutela_statement_due_age_seconds",
            "Since the oldest statement that is due was issued.",
            value=0 if since is None else (self._now - since).total_seconds(),
        )


def _of_report(report: Reconciliation, *, now: datetime) -> Iterator[Metric]:
    age = (now - datetime.fromisoformat(report.at)).total_seconds()
    yield GaugeMetricFamily(
        "tutela_reconciliation_age_seconds", "Since the last reconciliation.", value=age
    )
    yield GaugeMetricFamily(
        "tutela_reconciled", "1 where nothing is lost and no check found anything.", value=report.ok
    )
    yield _items(report)
    yield from _flaggers(report, now=now)
    yield from _measures(report, now=now)
    faults = GaugeMetricFamily("tutela_faults", "What each check found.", labels=["check"])
    found = {fault.check: fault.count for fault in report.faults}
    for check in reconcile.MEANINGS:
        faults.add_metric([check], found.get(check, 0))
    yield faults


def _items(report: Reconciliation) -> Metric:
    counted: Counter[tuple[str, str]] = Counter()
    for total in report.totals:
        for state, count in _states(total.received, open_=total.open, answered=total.answered):
            counted[total.channel, state] += count
    family = GaugeMetricFamily(
        "tutela_items", "Real items by channel and state.", labels=["channel", "state"]
    )
    for (channel, state), count in sorted(counted.items()):
        family.add_metric([channel, state], count)
    return family


def _flaggers(report: Reconciliation, *, now: datetime) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "tutela_flagger_notices",
        "Unanswered notices of flaggers by channel: all that are open, and those past their time.",
        labels=["channel", "state"],
    )
    oldest = GaugeMetricFamily(
        "tutela_flagger_oldest_open_seconds",
        "Since the oldest unanswered notice of a channel of flaggers came.",
        labels=["channel"],
    )
    for channel in sorted({queue.channel for queue in report.flaggers}):
        queues = [queue for queue in report.flaggers if queue.channel == channel]
        waiting.add_metric([channel, "open"], sum(queue.open for queue in queues))
        waiting.add_metric([channel, "overdue"], sum(queue.overdue for queue in queues))
        since = datetime.fromisoformat(min(queue.oldest_since for queue in queues))
        oldest.add_metric([channel], (now - since).total_seconds())
    yield waiting
    yield oldest


def _measures(report: Reconciliation, *, now: datetime) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "tutela_measures_not_carried_out",
        "Measures that were decided and neither confirmed nor lifted, by kind and state.",
        labels=["kind", "state"],
    )
    oldest = GaugeMetricFamily(
        "tutela_measures_oldest_not_carried_out_seconds",
        "Since the oldest of them was decided or recalled.",
        labels=["kind", "state"],
    )
    for kind, state in sorted({(each.kind, each.state) for each in report.not_carried_out}):
        of_both = [e for e in report.not_carried_out if (e.kind, e.state) == (kind, state)]
        waiting.add_metric([kind, state], sum(each.count for each in of_both))
        since = datetime.fromisoformat(min(each.oldest_since for each in of_both))
        oldest.add_metric([kind, state], (now - since).total_seconds())
    yield waiting
    yield oldest


def _states(received: int, *, open_: int, answered: int) -> Iterable[tuple[str, int]]:
    yield "received", received
    yield "open", open_
    yield "answered", answered
    yield "lost", received - open_ - answered
