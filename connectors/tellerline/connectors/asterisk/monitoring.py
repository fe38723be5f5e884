"""Sitting in on a leg: a channel that hears it, in a bridge with the listener."""

from __future__ import annotations

from tellerline.connectors.asterisk.board import BRIDGE, Board, checked
from tellerline.connectors.asterisk.media import MediaRoom
from tellerline.connectors.asterisk.model import OWN, Monitor
from tellerline.connectors.asterisk.rest import RestRefusedError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.switch import Listening

MONITOR = "monitor"
"""First of the arguments of a listening channel; the monitor, the leg, the listener and how he listens follow."""
_WHISPER = {Listening.SILENT: "none", Listening.WHISPER: "out"}


def bridge_of(monitor: str) -> str:
    return f"{MONITOR}{OWN}{monitor}"


def _snoop_of(monitor: str, before: str) -> str:
    """Never the one of before: both live for a moment."""
    number = serial(before) + 1 if before else 1
    return f"{OWN}{bridge_of(monitor)}{OWN}{number}{OWN}"


def serial(snoop: str) -> int:
    """The number of a monitor's listening channel."""
    return int(snoop.split(OWN)[-2])


class MonitoringRoom:
    """Whether a listener can be heard is fixed in the channel that listens, so a silent one never is by mistake."""

    def __init__(self, board: Board, media: MediaRoom) -> None:
        self._board = board
        self._media = media

    async def monitor(self, monitor: str, leg: str, listener: str, listening: Listening) -> None:
        checked(monitor)
        model = self._board.model
        if monitor in model.used["monitor"]:
            return
        self._board.connected(leg)
        heard_by = self._board.connected(listener)
        before = model.monitors.get(monitor)
        if before and (before.leg, before.listener) != (leg, listener):
            raise SwitchError(SwitchReason.REFUSED, f"{monitor} is of other legs")
        if before and before.listening is listening:
            return
        elsewhere = model.listens(listener)
        if heard_by.conversation or model.collecting(listener) or (elsewhere and elsewhere is not before):
            raise SwitchError(SwitchReason.WRONG_STATE, f"{listener} is busy elsewhere")
        snoop = _snoop_of(monitor, before.snoop if before else "")
        fresh = Monitor(id=monitor, leg=leg, listener=listener, listening=listening, snoop=snoop)
        if before is None:
            await self._media.silence(heard_by)
        await self._begin(fresh, before)

    async def _begin(self, fresh: Monitor, before: Monitor | None) -> None:
        rest, bridge = self._board.rest, bridge_of(fresh.id)
        args = (MONITOR, fresh.id, fresh.leg, fresh.listener, fresh.listening)
        try:
            await self._board.snoop(fresh.leg, fresh.snoop, *args, spy="both", whisper=_WHISPER[fresh.listening])
            if before is None:
                await self._open(bridge)
                await rest.post(
                    "bridges",
                    bridge,
                    "addChannel",
                    channel=self._board.model.channel(fresh.listener),
                    absorbDTMF="true",
                )
            if not self._board.model.collecting(fresh.leg):
                await rest.post("bridges", bridge, "addChannel", channel=fresh.snoop)
        except (RestRefusedError, SwitchError):
            self._board.spawn(self._take_down(fresh, keep_bridge=before is not None))
            raise
        self._board.model.monitors[fresh.id] = fresh
        if before:
            await rest.remove("channels", before.snoop)
        self._forget_if_gone(fresh)

    async def _open(self, bridge: str) -> None:
        try:
            await self._board.rest.post("bridges", bridge, type=BRIDGE)
        except RestRefusedError as refused:
            if refused.status != 409:
                raise

    async def stop(self, monitor: str) -> None:
        known = self._board.model.monitors.get(monitor)
        if known:
            self._forget(known)
            await self._take_down(known)

    async def hush(self, leg: str, hushed: bool) -> None:
        """Let nobody hear a leg for a while."""
        order = "removeChannel" if hushed else "addChannel"
        for monitor in self._board.model.monitors_of(leg):
            try:
                await self._board.rest.post("bridges", bridge_of(monitor.id), order, channel=monitor.snoop)
            except RestRefusedError as refused:
                if refused.status not in (400, 404, 422):
                    raise

    def end_all(self, leg: str) -> None:
        """A leg is gone: so are the monitors on it, and those that it listened to."""
        for monitor in list(self._board.model.monitors.values()):
            if leg in (monitor.leg, monitor.listener):
                self._forget(monitor)
                self._board.spawn(self._take_down(monitor))

    def _forget_if_gone(self, monitor: Monitor) -> None:
        """For a leg that ended while its monitor began."""
        for leg in (monitor.leg, monitor.listener):
            known = self._board.model.legs.get(leg)
            if known is None or known.over:
                self.end_all(leg)

    def _forget(self, monitor: Monitor) -> None:
        self._board.model.monitors.pop(monitor.id, None)
        self._board.model.used["monitor"].add(monitor.id)

    async def _take_down(self, monitor: Monitor, keep_bridge: bool = False) -> None:
        await self._board.rest.remove("channels", monitor.snoop)
        if not keep_bridge:
            await self._board.rest.remove("bridges", bridge_of(monitor.id))
