"""Legs: answering, dialling, clearing, and how they end."""

from __future__ import annotations

import asyncio
import math
import re
from datetime import timedelta

from tellerline.connectors.asterisk.board import Board, checked
from tellerline.connectors.asterisk.messages import CODES, Destroyed, Entered, HangingUp, Held, StateChanged
from tellerline.connectors.asterisk.model import Leg
from tellerline.connectors.asterisk.rest import RestRefusedError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import (
    Alerting,
    Cause,
    Cleared,
    Connected,
    Offered,
    PhoneHeld,
    PhoneRetrieved,
)
from tellerline.connectors.telephony.snapshot import LegState

DIALLED = "dialled"
"""First of the arguments of a channel that we dialled; the address follows."""
ADDRESS = "TELLERLINE_ADDRESS"
"""The channel variable that holds the address before the channel has arguments."""
_DIALLABLE = re.compile(r"[A-Za-z0-9*#+._-]{1,40}")
_AUTO_ANSWER = {"PJSIP_HEADER(add,Call-Info)": "<sip:controller>;answer-after=0"}
_UP = "Up"


class Legs:
    def __init__(self, board: Board) -> None:
        self._board = board

    async def answer(self, leg: str) -> None:
        known = self._board.leg(leg)
        if not known.incoming:
            raise SwitchError(SwitchReason.WRONG_STATE, f"{leg} was dialled")
        if known.state is LegState.OFFERED:
            await self._board.rest.post("channels", leg, "answer")

    async def dial(self, leg: str, address: str, caller: str, ring: timedelta, auto_answer: bool) -> None:
        checked(leg)
        model = self._board.model
        before = model.legs.get(leg)
        if leg in model.used["leg"] or (before and not before.uncertain):
            return
        known = model.legs[leg] = Leg(id=leg, incoming=False, number=address, state=LegState.INITIATED, told=True)
        try:
            await self._originate(known, caller, ring, auto_answer)
        except RestRefusedError as refused:
            if refused.status == 409:
                return
            model.legs.pop(leg, None)
            raise SwitchError(SwitchReason.UNREACHABLE, f"{address}: {refused}") from None
        except asyncio.CancelledError:
            known.uncertain = True
            raise
        except SwitchError as error:
            known.uncertain = error.reason is SwitchReason.UNKNOWN
            if not known.uncertain:
                model.legs.pop(leg, None)
            raise

    async def _originate(self, leg: Leg, caller: str, ring: timedelta, auto_answer: bool) -> None:
        settings = self._board.settings
        if not _DIALLABLE.fullmatch(leg.number):
            raise SwitchError(SwitchReason.UNREACHABLE, "no such address")
        inside = re.fullmatch(settings.internal, leg.number)
        await self._board.rest.post(
            "channels",
            self._board.model.channel(leg.id),
            endpoint=f"PJSIP/{leg.number}" if inside else f"PJSIP/{leg.number}@{settings.trunk}",
            app=settings.app,
            appArgs=f"{DIALLED},{leg.number}",
            timeout=str(max(1, math.ceil(ring.total_seconds()))),
            **({"callerId": caller} if caller else {}),
            body={"variables": {ADDRESS: leg.number} | (_AUTO_ANSWER if auto_answer else {})},
        )

    async def clear(self, leg: str, cause: Cause) -> None:
        known = self._board.model.legs.get(leg)
        if known is None or known.over:
            return
        known.cause = known.cause or cause
        await self._board.rest.remove(
            "channels", self._board.model.channel(leg), reason_code=str(CODES.get(cause, CODES[Cause.NORMAL]))
        )

    def entered(self, message: Entered) -> None:
        """A channel of a telephone came under our control: one that we dialled was picked up, or a caller waits."""
        model = self._board.model
        leg = model.legs.get(message.channel)
        outgoing = message.args[:1] == (DIALLED,)
        if leg is None and message.channel in model.used["leg"]:
            return
        if leg is None:
            state = LegState.INITIATED if outgoing else LegState.OFFERED
            number = message.args[-1] if outgoing else message.caller
            called = "" if outgoing else message.args[-1] if message.args else ""
            leg = Leg(id=message.channel, incoming=not outgoing, number=number, called=called, state=state)
            model.legs[leg.id] = leg
        if outgoing:
            self._connected(leg)
        elif not leg.told:
            leg.told = True
            self._board.tell(Offered(at=self._board.now(), leg=leg.id, called=leg.called, caller=leg.number))

    def changed(self, message: StateChanged) -> None:
        leg = self._board.model.legs.get(message.channel)
        if leg is None or leg.over:
            return
        leg.uncertain = False
        if leg.incoming and message.state == _UP:
            self._connected(leg)
        elif not leg.incoming and message.state == "Ringing" and leg.state is LegState.INITIATED:
            leg.state = LegState.ALERTING
            self._board.tell(Alerting(at=self._board.now(), leg=leg.id))

    def hanging_up(self, message: HangingUp) -> None:
        leg = self._board.model.legs.get(message.channel)
        if leg:
            leg.cause = leg.cause or message.cause

    def held(self, message: Held) -> None:
        if message.channel in self._board.model.legs:
            kind = PhoneHeld if message.held else PhoneRetrieved
            self._board.tell(kind(at=self._board.now(), leg=message.channel))

    def destroyed(self, message: Destroyed) -> None:
        """Tells at last why a leg that was dialled was never connected."""
        leg = self._board.model.legs.get(message.channel)
        if leg:
            leg.cause = leg.cause if leg.cause and message.cause is Cause.NORMAL else message.cause

    def gone(self, leg: Leg) -> None:
        """Nothing is on the leg any more."""
        model = self._board.model
        if model.legs.pop(leg.id, None):
            model.used["leg"].add(leg.id)
            self._board.tell(Cleared(at=self._board.now(), leg=leg.id, cause=leg.cause or Cause.NORMAL))

    def _connected(self, leg: Leg) -> None:
        leg.uncertain = False
        if leg.state is not LegState.CONNECTED:
            leg.state, leg.told = LegState.CONNECTED, True
            self._board.tell(Connected(at=self._board.now(), leg=leg.id))
