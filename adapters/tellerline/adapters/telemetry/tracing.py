"""Traces from channel to host: decided here, so that what is not sampled costs next to nothing."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from tellerline.adapters.clock import Randomness
from tellerline.adapters.telemetry.masking import mask_text

__all__ = ["TRACEPARENT", "SpanExporter", "Trace", "Tracing", "TracingRules"]

TRACEPARENT: ContextVar[str] = ContextVar("traceparent", default="")
"""The W3C ``traceparent`` of the work under way, for transports that can carry one; empty when it is not sampled."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NOBODY = ("0" * 32, "0" * 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracingRules:
    """``ratio`` of requests without a sampled parent are traced; ``endpoint`` is an OTLP/HTTP collector's, or empty."""

    ratio: float = 0.01
    endpoint: str = ""
    service: str = "tellerline"


@dataclass(slots=True)
class Trace:
    """One request's trace: its id is known even when nothing is recorded."""

    trace_id: str
    span: Span | None = None

    @property
    def traceparent(self) -> str:
        """To be sent on; empty when the request is not sampled."""
        if self.span is None:
            return ""
        context = self.span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


class Tracing:
    """Begins and ends requests' spans. A caller's own decision (its ``traceparent``) goes before the ratio."""

    def __init__(self, rules: TracingRules, randomness: Randomness, exporter: SpanExporter | None = None) -> None:
        self._ratio = rules.ratio
        self._randomness = randomness
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": rules.service}), shutdown_on_exit=False
        )
        self._exports = exporter is not None or rules.endpoint != ""
        if self._exports:
            self._provider.add_span_processor(BatchSpanProcessor(exporter or _collector(rules.endpoint)))
        self._tracer = self._provider.get_tracer("tellerline.gateway")

    def begin(self, name: str, traceparent: str) -> Trace:
        """Follow the caller's trace or start one; malformed parents count as none."""
        parent = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
        if parent is not None and (parent[1] == _NOBODY[0] or parent[2] == _NOBODY[1]):
            parent = None
        sampled = int(parent[3], 16) & 1 if parent else self._randomness.fraction() < self._ratio
        if not (sampled and self._exports):
            return Trace(parent[1] if parent else self._randomness.bytes(16).hex())
        return self._started(name, parent, SpanKind.SERVER)

    def exchange(self, name: str) -> Trace | None:
        """A client span under the work under way (``TRACEPARENT``); None when that is not sampled."""
        parent = _TRACEPARENT.fullmatch(TRACEPARENT.get())
        return None if parent is None else self._started(name, parent, SpanKind.CLIENT)

    def _started(self, name: str, parent: re.Match[str] | None, kind: SpanKind) -> Trace:
        context = None
        if parent is not None:
            remote = SpanContext(int(parent[1], 16), int(parent[2], 16), is_remote=True, trace_flags=TraceFlags(1))
            context = set_span_in_context(NonRecordingSpan(remote))
        span = self._tracer.start_span(name, context=context, kind=kind)
        return Trace(f"{span.get_span_context().trace_id:032x}", span)

    def end(self, trace: Trace, *, failed: bool, **attributes: str) -> None:
        """End the request's span; attribute values are masked."""
        if trace.span is None:
            return
        for key, value in attributes.items():
            trace.span.set_attribute(f"tellerline.{key}", mask_text(value))
        if failed:
            trace.span.set_status(Status(StatusCode.ERROR))
        trace.span.end()

    def close(self) -> None:
        """Export what is left; may block for a few seconds when the collector does not answer."""
        self._provider.shutdown()


def _collector(endpoint: str) -> SpanExporter:
    """Imported when there is a collector only: it brings an HTTP client along."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint)
