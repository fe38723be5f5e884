"""A telephone switch reduced to what a site sees of it: orders in, the snapshot and possible events out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod

from tellerline.callcenter.site import orders as o
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.snapshot import LegSeen, LegState, Snapshot


@dataclass
class ModelLeg:
    incoming: bool
    number: str
    state: LegState
    called: str = ""
    cleared: e.Cause | None = None
    """Set by ``Clear``: from now on the leg may end at any moment."""
    music: bool = False
    conversation: str = ""
    playback: str = ""
    collection: str = ""
    recording: str = ""


class ModelSwitch:
    """Carries out orders at once; what telephones and people then do is the test's choice."""

    def __init__(self) -> None:
        self.legs: dict[str, ModelLeg] = {}
        self.conversations: set[str] = set()
        self.monitors: dict[str, tuple[str, str]] = {}
        self.told: list[o.TellIvr] = []
        self.wrong: list[str] = []

    def restart(self) -> None:
        self.legs.clear()
        self.conversations.clear()
        self.monitors.clear()

    def offered(self, leg: str, caller: str, called: str, at: datetime) -> e.Offered:
        self.legs[leg] = ModelLeg(incoming=True, number=caller, state=LegState.OFFERED, called=called)
        return e.Offered(at=at, leg=leg, called=called, caller=caller)

    def connect(self, leg: str, at: datetime) -> e.Connected:
        self.legs[leg].state = LegState.CONNECTED
        return e.Connected(at=at, leg=leg)

    def end(self, leg: str, cause: e.Cause, at: datetime) -> list[e.SwitchEvent]:
        """The leg ends with everything on it, in the order that the port promises."""
        gone = self.legs.pop(leg)
        self.monitors = {name: legs for name, legs in self.monitors.items() if leg not in legs}
        events: list[e.SwitchEvent] = []
        if gone.playback:
            events.append(e.PlaybackEnded(at=at, playback=gone.playback, leg=leg, end=e.Ended.STOPPED))
        if gone.collection:
            stopped = e.SecretEnd.STOPPED
            events.append(e.SecretCollected(at=at, collection=gone.collection, leg=leg, end=stopped))
        if gone.recording:
            events.append(e.RecordingEnded(at=at, recording=gone.recording, leg=leg, end=e.Ended.STOPPED))
        return [*events, e.Cleared(at=at, leg=leg, cause=cause)]

    def snapshot(self) -> Snapshot:
        legs = {
            name: LegSeen(leg=name, state=leg.state, incoming=leg.incoming, number=leg.number, called=leg.called)
            for name, leg in self.legs.items()
        }
        members = {
            name: frozenset(leg for leg, each in self.legs.items() if each.conversation == name)
            for name in self.conversations
        }
        recordings = {leg.recording: name for name, leg in self.legs.items() if leg.recording}
        return Snapshot(legs=legs, conversations=members, recordings=recordings, monitors=dict(self.monitors))

    def carry_out(self, order: o.Order) -> None:
        if isinstance(order, o.LegOrder) and not isinstance(order, o.Dial) and order.leg not in self.legs:
            return
        self._do(order)

    @singledispatchmethod
    def _do(self, order: o.Order) -> None:
        raise TypeError(f"no such order: {order}")

    @_do.register
    def _(self, order: o.TellIvr) -> None:
        self.told.append(order)

    @_do.register
    def _(self, order: o.Answer) -> None:
        pass

    @_do.register
    def _(self, order: o.Dial) -> None:
        if order.leg not in self.legs:
            self.legs[order.leg] = ModelLeg(incoming=False, number=order.address, state=LegState.INITIATED)

    @_do.register
    def _(self, order: o.Clear) -> None:
        self.legs[order.leg].cleared = order.cause

    @_do.register
    def _(self, order: o.Play) -> None:
        self.legs[order.leg].playback = order.playback

    @_do.register
    def _(self, order: o.Stop) -> None:
        self.legs[order.leg].playback = ""

    @_do.register
    def _(self, order: o.Music) -> None:
        leg = self.legs[order.leg]
        if order.on and leg.conversation:
            self.wrong.append(f"{order}: in a conversation")
        leg.music = order.on

    @_do.register
    def _(self, order: o.CollectSecret) -> None:
        if self.legs[order.leg].conversation:
            self.wrong.append(f"{order}: in a conversation")
        self.legs[order.leg].collection = order.collection

    @_do.register
    def _(self, order: o.StopCollecting) -> None:
        self.legs[order.leg].collection = ""

    @_do.register
    def _(self, order: o.OpenConversation) -> None:
        self.conversations.add(order.conversation)

    @_do.register
    def _(self, order: o.CloseConversation) -> None:
        self.conversations.discard(order.conversation)
        for leg in self.legs.values():
            if leg.conversation == order.conversation:
                leg.conversation = ""

    @_do.register
    def _(self, order: o.Join) -> None:
        leg = self.legs[order.leg]
        if leg.music or leg.collection or order.conversation not in self.conversations:
            self.wrong.append(f"{order}: of a leg with music {leg.music}, collecting {leg.collection!r}")
        if leg.conversation not in ("", order.conversation):
            self.wrong.append(f"{order}: is in {leg.conversation}")
        leg.conversation = order.conversation

    @_do.register
    def _(self, order: o.Leave) -> None:
        self.legs[order.leg].conversation = ""

    @_do.register
    def _(self, order: o.Monitor) -> None:
        if order.listener in self.legs:
            if self.legs[order.listener].conversation:
                self.wrong.append(f"{order}: the listener is in a conversation")
            self.monitors[order.monitor] = (order.leg, order.listener)

    @_do.register
    def _(self, order: o.StopMonitoring) -> None:
        self.monitors.pop(order.monitor, None)

    @_do.register
    def _(self, order: o.Record) -> None:
        self.legs[order.leg].recording = order.recording

    @_do.register
    def _(self, order: o.StopRecording) -> None:
        self.legs[order.leg].recording = ""
