"""Calls that the contract suite of switches begins with."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from switch_bench import EXTENSIONS, HOTLINE, SwitchBench, Telephone

from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import Connected, Offered

CALLER = "13800138000"
AGENT, COLLEAGUE, LEADER, _ = EXTENSIONS


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone and its connected leg."""

    phone: Telephone
    leg: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Caller and agent in a conversation."""

    caller: Line
    agent: Line
    conversation: str = "talk"


async def offered(bench: SwitchBench, number: str = CALLER, called: str = HOTLINE) -> Line:
    """A call from outside that waits to be answered."""
    phone = await bench.telephone(number)
    await phone.call(called)
    event = await bench.log.take(Offered, caller=number)
    return Line(phone, event.leg)


async def answered(bench: SwitchBench, number: str = CALLER) -> Line:
    """A call from outside."""
    line = await offered(bench, number)
    await bench.switch.answer(line.leg)
    await bench.log.take(Connected, leg=line.leg)
    return line


async def dialled(bench: SwitchBench, number: str, leg: str = "") -> Line:
    """A telephone that was called and picked up."""
    leg = leg or f"leg-{number}"
    phone = await bench.telephone(number)
    await bench.switch.dial(leg, number)
    await bench.log.take(Connected, leg=leg)
    return Line(phone, leg)


async def talk(bench: SwitchBench) -> Talk:
    """Caller and agent are put into a conversation."""
    scene = Talk(await answered(bench), await dialled(bench, AGENT))
    await bench.switch.open_conversation(scene.conversation)
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await bench.switch.join(scene.conversation, scene.agent.leg)
    return scene


class _Refusal:
    def __init__(self, reason: SwitchReason) -> None:
        self._reason = reason
        self._raises = pytest.raises(SwitchError)

    def __enter__(self) -> None:
        self._caught = self._raises.__enter__()

    def __exit__(self, *error: object) -> bool:
        suppressed = self._raises.__exit__(*error)  # type: ignore[arg-type]
        assert self._caught.value.reason is self._reason
        return suppressed


def refused(reason: SwitchReason) -> _Refusal:
    """The orders in this block raise ``SwitchError`` for this reason."""
    return _Refusal(reason)
