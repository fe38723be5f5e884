"""What was recorded of a call at the telephony bar's desk: listed, downloaded, and whose voices are in it."""

from __future__ import annotations

from pathlib import Path

from bar_desk import Desk
from telephones import tones, wav_samples

from tellerline.api.calls.v1 import calls_pb2 as calls


async def recorded(desk: Desk) -> list[calls.Recording]:
    """All that was recorded of the call, once no recording runs."""
    found: list[calls.Recording] = []

    async def over() -> bool:
        found[:] = (await desk.bar.press("ListRecordings", "A1", parent=desk.call)).recordings
        return all(each.HasField("end_time") for each in found)

    await desk.centre.until(over)
    return found


async def downloaded(desk: Desk, who: str, name: str) -> bytes:
    pieces = await desk.bar.press("DownloadRecording", who, name=name, reason="to hear it")
    return b"".join([piece.data async for piece in pieces])


def recording_file(desk: Desk, recording: str) -> Path:
    """The switch's, of the id or the resource name."""
    return desk.centre.server.recordings / f"{recording.rpartition('/')[2]}.wav"


def voices_in(desk: Desk, recording: str) -> list[str]:
    """The telephones that are heard in it."""
    return sorted(tones(wav_samples(recording_file(desk, recording), 0.2), desk.centre.exchange.names))
