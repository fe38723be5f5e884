"""The port of a telephone switch. One contract suite holds every connector to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from tellerline.connectors.telephony.events import Cause, OnEvent
from tellerline.connectors.telephony.snapshot import Snapshot

Seal = Callable[[str], bytes]
"""Turns secret digits into a block that only the gateway can open. It neither keeps nor logs them."""


class Media(StrEnum):
    """What a member of a conversation takes part in."""

    BOTH = "BOTH"
    MUTED = "MUTED"
    """Hears the others and is not heard."""


class Listening(StrEnum):
    """How somebody sits in on one leg of a conversation."""

    SILENT = "SILENT"
    """Hears what the leg hears and says; nobody hears him (监听)."""
    WHISPER = "WHISPER"
    """And the leg listened to, nobody else, hears him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPlan:
    """How secret digits are asked for: ``length`` of them, or fewer and #."""

    length: int
    first: timedelta = timedelta(seconds=8)
    between: timedelta = timedelta(seconds=5)


class Switch(Protocol):
    """A switch that one controller commands.

    Ids are the controller's own and unique, but for those of legs offered from outside. An order that returns was
    taken by the switch; what comes of it, events tell, which may overtake the return. An order given again with the
    same id has no further effect, so whoever got ``UNKNOWN`` may repeat it. Orders for one leg are carried out in the
    order in which they were given. Every order raises ``SwitchError``; for a leg that is gone ``NO_SUCH_LEG``, except
    that taking something away (``clear``, ``stop``, ``leave`` …) from what is gone already is no error.
    """

    async def start(self, on_event: OnEvent) -> None:
        """Connect and hear events. A switch that cannot be reached is not an error: ``LinkRestored`` comes once it
        can be, and what was up before is in the ``snapshot``."""

    async def close(self) -> None:
        """Let go of the switch; calls live on there. Idempotent."""

    async def snapshot(self) -> Snapshot:
        """What is up now. Events that came before it was answered are contained in it; later ones are not."""

    async def answer(self, leg: str) -> None:
        """Take a leg that was offered; ``Connected`` follows."""

    async def dial(
        self,
        leg: str,
        address: str,
        *,
        caller: str = "",
        ring: timedelta = timedelta(seconds=30),
        auto_answer: bool = False,
    ) -> None:
        """Call an address: an internal extension or an outside number, ``caller`` shown as the calling number.

        ``Connected`` follows, or ``Cleared`` with why not, ``NO_ANSWER`` after ``ring``. What cannot be called at
        all raises ``UNREACHABLE``, and no event comes. ``auto_answer`` asks the telephone to take the call by itself;
        one that does not know how rings.
        """

    async def clear(self, leg: str, cause: Cause = Cause.NORMAL) -> None:
        """End a leg, or refuse one that was offered (``BUSY``, ``REJECTED``); ``Cleared`` follows."""

    async def play(self, playback: str, leg: str, prompts: Sequence[str], *, language: str = "zh") -> None:
        """Play prompts one after the other; ``PlaybackEnded`` follows. The leg may be in a conversation, whose other
        members do not hear it. Names: ``sound:<name>`` of the language, ``digits:<digits>``, ``number:<whole number>``,
        ``recording:<id>``, ``silence:<milliseconds>``. One that is not there ends it as ``FAILED``: those before it are
        heard, those after it are not."""

    async def stop(self, playback: str) -> None:
        """Stop playing, at once."""

    async def music(self, leg: str, on: bool) -> None:
        """Music on hold for this leg alone, which is in no conversation."""

    async def collect_secret(self, collection: str, leg: str, plan: SecretPlan, seal: Seal) -> None:
        """Take digits that nobody may see, by ``seal`` alone; ``SecretCollected`` follows.

        The leg is in no conversation. From the order's return to the event no digit of the leg is an event, is logged,
        or is recorded: recordings of the leg pause for that time and go on by themselves.
        """

    async def stop_collecting(self, collection: str) -> None:
        """Forget what was typed so far."""

    async def open_conversation(self, conversation: str) -> None:
        """A place where legs hear each other; empty, it lives on until it is closed."""

    async def join(self, conversation: str, leg: str, media: Media = Media.BOTH) -> None:
        """Let a connected leg take part, or change how it does. A leg is in one conversation at most. What plays on a
        leg that comes in is stopped. Its digits are events, and no other member hears them as tones of the switch's
        making."""

    async def leave(self, conversation: str, leg: str) -> None:
        """The leg stays connected, in silence, until it is given music, a prompt or another conversation. What plays on
        it is stopped."""

    async def close_conversation(self, conversation: str) -> None:
        """Its members leave it."""

    async def monitor(self, monitor: str, leg: str, listener: str, listening: Listening) -> None:
        """Let ``listener``, a connected leg in no conversation, sit in on ``leg``; again with the same id, otherwise.

        It goes on wherever the leg goes, and ends with either of them. While the leg collects secret digits the
        listener hears nothing.
        """

    async def stop_monitoring(self, monitor: str) -> None:
        """The listener's leg stays connected, in silence."""

    async def record(self, recording: str, leg: str, *, silence: timedelta = timedelta()) -> None:
        """Record what this leg says, from now until it ends or ``stop_recording``; ``RecordingEnded`` follows. With
        ``silence`` (whole seconds) it also ends by itself, ``DONE``, once nothing was said for so long."""

    async def pause_recording(self, recording: str, paused: bool) -> None:
        """Silence is not recorded instead: what was recorded is shorter by the pause.

        The pause outlives its controller, but not a secret that is collected meanwhile: order it again after that.
        """

    async def stop_recording(self, recording: str) -> None:
        """End it; what there is of it is kept."""

    async def fetch_recording(self, recording: str) -> bytes:
        """A WAV file (8 kHz, 16 bit, one channel) of a recording that has ended."""
