"""The outbox in Prometheus' words: the database's figures, the same from every process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from notifications.health_store import Count, Standing, Stopped
from notifications.outbox_store import Depth, Ended

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Figures(Struct, frozen=True, kw_only=True):
    """One look at the outbox."""

    depth: Depth
    states: Sequence[Ended]
    networks: Sequence[Standing]
    counts: Sequence[Count]
    stops: Sequence[Stopped]
    calls: int
    now: datetime


def written(figures: Figures) -> bytes:
    """The text that a collector reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Look(figures))
    return generate_latest(registry)


class Look(Collector):
    """Figures that were read a moment ago."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from self._outbox()
        yield from self._networks()

    def _outbox(self) -> Iterator[Metric]:
        figures, depth = self._figures, self._figures.depth
        waiting = gauge("postal_sms_outbox", "Messages that have not left, by why", "why")
        for why in ("due", "later", "held", "in_the_air", "doubtful"):
            waiting.add_metric([why], getattr(depth, why))
        yield waiting
        oldest = depth.oldest_due_at
        age = (figures.now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily(
            "postal_sms_oldest_due_seconds",
            "How long the oldest message that should have left has waited",
            value=age,
        )
        yield GaugeMetricFamily(
            "postal_sms_reports_unheard", "Reports not taken note of", value=depth.unheard
        )
        yield GaugeMetricFamily(
            "postal_calls_open", "Citizens to be called instead", value=figures.calls
        )
        day = gauge("postal_sms_day", "Messages drafted in 24 hours, by state", "state")
        for each in figures.states:
            day.add_metric([each.state], each.messages)
        yield day
        held = gauge("postal_sms_text_stopped", "Texts that a network filters", "template")
        for stop in figures.stops:
            held.add_metric([stop.template], 1)
        yield held

    def _networks(self) -> Iterator[Metric]:
        figures = self._figures
        points = gauge(
            "postal_sms_network_points", "Messages of a hundred that go there", "network"
        )
        paused = gauge("postal_sms_network_paused", "1 while it takes nothing from us", "network")
        for each in figures.networks:
            points.add_metric([each.name], each.points)
            stopped = each.paused_until is not None and each.paused_until > figures.now
            paused.add_metric([each.name], float(stopped))
        calls = gauge("postal_sms_network_calls", "Calls in five minutes", "network")
        bad = gauge("postal_sms_network_bad_calls", "Slow or failed ones among them", "network")
        for count in figures.counts:
            calls.add_metric([count.gateway], count.calls)
            bad.add_metric([count.gateway], count.bad)
        yield from (points, paused, calls, bad)


def gauge(name: str, said: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, labels=[label])
