"""Figures for Prometheus that are read from the database when they are asked for."""

from collections.abc import Iterator

from django.conf import settings
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from portal import standing


class StandingCollector(Collector):
    """`sw_standing_still{kind}`: objects that stand beyond their time limit."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Known without asking the database: nothing is read when the process starts."""
        return [family()]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One small grouped query a scrape."""
        found = family()
        for kind, number in standing.counts().items():
            found.add_metric([kind], number)
        yield found


def family() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "sw_standing_still", "Objects that stand beyond their time limit", labels=["kind"]
    )


def register_collectors() -> None:
    """Once per process that serves metrics."""
    if settings.METRICS:
        REGISTRY.register(StandingCollector())
