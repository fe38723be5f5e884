"""What the system says about itself: masked log lines, metrics declared once, traces from channel to host."""

from tellerline.adapters.telemetry.libraries import LibraryLines
from tellerline.adapters.telemetry.logs import Log, LogWriter, make_log
from tellerline.adapters.telemetry.masking import mask_number, mask_text
from tellerline.adapters.telemetry.metrics import Metrics
from tellerline.adapters.telemetry.tracing import TRACEPARENT, PastSpan, Trace, Tracing, TracingRules

__all__ = [
    "TRACEPARENT",
    "LibraryLines",
    "Log",
    "LogWriter",
    "Metrics",
    "PastSpan",
    "Trace",
    "Tracing",
    "TracingRules",
    "make_log",
    "mask_number",
    "mask_text",
]
