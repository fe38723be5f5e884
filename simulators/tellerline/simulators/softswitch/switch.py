"""The whole switch: telephones around it, a controller's link into it, and everything that can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tellerline.adapters.clock import Clock, Randomness, Timer
from tellerline.adapters.lines.connection import Accept, LineConnection, LineHandler
from tellerline.adapters.lines.memory import MemoryLines
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.softswitch.desk import Desk
from tellerline.simulators.softswitch.exchange import Exchange
from tellerline.simulators.softswitch.fields import Fields
from tellerline.simulators.softswitch.legs import Cause, Leg
from tellerline.simulators.softswitch.orders import Result, carry_out
from tellerline.simulators.softswitch.phones import Phone
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.tones import TrackPart

TURNED_AWAY = 5.0
"""Seconds that a caller hears that nobody is there, when no controller is connected; then the switch hangs up."""
_TONES = 80


class SoftSwitch:
    """A switch on the running loop, up from its making. Nothing of it happens but by orders, telephones and the clock.

    ``connect`` is a link within the loop; for one over TCP give ``accept`` to a listener. ``faults`` strike orders by
    their names on the wire. ``clock`` tells the instants of events; the same orders and actions at the same instants,
    with the same randomness, give the same events.
    """

    def __init__(
        self,
        clock: Clock,
        randomness: Randomness,
        *,
        prompts: PromptTable | None = None,
        media_patience: float = 30.0,
    ) -> None:
        self.faults = FaultEngine(randomness)
        self.phones: dict[str, Phone] = {}
        self._attended: dict[str, Phone] = {}
        self._clock = clock
        self._randomness = randomness
        self._prompts = prompts or PromptTable()
        self._media_patience = media_patience
        self._shelf: dict[str, list[TrackPart]] = {}
        self._desk = Desk(clock, self.faults, self)
        self._lines = MemoryLines()
        self._lines.listen(self._desk.accept)
        self._exchange = self._powered()

    # Telephones

    def extension(self, number: str, *, tone: int | None = None) -> Phone:
        """The telephone of that number inside, installed and registered when it is asked for first."""
        return self._phone(number, inside=True, tone=tone)

    def outside(self, number: str, *, tone: int | None = None) -> Phone:
        """The telephone of that number outside, which is always reachable."""
        return self._phone(number, inside=False, tone=tone)

    def _phone(self, number: str, *, inside: bool, tone: int | None) -> Phone:
        phone = self.phones.get(number)
        if phone is None:
            hertz = tone or 400 + 40 * (len(self.phones) % _TONES)
            phone = self.phones[number] = Phone(self, number, inside=inside, tone=hertz)
        if phone.inside is not inside:
            raise ValueError(f"{number} is {'inside' if phone.inside else 'outside'}")
        return phone

    # The link

    async def connect(self, accept: Accept) -> LineConnection:
        """A link within this loop; ``ConnectionRefusedError`` while the switch is down or unreachable."""
        if self._desk.closed:
            raise ConnectionRefusedError("the switch is not there")
        return await self._lines.connect(accept)

    def accept(self, connection: LineConnection) -> LineHandler:
        """Takes a controller's connection, however it was made."""
        return self._desk.accept(connection)

    @property
    def controlled(self) -> bool:
        """Whether a controller is connected."""
        return self._desk.manned

    def cut_link(self) -> None:
        """Calls go on; the controller may connect again at once."""
        self._desk.cut()

    def unreachable(self, on: bool) -> None:
        """Cut the link and let nobody connect, until it is called with False. Calls go on."""
        self._desk.closed = on or self._exchange.board.over
        if on:
            self._desk.cut()

    # Its own life

    def power_off(self) -> None:
        """Every call is gone, and so is the link. Recordings stay on the disk. Idempotent."""
        self._desk.closed = True
        self._desk.cut()
        self._exchange.power_off(self.phones.values())
        self._changed()

    def power_on(self) -> None:
        """Another run, with nothing up. Idempotent."""
        if self._exchange.board.over:
            self._exchange = self._powered()

    def restart(self) -> None:
        self.power_off()
        self.power_on()

    def fill_disk(self) -> None:
        """Recordings fail until the next restart, those that run and those to come."""
        self._exchange.recorder.fill_disk()

    def _powered(self) -> Exchange:
        run = self._randomness.bytes(6).hex()
        exchange = Exchange(
            self._clock,
            self._randomness,
            run,
            tell=self._desk.tell,
            changed=self._changed,
            find=self.phones.get,
            prompts=self._prompts,
            shelf=self._shelf,
            tone=lambda number: self.phones[number].tone,
            media_patience=self._media_patience,
        )
        self._desk.open(run)
        return exchange

    def _changed(self) -> None:
        for phone in list(self._attended.values()):
            phone.note()

    # What the desk asks

    def carry_out(self, order: str, fields: Fields) -> Result:
        try:
            return carry_out(self._exchange, order, fields)
        finally:
            self._changed()

    def controller_left(self) -> None:
        self._exchange.collector.spoil()
        self._changed()

    def crash(self, seconds: float) -> None:
        self.power_off()
        self._clock.call_later(seconds, self.power_on)

    # What telephones ask

    def now(self) -> datetime:
        return self._clock.now()

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        return self._clock.call_later(seconds, action)

    def attend(self, phone: Phone, on: bool) -> None:
        """Whether the telephone wants to be told of changes."""
        if on:
            self._attended[phone.number] = phone
        else:
            self._attended.pop(phone.number, None)

    def call(self, phone: Phone, number: str) -> None:
        if self._desk.manned:
            self._exchange.calls.offer(phone, number)
        elif self._exchange.board.over:
            phone.ended = Cause.SWITCH_FAILURE
        else:
            phone.ended = None
            phone.turned_away = self._exchange.board.later(TURNED_AWAY, phone.cut_off)
        self._changed()

    def pick_up(self, leg: Leg) -> None:
        self._exchange.calls.connect(leg)
        self._changed()

    def hang_up(self, leg: Leg, cause: Cause) -> None:
        self._exchange.calls.clear(leg, cause)
        self._changed()

    def press(self, leg: Leg, key: str) -> None:
        self._exchange.press(leg, key)
        self._changed()

    def hold(self, leg: Leg, held: bool) -> None:
        self._exchange.hold(leg, held)
        self._changed()

    def media(self, leg: Leg, arrives: bool) -> None:
        self._exchange.media(leg, arrives)
        self._changed()

    def voice(self, leg: Leg) -> None:
        self._exchange.recorder.update(leg)
        self._changed()

    def heard(self, leg: Leg) -> frozenset[str]:
        return self._exchange.mixer.heard(leg)

    def language(self, leg: Leg) -> str:
        return leg.playbacks[0].language if leg.playbacks else ""
