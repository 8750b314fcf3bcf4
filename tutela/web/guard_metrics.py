"""The guard's figures for Prometheus: who answers by which version, and who tries out the list."""

from collections.abc import Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tutela.guard.publishing.standings import GuardStanding


class GuardFigures(Collector):
    """The guards of all services together."""

    def __init__(self, found: Sequence[GuardStanding]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        serving = GaugeMetricFamily(
            "tutela_guard_serving",
            "Processes and programs that answer for the guard, by whether they do as they must.",
            labels=["kind", "state"],
        )
        everybody = [each for guard in self._found for each in guard.serving]
        for kind in ("process", "program"):
            for state in ("ok", "degraded", "behind", "silent"):
                count = sum(each.kind == kind and (each.why or "ok") == state for each in everybody)
                serving.add_metric([kind, state], count)
        yield serving
        yield GaugeMetricFamily(
            "tutela_guard_snapshot_age_seconds",
            "Since the oldest snapshot that is the newest of its service was known to be complete.",
            value=max((guard.age_seconds for guard in self._found), default=0.0),
        )
        yield GaugeMetricFamily(
            "tutela_guard_probing",
            "Viewers and tokens that tried out what is listed, over the last day.",
            value=sum(guard.probing for guard in self._found),
        )
        yield GaugeMetricFamily(
            "tutela_guard_shut_out",
            "Viewers that are shut out for it now.",
            value=sum(guard.shut_out for guard in self._found),
        )
