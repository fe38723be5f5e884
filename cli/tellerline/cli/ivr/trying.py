"""A flow tried by hand: what the caller hears is printed, what he does is typed."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

from tellerline.adapters.clock import SystemRandomness
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.ivr.actions import Music, StopPlaying
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.rehearsal import Heard
from tellerline.callcenter.ivr.script import Line, Player, named, read_lines
from tellerline.callcenter.ivr.self_service import SelfService
from tellerline.callcenter.ivr.state import Stage
from tellerline.callcenter.pin_seal import PinSeals
from tellerline.cli.output import Output

_KEYS = re.compile(r"[0-9*#]+")
_OVER = frozenset({Stage.ENDED, Stage.HANDED_OVER})
_TYPED, _PIN_LENGTH = "keys", 6


class Trial:
    """One caller in one flow. ``patient`` lets everything be heard before the next line is read, as for a person who
    types; without it lines decide themselves, as those of a script do."""

    def __init__(self, out: Output, player: Player, *, patient: bool) -> None:
        self._out = out
        self._player = player
        self._patient = patient
        self._shown = 0

    async def run(self, lines: Iterator[Line]) -> None:
        """Until the call is over or no more lines come. Raises ``ScriptError`` for what is not kept."""
        while self._player.rehearsal.state.stage not in _OVER:
            if self._patient:
                await self._player.settle()
            self._show()
            line = next(lines, None)
            if line is None:
                break
            await self._player.play(self._meant(line))
        await self._player.settle()
        self._show()

    def _meant(self, line: Line) -> Line:
        if line.words[0] != _TYPED:
            return line
        collecting = self._player.rehearsal.collecting
        if collecting is None:
            return replace(line, words=("press", *line.words[1:]))
        enough = len(line.words[1]) == collecting.length
        return replace(line, words=("secret", line.words[1] if enough else "too few"))

    def _show(self) -> None:
        told = self._player.rehearsal.told
        for act in told[self._shown :]:
            if isinstance(act, Heard):
                self._out.say(f"  {act.text}", f"  {act.text}")
            elif not isinstance(act, StopPlaying | Music):
                self._out.say(f"→ {named(act)}", f"→ {named(act)}", style="cyan")
        self._shown = len(told)

    @property
    def told(self) -> list[dict[str, str]]:
        """The same for programs."""
        return [
            {"heard": act.text, "prompt": act.prompt} if isinstance(act, Heard) else {"asked": named(act)}
            for act in self._player.rehearsal.told
        ]


def typed_lines() -> Iterator[Line]:
    """Of standard input: keys alone are typed, an empty line is a caller who does nothing, others are a script's."""
    for number, raw in enumerate(sys.stdin, 1):
        text = raw.strip()
        if not text:
            yield Line(number, "wait", ("wait",))
        elif _KEYS.fullmatch(text):
            yield Line(number, text, (_TYPED, text))
        else:
            yield from (replace(line, number=number) for line in read_lines(text))


@asynccontextmanager
async def a_player(flows: Flows, flow: str, values: dict[str, str], gateway: str) -> AsyncIterator[Player]:
    """With ``gateway`` (``host:port``) the bank answers, else whoever types does."""
    if not gateway:
        yield Player(flows, flow, values, lambda digits: b"-")
        return
    from tellerline.gateway.client import open_channel

    channel = open_channel(gateway)
    try:
        client = GatewayClient(channel)
        call = f"try-{SystemRandomness().bytes(8).hex()}"
        service = SelfService(client, call, customer=values["customer"], language=values["language"])
        seal = await PinSeals(lambda: client.pin_key(Asker(call=call, step="key"))).seal(call)
        yield Player(flows, flow, values, seal, service.perform)
    finally:
        await channel.close(None)
