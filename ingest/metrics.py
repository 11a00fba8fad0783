"""Counters of the ingest process, served at `/metrics` for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server


class Metrics:
    """All counters on a registry of their own, so that two ingests in one test do not share them."""

    def __init__(self) -> None:
        """Create the counters; `serve` publishes them."""
        self.registry = CollectorRegistry()
        self.received = Counter(
            "sonae_ingest_messages", "Messages taken from the queue", registry=self.registry
        )
        self.committed = Counter("sonae_ingest_readings", "Readings committed", registry=self.registry)
        self.repeated = Counter(
            "sonae_ingest_repeated", "Readings that were there already", registry=self.registry
        )
        self.quarantined = Counter(
            "sonae_ingest_quarantined", "Messages put into quarantine", ["code"], registry=self.registry
        )
        self.flagged = Counter(
            "sonae_ingest_flags", "Readings by quality flag", ["flag"], registry=self.registry
        )
        self.batch_size = Histogram(
            "sonae_ingest_batch_messages",
            "Messages per transaction",
            buckets=(1, 2, 5, 10, 50, 100, 500, 1000, 2000, 5000),
            registry=self.registry,
        )
        self.commit_seconds = Histogram(
            "sonae_ingest_commit_seconds",
            "From taking a batch to its commit [s]",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30),
            registry=self.registry,
        )
        self.retries = Counter("sonae_ingest_write_retries", "Writes tried again", registry=self.registry)
        self.queued = Gauge("sonae_ingest_queued", "Messages waiting in the queue", registry=self.registry)
        self.connected = Gauge("sonae_ingest_broker_connected", "1 while connected", registry=self.registry)

    def serve(self, port: int) -> int:
        """Serve `/metrics` on the loopback address; return the port (0 picks a free one)."""
        server, _thread = start_http_server(port, addr="127.0.0.1", registry=self.registry)
        return int(server.server_port)
