"""The recordings 录音 of calls, also long after their end: what there is, and the file itself, against a signature."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from tellerline.adapters.telemetry import mask_number
from tellerline.api.calls.v1 import calls_pb2 as pb
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.records import Interest, Recorded
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.boxes import looks_after
from tellerline.callcenter.services.convert import duration, identifier, instant, number_of
from tellerline.callcenter.services.discretion import Discretion, took_part
from tellerline.callcenter.services.refusals import SITE_UNAVAILABLE, RefusalError, invalid
from tellerline.callcenter.services.what_was_recorded import Recording, recordings
from tellerline.callcenter.site.commands import NoteFetch
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.words import Role
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.routing.calls.model import RoutingPlan

PIECE = 64 * 1024
_NAME = re.compile(r"(calls/[^/]+)/(recordings/[^/]+)")
_OUTSIDE = frozenset({Role.CUSTOMER, Role.OUTSIDE})
_REFUSED = {
    SwitchReason.NO_SUCH_RECORDING: Why.NO_SUCH_RECORDING,
    SwitchReason.WRONG_STATE: Why.RECORDING_RUNS,
}

FetchRecording = Callable[[str], Awaitable[bytes]]


class Recordings:
    """``ListRecordings``, ``GetRecording`` and ``DownloadRecording``. ``fetch`` is the switch's."""

    def __init__(self, desk: Desk, feed: Feed, plan: RoutingPlan, fetch: FetchRecording) -> None:
        self._desk = desk
        self._feed = feed
        self._plan = plan
        self._fetch = fetch

    async def page(self, request: pb.ListRecordingsRequest) -> pb.ListRecordingsResponse:
        who, call = self._desk.actor(request), identifier(request.parent, "calls", "parent")
        whole, found = await self._told(who, call)
        return pb.ListRecordingsResponse(recordings=[_to_proto(call, each, whole=whole) for each in found])

    async def one(self, request: pb.GetRecordingRequest) -> pb.Recording:
        who, (call, name) = self._desk.actor(request), _named(request.name)
        whole, recording = await self._one(who, call, name)
        return _to_proto(call, recording, whole=whole)

    async def download(self, request: pb.DownloadRecordingRequest) -> AsyncIterator[pb.DownloadRecordingResponse]:
        fields, (call, name) = self._desk.common(request), _named(request.name)
        if not request.reason.strip():
            raise invalid("reason", "missing")
        _, recording = await self._one(fields["actor"], call, name)
        if recording.ended is None:
            raise RefusalError(Why.RECORDING_RUNS)
        try:
            file = await self._fetch(name)
        except SwitchError as error:
            raise RefusalError(_REFUSED.get(error.reason, Why.SWITCH_UNAVAILABLE)) from error
        await self._desk.order(NoteFetch(**fields, call=call, recording=name))
        for begin in range(0, len(file), PIECE):
            yield pb.DownloadRecordingResponse(data=file[begin : begin + PIECE], size_bytes=len(file))

    async def _one(self, who: str, call: str, name: str) -> tuple[bool, Recording]:
        whole, found = await self._told(who, call)
        for recording in found:
            if recording.id == name:
                return whole, recording
        raise RefusalError(Why.NO_SUCH_RECORDING)

    async def _told(self, who: str, call: str) -> tuple[bool, Sequence[Recording]]:
        """What of the call one may hear, and whether numbers are for him."""
        facts = await self._facts(call)
        if self._desk.leads(who):
            return True, recordings(map(_fact, facts))
        if took_part(facts, who):
            discretion = Discretion(self._desk.leaders)
            return True, recordings([_fact(recorded) for recorded in facts if not discretion.hides(recorded)])
        profile = self._desk.roster[who].profile
        messages = [each for each in recordings(map(_fact, facts)) if each.box]
        found = [each for each in messages if looks_after(self._plan, each.box, profile)]
        if not found:
            raise RefusalError(Why.NOT_IN_CALL)
        return False, found

    async def _facts(self, call: str) -> Sequence[Recorded]:
        try:
            facts = await self._feed.past(Interest(call=call))
        except StoreUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error
        if not facts:
            raise RefusalError(Why.NO_SUCH_CALL)
        return facts


def _fact(recorded: Recorded) -> object:
    return fact_of(recorded.entry)


def _named(name: str) -> tuple[str, str]:
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise invalid("name", "not_a_name" if name else "missing")
    return identifier(parts[1], "calls", "name"), identifier(parts[2], "recordings", "name")


def _to_proto(call: str, recording: Recording, *, whole: bool) -> pb.Recording:
    masked = not whole and recording.role in _OUTSIDE
    return pb.Recording(
        name=f"calls/{call}/recordings/{recording.id}",
        leg=recording.leg,
        role=number_of(recording.role, pb.Role.DESCRIPTOR),
        party=mask_number(recording.party) if masked else recording.party,
        box=recording.box,
        begin_time=instant(recording.began),
        end_time=instant(recording.ended),
        duration=None if recording.length is None else duration(recording.length),
        pauses=[
            pb.RecordingPause(begin_time=instant(pause.began), end_time=instant(pause.ended))
            for pause in recording.pauses
        ],
        failed=recording.failed,
    )
