"""Counters of a dashboard process, served at `/metrics` for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class LiveMetrics:
    """Counters on a registry of their own, so that two apps in one process do not share them."""

    def __init__(self) -> None:
        """Create them; `text` tells them."""
        self.registry = CollectorRegistry()
        registry = self.registry
        self.screens = Gauge("sonae_live_screens", "Screens connected", ["transport"], registry=registry)
        self.frames = Counter("sonae_live_frames", "Frames sent to screens that kept up", registry=registry)
        self.snapshots = Counter("sonae_live_snapshots", "Snapshots sent", registry=registry)
        self.overflows = Counter(
            "sonae_live_overflows",
            "Screens behind for so long that they needed a snapshot",
            registry=registry,
        )
        self.changes = Counter("sonae_live_changes", "Changes read from the feed", registry=registry)
        self.lag = Histogram(
            "sonae_live_lag_seconds",
            "From the begin of the writing transaction to the screens [s]",
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
            registry=registry,
        )
        self.connected = Gauge("sonae_live_database_connected", "1 while the feed is read", registry=registry)
        self.waiting = Gauge(
            "sonae_live_feed_waiting_seconds",
            "How long a running transaction has held the feed back [s]",
            registry=registry,
        )

    def text(self) -> bytes:
        """Return all counters in Prometheus's text form."""
        return generate_latest(self.registry)
