"""Files of scripts: several calls each, below lines ``== name``; one for two languages is played in both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tellerline.callcenter.ivr.actions import Call
from tellerline.callcenter.ivr.inputs import Outcome
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.rehearsal import Rehearsal
from tellerline.callcenter.ivr.script import Player, Script, read_script

Answers = Callable[[Call], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class NamedScript:
    name: str
    script: Script

    def __str__(self) -> str:
        return self.name


def read_scripts(path: Path) -> Iterator[NamedScript]:
    """Every call of a file, once for each of its languages, with what they all begin with above the first name."""
    common, *sections = path.read_text("utf-8").split("\n== ")
    for section in sections:
        title, _, body = section.partition("\n")
        script = read_script(common + "\n" + body)
        for language in script.begin.get("language", "zh").split():
            begin = {**script.begin, "language": language}
            yield NamedScript(f"{path.stem}: {title} ({language})", replace(script, begin=begin))


def play(flows: Flows, script: Script) -> Rehearsal:
    """Against answers that the script gives itself. Secret digits become a block that says nothing."""
    player = Player(flows, script.flow, script.values, lambda digits: b"sealed")
    for line in script.lines:
        player.play(line)
    return player.rehearsal


async def play_live(flows: Flows, script: Script, answers: Answers, seal: Callable[[str], bytes]) -> Rehearsal:
    """Against a bank: whatever the flow asks for is answered by ``answers``."""
    player = Player(flows, script.flow, script.values, seal)
    for line in script.lines:
        player.play(line)
        while (call := player.rehearsal.call) is not None:
            player.rehearsal.answered(await answers(call))
    return player.rehearsal
