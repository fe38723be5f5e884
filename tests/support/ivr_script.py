"""Files of scripts: several calls each, below lines ``== name``; one for two languages is played in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.rehearsal import Rehearsal
from tellerline.callcenter.ivr.script import Answers, Player, Script, read_script


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


async def play(
    flows: Flows,
    script: Script,
    seal: Callable[[str], bytes] = lambda digits: b"sealed",
    answers: Answers | None = None,
) -> Rehearsal:
    """Against answers that the script gives itself, unless there is a bank to give them."""
    player = Player(flows, script.flow, script.values, seal, answers)
    for line in script.lines:
        await player.play(line)
    return player.rehearsal
