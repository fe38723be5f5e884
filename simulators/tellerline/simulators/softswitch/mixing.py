"""Who is with whom, and who hears what."""

from __future__ import annotations

from collections.abc import Callable

from tellerline.simulators.softswitch.board import Board, OrderRefusedError, Reason
from tellerline.simulators.softswitch.legs import Conversation, Leg, LegState, Monitor
from tellerline.simulators.softswitch.playing import Playback

MUSIC = "music"


class Mixer:
    """Conversations, music on hold, and those who sit in."""

    def __init__(self, board: Board, played: Callable[[Playback], str], hush: Callable[[Leg], None]) -> None:
        """``hush`` ends all that plays on a leg, which happens to whoever joins a conversation or leaves it."""
        self._board = board
        self._played = played
        self._hush = hush

    def open(self, name: str) -> None:
        if self._board.first_use("conversation", name):
            self._board.conversations[name] = Conversation(name)

    def join(self, name: str, leg_name: str, *, muted: bool) -> None:
        conversation = self._board.conversations.get(name)
        if conversation is None:
            raise OrderRefusedError(Reason.NO_SUCH_CONVERSATION, name)
        leg = self._board.connected(leg_name)
        if leg.conversation is not conversation:
            self._board.free(leg_name)
        if leg.collection is not None:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{leg_name} is collecting")
        if leg.conversation is None:
            self._hush(leg)
        leg.music = False
        leg.conversation = conversation
        conversation.members[leg] = muted

    def leave(self, name: str, leg_name: str) -> None:
        leg = self._board.legs.get(leg_name)
        if leg is not None and leg.conversation is not None and leg.conversation.id == name:
            self._take_out(leg)

    def close(self, name: str) -> None:
        conversation = self._board.conversations.pop(name, None)
        if conversation is not None:
            for leg in list(conversation.members):
                self._take_out(leg)

    def music(self, leg_name: str, on: bool) -> None:
        """Off, it does no harm to a leg that is gone."""
        if on:
            self._board.free(leg_name).music = True
        elif leg_name in self._board.legs:
            self._board.legs[leg_name].music = False

    def monitor(self, name: str, leg_name: str, listener_name: str, *, whisper: bool) -> None:
        """Again with the same id: another way of listening; and once it has ended, no effect."""
        known = self._board.monitors.get(name)
        if known is not None:
            known.whisper = whisper
            return
        leg = self._board.connected(leg_name)
        if self._board.used("monitor", name):
            return
        listener = self._board.free(listener_name)
        if _leads_to(leg, listener):
            raise OrderRefusedError(Reason.WRONG_STATE, "nobody sits in on himself")
        if listener.collection is not None:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{listener_name} is collecting")
        self._board.first_use("monitor", name)
        monitor = Monitor(name, leg, listener, whisper)
        self._board.monitors[name] = leg.monitors[name] = listener.listening = monitor
        listener.music = False

    def stop_monitoring(self, name: str) -> None:
        monitor = self._board.monitors.pop(name, None)
        if monitor is not None:
            del monitor.leg.monitors[name]
            monitor.listener.listening = None

    def end(self, leg: Leg) -> None:
        """The leg is on nothing any more."""
        for name in list(leg.monitors):
            self.stop_monitoring(name)
        if leg.listening is not None:
            self.stop_monitoring(leg.listening.id)
        self._take_out(leg)

    def heard(self, leg: Leg) -> frozenset[str]:
        """What arrives at the leg's telephone now: numbers, ``music``, ``prompt:<prompt>``."""
        if leg.state is not LegState.CONNECTED or not leg.media or leg.held:
            return frozenset()
        whispers = {
            monitor.listener.phone.number
            for monitor in leg.monitors.values()
            if monitor.whisper and leg.collection is None and monitor.listener.voiced
        }
        return frozenset(self._program(leg) | whispers)

    def _program(self, leg: Leg) -> set[str]:
        """What the switch sends to the leg, whispers apart; a prompt goes before all else.

        Whoever hears a prompt is away from his conversation meanwhile, and not heard there.
        """
        if leg.playbacks:
            played = self._played(leg.playbacks[0])
            return {played} if played else set()
        if leg.music:
            return {MUSIC}
        if leg.listening is not None:
            return self._overheard(leg.listening.leg)
        if leg.conversation is None:
            return set()
        return {
            other.phone.number
            for other, muted in leg.conversation.members.items()
            if other is not leg and not muted and other.voiced and not other.playbacks
        }

    def _overheard(self, leg: Leg) -> set[str]:
        if leg.collection is not None:
            return set()
        said = {leg.phone.number} if leg.voiced else set()
        return self._program(leg) | said

    def _take_out(self, leg: Leg) -> None:
        if leg.conversation is not None:
            self._hush(leg)
            del leg.conversation.members[leg]
            leg.conversation = None


def _leads_to(leg: Leg, listener: Leg) -> bool:
    """Whether who listens to ``leg`` hears, by way of those it listens to itself, ``listener``."""
    seen: Leg | None = leg
    while seen is not None and seen is not listener:
        seen = seen.listening.leg if seen.listening is not None else None
    return seen is listener
