"""A call's line of time, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tellerline.cli.output import Output
from tellerline.cli.tracing.timeline import Moment, Timeline


def document(line: Timeline, transactions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """For programs: every sentence in both languages."""
    return {
        "call": line.call,
        "trace": line.trace,
        "moments": [
            {
                "at": moment.at.isoformat(),
                "kind": moment.kind,
                "en": moment.said[0].strip(),
                "zh": moment.said[1].strip(),
                "agent": moment.agent,
                "transaction": moment.transaction,
                "recordings": [
                    {"recording": name, "second": round(second, 3)} for name, second in moment.seconds.items()
                ],
            }
            for moment in line.moments
        ],
        "recordings": [
            {
                "recording": recording.id,
                "leg": recording.leg,
                "whose": line.legs.get(recording.leg, ("", ""))[0],
                "began": recording.began.isoformat(),
                "seconds": recording.seconds and round(recording.seconds, 3),
                "failed": recording.failed,
            }
            for recording in line.recordings
        ],
        "transactions": list(transactions),
    }


def show(out: Output, line: Timeline) -> None:
    out.say(f"call {line.call}   trace {line.trace}", f"呼叫 {line.call}   追踪号 {line.trace}", style="bold")
    rows = [row(out, line, moment) for moment in line.moments]
    out.table((out.text("time", "时间"), out.text("what happened", "经过"), out.text("in recording", "录音位置")), rows)
    numbers = _numbers(line)
    if not line.recordings:
        return
    out.table(
        ("", out.text("recording", "录音"), out.text("of", "通话方"), out.text("seconds", "秒")),
        [
            (numbers[each.id], each.id, out.text(*line.legs.get(each.leg, ("?", "?"))), _length(each.seconds))
            for each in line.recordings
        ],
    )


def row(out: Output, line: Timeline, moment: Moment) -> tuple[str, str, str]:
    """When, what, and where in which recordings, by their numbers."""
    numbers = _numbers(line)
    recorded = "  ".join(f"{numbers[name]} {second:.1f} s" for name, second in moment.seconds.items())
    return moment.at.astimezone().strftime("%H:%M:%S.%f")[:-3], out.text(*moment.said), recorded


def _numbers(line: Timeline) -> Mapping[str, str]:
    return {recording.id: f"#{number}" for number, recording in enumerate(line.recordings, 1)}


def _length(seconds: float | None) -> str:
    return "…" if seconds is None else f"{seconds:.1f}"
