"""Spans of the OpenTelemetry SDK, for the requests that are traced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
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

from tellerline.adapters.telemetry.tracing import PastSpan

__all__ = ["SpanExporter", "Spans"]


class Spans:
    """Exports in batches to ``exporter``, or to the OTLP/HTTP collector at ``endpoint``.

    A parent is its trace's and its own identifier, in hexadecimal.
    """

    def __init__(self, service: str, endpoint: str, exporter: SpanExporter | None) -> None:
        self._provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
        self._processor = BatchSpanProcessor(exporter or _collector(endpoint))
        self._provider.add_span_processor(self._processor)
        self._tracer = self._provider.get_tracer("tellerline.gateway")

    def serve(self, name: str, parent: Sequence[str] | None) -> Span:
        """A span of our own work, a root without a parent."""
        return self._start(name, parent, SpanKind.SERVER)

    def ask(self, name: str, parent: Sequence[str]) -> Span:
        """A span of what a host is asked."""
        return self._start(name, parent, SpanKind.CLIENT)

    def end(self, span: Span, attributes: Mapping[str, str], *, failed: bool) -> None:
        span.set_attributes(attributes)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def record(self, past: PastSpan) -> None:
        """A span of our own work that is over, under identifiers that its caller has chosen."""
        self._processor.on_end(
            ReadableSpan(
                name=past.name,
                context=_context(past.trace_id, past.span_id),
                parent=_context(past.trace_id, past.parent_id) if past.parent_id else None,
                resource=self._provider.resource,
                attributes=past.attributes,
                status=Status(StatusCode.ERROR if past.failed else StatusCode.UNSET),
                start_time=_nanoseconds(past.began),
                end_time=_nanoseconds(past.ended),
            )
        )

    def close(self) -> None:
        """Export what is left; may block for a few seconds."""
        self._provider.shutdown()

    def _start(self, name: str, parent: Sequence[str] | None, kind: SpanKind) -> Span:
        context = None
        if parent is not None:
            remote = _context(parent[0], parent[1], is_remote=True)
            context = set_span_in_context(NonRecordingSpan(remote))
        return self._tracer.start_span(name, context=context, kind=kind)


def _context(trace: str, span: str, *, is_remote: bool = False) -> SpanContext:
    return SpanContext(int(trace, 16), int(span, 16), is_remote=is_remote, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000


def _collector(endpoint: str) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint)
