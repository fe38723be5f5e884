"""Every metric of the platform, declared here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from prometheus_client import CollectorRegistry, Gauge, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.telemetry.tallies import Spreads, Tallies

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """One process's metrics in a registry of their own.

    The methods named after what is counted return the child to count with, which callers may keep. Counting is for the
    loop's thread alone; whoever asks for metrics may do so from any.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._clock = SystemClock()  # a scraper's time, whatever time is played here
        self._requests = self._counter("requests", "Answered requests.", "channel", "operation", "result")
        self._request_seconds = self._histogram("request_seconds", "Time to the answer.", "operation")
        self._exchanges = self._counter("exchanges", "Exchanges with hosts by fate.", "host", "operation", "fate")
        self._exchange_seconds = self._histogram("exchange_seconds", "Time of an exchange.", "host", "operation")
        self._doubts_opened = self._counter("doubts_opened", "Doubts opened.", "host", "operation")
        self._doubts_ended = self._counter("doubts_ended", "Doubts ended, by how.", "host", "operation", "end")
        self._doubt_steps = self._counter("doubt_steps", "Steps of the doubt resolver.", "host", "step")
        self._untrusted = self._counter("untrusted_replies", "Replies not proven to be the host's.", "host", "reason")
        self._late_replies = self._counter("late_replies", "Replies nobody waited for.", "host", "meaning")
        self._pins = self._counter("pin_verifications", "PIN verifications by result.", "channel", "result")
        self._stand_ins = self._counter(
            "stand_ins", "What was done for hosts that are closed.", "host", "operation", "kind"
        )
        self._store_failures = self._counter("store_failures", "Store calls that failed.", "step")
        self._shadows = self._counter("shadows", "Copied enquiries by what came of them.", "rule", "host", "result")
        self._routing_changes = self._counter("routing_changes", "Routing rules by what became of them.", "verdict")
        self._differences = self._counter("differences", "Differences with hosts' days, each time.", "host", "kind")
        self._atm_frames = self._counter("atm_frames", "Frames of cash machines, by answer.", "task", "answer")
        self._atm_ended = self._counter("atm_connections_ended", "Connections of cash machines, by end.", "why")
        self._atm_open = Gauge(
            "tellerline_atm_connections", "Connections of cash machines now.", registry=self.registry
        )
        self._gauges = {
            name: Gauge(f"tellerline_{name}", text, ["host"], registry=self.registry)
            for name, text in (
                ("breaker_open", "1 while the host's breaker is not closed."),
                ("in_flight", "Exchanges under way."),
                ("queued", "Requests that wait for a place."),
                ("closed", "1 while the host is closed, or what waits for it goes first."),
            )
        }
        self.requests = cache(self._requests.labels)
        self.request_seconds = cache(self._request_seconds.labels)
        self.exchanges = cache(self._exchanges.labels)
        self.exchange_seconds = cache(self._exchange_seconds.labels)
        self.doubts_opened = cache(self._doubts_opened.labels)
        self.doubts_ended = cache(self._doubts_ended.labels)
        self.doubt_steps = cache(self._doubt_steps.labels)
        self.untrusted_replies = cache(self._untrusted.labels)
        self.late_replies = cache(self._late_replies.labels)
        self.pins = cache(self._pins.labels)
        self.stand_ins = cache(self._stand_ins.labels)
        self.store_failures = cache(self._store_failures.labels)
        self.differences = cache(self._differences.labels)
        self.shadows = cache(self._shadows.labels)
        self.routing_changes = cache(self._routing_changes.labels)
        self.atm_frames = cache(self._atm_frames.labels)
        self.atm_connections_ended = cache(self._atm_ended.labels)

    def watch(self, gauge: str, host: str, read: Callable[[], float]) -> None:
        """Let ``gauge`` of a host (``breaker_open``, ``in_flight``, ``queued``, ``closed``) be read when metrics are
        asked for."""
        self._gauges[gauge].labels(host).set_function(read)

    def watch_connections(self, read: Callable[[], float]) -> None:
        """Let the number of cash machines connected be read when metrics are asked for."""
        self._atm_open.set_function(read)

    def serve(self, address: str, port: int) -> str:
        """Answer scrapers over HTTP from a thread of its own, as long as the process lives; returns the URL."""
        server, _ = start_http_server(port, addr=address, registry=self.registry)
        return f"http://{address}:{server.server_port}/metrics"

    def exposition(self) -> tuple[bytes, str]:
        """All metrics in Prometheus's text format, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _counter(self, name: str, text: str, *labels: str) -> Tallies:
        tallies = Tallies(f"tellerline_{name}", text, labels, self._clock)
        self.registry.register(tallies)
        return tallies

    def _histogram(self, name: str, text: str, *labels: str) -> Spreads:
        spreads = Spreads(f"tellerline_{name}", text, labels, _SECONDS, self._clock)
        self.registry.register(spreads)
        return spreads
