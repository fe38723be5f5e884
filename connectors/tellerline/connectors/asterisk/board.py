"""What the parts of the connector share: the switch, the model of it, and how events are told."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime

from tellerline.adapters.clock import Clock
from tellerline.connectors.asterisk.lanes import Lanes
from tellerline.connectors.asterisk.model import OWN, Leg, Model
from tellerline.connectors.asterisk.rest import AriRest, RestRefusedError
from tellerline.connectors.asterisk.settings import AsteriskSettings
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import OnEvent, SwitchEvent
from tellerline.connectors.telephony.snapshot import LegState

BRIDGE = "mixing,proxy_media"
_ID = re.compile(r"[A-Za-z0-9._:@+-]{1,64}")
_ENTRY_SECONDS = 3.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Board:
    """One connector's. ``at`` is the instant of the event that is being handled."""

    settings: AsteriskSettings
    rest: AriRest
    clock: Clock
    model: Model = field(default_factory=Model)
    lanes: Lanes = field(default_factory=Lanes)
    on_event: OnEvent | None = None
    entering: dict[str, asyncio.Future[bool]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    at: datetime | None = None

    def now(self) -> datetime:
        return self.at or self.clock.now()

    def tell(self, event: SwitchEvent) -> None:
        if self.on_event:
            self.on_event(event)

    def leg(self, leg: str) -> Leg:
        """Raises ``NO_SUCH_LEG``."""
        known = self.model.legs.get(leg)
        if known is None or known.over:
            raise SwitchError(SwitchReason.NO_SUCH_LEG, leg)
        return known

    def connected(self, leg: str) -> Leg:
        """Raises ``NO_SUCH_LEG`` or ``WRONG_STATE``."""
        known = self.leg(leg)
        if known.state is not LegState.CONNECTED:
            raise SwitchError(SwitchReason.WRONG_STATE, f"{leg} is {known.state}")
        return known

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Do something about the switch that nobody waits for; a failure is logged by its kind."""
        task = asyncio.get_running_loop().create_task(_watched(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def snoop(self, leg: str, snoop: str, *args: str, spy: str, whisper: str = "none") -> None:
        """Have a channel ``snoop`` that hears the leg, or is heard on it; returns when it takes orders."""
        name = snoop.removesuffix(OWN)
        entered = self.entering.setdefault(name, asyncio.get_running_loop().create_future())
        app = self.settings.app
        try:
            await self.rest.post(
                "channels",
                self.model.channel(leg),
                "snoop",
                snoop,
                spy=spy,
                whisper=whisper,
                app=app,
                appArgs=",".join(args),
            )
            if not await asyncio.wait_for(entered, _ENTRY_SECONDS):
                raise TimeoutError
        except RestRefusedError as refused:
            if refused.status != 409:
                raise
        except TimeoutError:
            raise SwitchError(SwitchReason.UNKNOWN, f"{snoop} did not come") from None
        finally:
            self.entering.pop(name, None)

    def nothing_enters(self) -> None:
        """The link is lost: whoever waits for a channel is not told any more."""
        for waiting in self.entering.values():
            if not waiting.done():
                waiting.set_result(False)

    def entered(self, channel: str) -> None:
        """A channel of the connector's own is there."""
        waiting = self.entering.get(channel)
        if waiting and not waiting.done():
            waiting.set_result(True)


def checked(*ids: str) -> None:
    """Raises ``SwitchError`` for an id that Asterisk could misread."""
    for each in ids:
        if not _ID.fullmatch(each):
            raise SwitchError(SwitchReason.REFUSED, "an id has 1 to 64 letters, digits, or . _ : @ + -")


async def _watched(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except (SwitchError, RestRefusedError) as error:
        _log.warning("Asterisk did not do what it was asked: %s", error)
