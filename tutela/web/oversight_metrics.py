"""What waits for a second person, as figures."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tutela.review.oversight.looking import OversightStanding


class OversightFigures(Collector):
    """Cases opened without the right and unusual browsing of all tenants, not looked at yet."""

    def __init__(self, standing: OversightStanding) -> None:
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "tutela_oversight_waiting",
            "What waits for a second person to look at, by kind; overdue: for more than a day.",
            labels=["kind"],
        )
        waiting.add_metric(["opening"], self._standing.openings)
        waiting.add_metric(["browsing"], self._standing.browsing)
        waiting.add_metric(["overdue"], self._standing.overdue)
        yield waiting
