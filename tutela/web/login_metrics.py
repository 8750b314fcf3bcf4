"""How logins of the staff ended, as figures for Prometheus; no names, no addresses."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tutela.access.login.guesses import Outcome


class LoginFigures(Collector):
    """Logins of all tenants together in the last 90 days, by how they ended."""

    def __init__(self, counts: Mapping[Outcome, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        logins = GaugeMetricFamily(
            "tutela_logins", "Logins in the last 90 days by how they ended.", labels=["outcome"]
        )
        for outcome, counted in self._counts.items():
            logins.add_metric([outcome], counted)
        yield logins
