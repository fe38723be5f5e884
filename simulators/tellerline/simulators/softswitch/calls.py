"""How legs begin, ring, are answered and end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tellerline.simulators.softswitch.board import Board, OrderRefusedError, Reason
from tellerline.simulators.softswitch.legs import Cause, Leg, LegState
from tellerline.simulators.softswitch.phones import OnRing, Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """One order to call somebody; ``ring`` in seconds."""

    leg: str
    address: str
    caller: str = ""
    ring: float = 30.0
    auto_answer: bool = False


class Calls:
    """``endings`` take a leg that ends off everything it is on, in their order, before its end is told."""

    def __init__(
        self,
        board: Board,
        find: Callable[[str], Phone | None],
        endings: Sequence[Callable[[Leg], None]],
        *,
        media_patience: float,
    ) -> None:
        self._board = board
        self._find = find
        self._endings = endings
        self._media_patience = media_patience

    def offer(self, phone: Phone, called: str) -> None:
        leg = Leg(
            id=self._board.next_leg(),
            phone=phone,
            state=LegState.OFFERED,
            incoming=True,
            number=phone.number,
            called=called,
        )
        self._begin(leg)
        self._board.tell("offered", leg=leg.id, called=called, caller=phone.number)

    def dial(self, plan: DialPlan) -> None:
        if self._board.used("leg", plan.leg):
            return
        phone = self._find(plan.address)
        if phone is None or not phone.registered:
            raise OrderRefusedError(Reason.UNREACHABLE, plan.address)
        self._board.first_use("leg", plan.leg)
        leg = Leg(id=plan.leg, phone=phone, state=LegState.INITIATED, incoming=False, number=plan.address)
        if phone.leg is not None or phone.turned_away is not None or phone.on_ring is OnRing.BUSY:
            self._board.tell("cleared", leg=leg.id, cause=Cause.BUSY)
            return
        self._begin(leg)
        phone.shown = plan.caller
        leg.ringing = self._board.later(plan.ring, lambda: self.clear(leg, Cause.NO_ANSWER))
        if plan.auto_answer and phone.auto_answers and phone.on_ring is not OnRing.DEAD:
            self.connect(leg)
        else:
            self._ring(leg)

    def answer(self, leg: Leg) -> None:
        if not leg.incoming:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{leg.id} was dialled")
        if leg.state is LegState.OFFERED:
            self.connect(leg)

    def connect(self, leg: Leg) -> None:
        if leg.ringing is not None:
            leg.ringing.cancel()
            leg.ringing = None
        leg.state = LegState.CONNECTED
        self._board.tell("connected", leg=leg.id)

    def clear(self, leg: Leg, cause: Cause) -> None:
        """For one that is gone it has no effect."""
        if self._board.legs.get(leg.id) is not leg:
            return
        for timer in (leg.ringing, leg.silence):
            if timer is not None:
                timer.cancel()
        for end in self._endings:
            end(leg)
        del self._board.legs[leg.id]
        leg.phone.leg = None
        leg.phone.ended = cause
        self._board.tell("cleared", leg=leg.id, cause=cause)

    def media(self, leg: Leg, arrives: bool) -> None:
        leg.media = arrives
        if leg.silence is not None:
            leg.silence.cancel()
            leg.silence = None
        if not arrives:
            leg.silence = self._board.later(self._media_patience, lambda: self.clear(leg, Cause.MEDIA_LOST))

    def _begin(self, leg: Leg) -> None:
        self._board.legs[leg.id] = leg
        leg.phone.leg = leg
        leg.phone.ended = None

    def _ring(self, leg: Leg) -> None:
        phone = leg.phone
        if phone.on_ring is OnRing.DEAD:
            return
        leg.state = LegState.ALERTING
        self._board.tell("alerting", leg=leg.id)
        if phone.on_ring is OnRing.REJECTS:
            self.clear(leg, Cause.REJECTED)
        elif phone.on_ring is OnRing.ANSWERS and phone.answers_after <= 0:
            self.connect(leg)
        elif phone.on_ring is OnRing.ANSWERS:
            self._board.later(phone.answers_after, lambda: self._picked_up(leg))

    def _picked_up(self, leg: Leg) -> None:
        if leg.state is LegState.ALERTING and self._board.legs.get(leg.id) is leg:
            self.connect(leg)
