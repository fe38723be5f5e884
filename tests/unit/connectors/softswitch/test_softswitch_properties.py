"""Random orders and telephones: whatever they do, the switch stays in order and the events tell all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from softswitch_world import AGENT, SoftswitchWorld
from switch_model import SwitchModel

from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.switch import Listening, Media, SecretPlan
from tellerline.simulators.softswitch.phones import OnRing, Phone, PhoneState, WrongMomentError

PHONES = ("13800138000", "13900139000", AGENT, "1002", "1003")
PLAN = SecretPlan(length=2, first=timedelta(seconds=3), between=timedelta(seconds=2))
EXPECTED = frozenset(
    {
        SwitchReason.NO_SUCH_LEG,
        SwitchReason.NO_SUCH_CONVERSATION,
        SwitchReason.NO_SUCH_RECORDING,
        SwitchReason.WRONG_STATE,
    }
)


@dataclass(frozen=True)
class Move:
    """A verb and what it is done to, as numbers that are taken modulo what there is."""

    verb: str
    one: int
    two: int
    way: int


Order: TypeAlias = Callable[["Play", Move], Awaitable[None]]


class Play:
    """One switch, one connector, one model; ``move`` does something to all three."""

    def __init__(self) -> None:
        self.world = SoftswitchWorld()
        self.model = SwitchModel()
        for number in PHONES:
            if number.startswith("1") and len(number) > 4:
                self.world.soft.outside(number)
            else:
                self.world.soft.extension(number)
        self.switch = self.world.switch

    async def start(self) -> None:
        await self.switch.start(self.model.follow)

    def leg(self, number: int) -> str:
        legs = [*self.model.legs, "leg-0"]
        return legs[number % len(legs)]

    def phone(self, number: int) -> Phone:
        return self.world.soft.phones[PHONES[number % len(PHONES)]]

    async def move(self, move: Move) -> None:
        try:
            await GAPS[move.verb](self, move)
        except SwitchError as error:
            if error.reason not in EXPECTED:
                raise
        except WrongMomentError:
            pass
        await self.world.clock.advance(0)
        await self.check()

    async def check(self) -> None:
        assert self.model.mistakes == []
        snapshot = await self.switch.snapshot()
        assert snapshot == self.model.snapshot()
        members = [leg for legs in snapshot.conversations.values() for leg in legs]
        assert len(members) == len(set(members))
        listeners = {listener for _, listener in snapshot.monitors.values()}
        assert not listeners & set(members)
        for phone in self.world.soft.phones.values():
            heard = phone.hears()
            assert phone.number not in heard
            assert phone.state is PhoneState.TALKING or not heard

    async def end(self) -> None:
        """Everything that was begun ends, once, with its leg at the latest."""
        for leg in list(self.model.legs):
            await self.switch.clear(leg)
        await self.world.clock.advance(0)
        await self.check()
        assert not self.model.legs
        ending = {thing for thing in self.model.begun if thing[0] not in ("conversation", "monitor")}
        assert self.model.gaps or dict(self.model.ends) == dict.fromkeys(ending, 1)
        await self.switch.close()


async def _dial(play: Play, move: Move) -> None:
    phone = play.phone(move.two)
    phone.on_ring = list(OnRing)[move.way % len(OnRing)]
    leg = f"leg-{move.one % 6}"
    await play.switch.dial(leg, phone.number, ring=timedelta(seconds=4), auto_answer=move.way > 6)
    play.model.dialled(leg, phone.number)


async def _join(play: Play, move: Move) -> None:
    conversation, leg = f"talk-{move.one % 2}", play.leg(move.two)
    await play.switch.join(conversation, leg, list(Media)[move.way % 2])
    play.model.conversations[conversation].add(leg)


async def _open(play: Play, move: Move) -> None:
    name = f"talk-{move.one % 2}"
    await play.switch.open_conversation(name)
    if play.model.begin("conversation", name):
        play.model.conversations[name] = set()


async def _leave(play: Play, move: Move) -> None:
    name, leg = f"talk-{move.one % 2}", play.leg(move.two)
    await play.switch.leave(name, leg)
    play.model.conversations.get(name, set()).discard(leg)


async def _close(play: Play, move: Move) -> None:
    name = f"talk-{move.one % 2}"
    if move.way == 0:
        await play.switch.close_conversation(name)
        play.model.conversations.pop(name, None)


async def _monitor(play: Play, move: Move) -> None:
    name, pair = f"monitor-{move.way % 3}", (play.leg(move.one), play.leg(move.two))
    await play.switch.monitor(name, *pair, list(Listening)[move.way % 2])
    if play.model.begin("monitor", name):
        play.model.monitors[name] = pair


async def _stop_monitoring(play: Play, move: Move) -> None:
    name = f"monitor-{move.way % 3}"
    await play.switch.stop_monitoring(name)
    play.model.monitors.pop(name, None)


async def _record(play: Play, move: Move) -> None:
    name, leg = f"recording-{move.one % 3}", play.leg(move.two)
    await play.switch.record(name, leg)
    if play.model.begin("recording", name):
        play.model.recordings[name] = leg


async def _play(play: Play, move: Move) -> None:
    name, leg = f"playback-{move.one % 5}", play.leg(move.two)
    prompts = ["sound:a", "silence:500", f"recording:recording-{move.way % 3}"][move.way % 3 :]
    await play.switch.play(name, leg, prompts)
    play.model.begin("playback", name)


async def _collect(play: Play, move: Move) -> None:
    name, leg = f"collection-{move.one % 4}", play.leg(move.two)
    await play.switch.collect_secret(name, leg, PLAN, str.encode)
    play.model.begin("collection", name)


async def _telephone(play: Play, move: Move, action: Callable[[Phone], None]) -> None:
    action(play.phone(move.one))


MOVES: Mapping[str, Order] = {
    "dial": _dial,
    "call": partial(_telephone, action=lambda phone: phone.call("95588")),
    "answer": lambda play, move: play.switch.answer(play.leg(move.one)),
    "clear": lambda play, move: play.switch.clear(play.leg(move.one)),
    "open": _open,
    "join": _join,
    "join too": _join,
    "leave": _leave,
    "close": _close,
    "monitor": _monitor,
    "stop monitoring": _stop_monitoring,
    "music": lambda play, move: play.switch.music(play.leg(move.one), on=move.way % 2 == 0),
    "play": _play,
    "stop": lambda play, move: play.switch.stop(f"playback-{move.one % 5}"),
    "record": _record,
    "stop recording": lambda play, move: play.switch.stop_recording(f"recording-{move.one % 3}"),
    "pause recording": lambda play, move: play.switch.pause_recording(f"recording-{move.one % 3}", move.way % 2 == 0),
    "collect": _collect,
    "stop collecting": lambda play, move: play.switch.stop_collecting(f"collection-{move.one % 4}"),
    "pick up": partial(_telephone, action=Phone.answer),
    "hang up": partial(_telephone, action=Phone.hang_up),
    "press": partial(_telephone, action=lambda phone: phone.press("1")),
    "hold": partial(_telephone, action=Phone.hold),
    "retrieve": partial(_telephone, action=Phone.retrieve),
    "vanish": partial(_telephone, action=Phone.lose_media),
    "time": lambda play, move: play.world.clock.advance(move.way),
}


async def _gap(play: Play, move: Move) -> None:
    """The link is lost, somebody hangs up, time passes; then it is back, perhaps to a switch that was restarted."""
    play.world.soft.unreachable(True)
    play.phone(move.one).hang_up()
    await play.world.clock.advance(move.way)
    if move.two == 0:
        play.world.soft.restart()
    play.world.soft.unreachable(False)
    await play.world.clock.advance(2)
    play.model.resume(await play.switch.snapshot())


GAPS: Mapping[str, Order] = {**MOVES, "gap": _gap, "another gap": _gap}
_NUMBER = st.integers(0, 9)
_MOVES = st.builds(Move, st.sampled_from(sorted(MOVES)), _NUMBER, _NUMBER, _NUMBER)
_MOVES_AND_GAPS = st.builds(Move, st.sampled_from(sorted(GAPS)), _NUMBER, _NUMBER, _NUMBER)
_OPENING = [
    Move("call", 0, 0, 0),
    Move("answer", 0, 0, 0),
    Move("dial", 1, 2, 6),
    Move("dial", 2, 3, 6),
    Move("open", 0, 0, 0),
    Move("join", 0, 0, 0),
]
"""So that most plays have somebody to play with."""


async def _played(moves: list[Move]) -> None:
    playing = Play()
    await playing.start()
    for move in [*_OPENING, *moves]:
        await playing.move(move)
    await playing.end()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_MOVES, min_size=8, max_size=40))
def test_the_switch_stays_in_order_and_its_events_tell_all(moves: list[Move]) -> None:
    asyncio.run(_played(moves))


@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_MOVES_AND_GAPS, min_size=8, max_size=40))
def test_a_snapshot_after_a_gap_is_as_good_as_every_event(moves: list[Move]) -> None:
    asyncio.run(_played(moves))
