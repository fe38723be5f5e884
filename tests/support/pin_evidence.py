"""A hundred PINs typed on many lines of a whole call centre, and copies of all that was written and heard of it."""

from __future__ import annotations

import asyncio
import shutil
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from asterisk_centre import STRAIGHT, AsteriskCentre, Staff, asterisk_centre, centre_flows, centre_server
from pin_lines import PIN_FLOW, PINS, Entry, How, Keys, Line, watched
from pin_search import PinSearch
from site_services import context
from span_collector import SpanCollector, span_collector
from telephones import RATE, Samples

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.simulators.population import Person

STAFF = Staff(agents=4, leaders=2)
BY_AGENT = (How.RIGHT, How.WRONG, How.RIGHT, How.RIGHT, How.CUT_OFF)
BY_HIMSELF = (
    (How.RIGHT, How.WRONG, How.RIGHT, How.AHEAD, How.CUT_OFF),
    (How.WRONG, How.WRONG, How.RIGHT, How.RIGHT, How.CUT_OFF),
    (How.RIGHT, How.SLOW, How.RIGHT, How.WRONG, How.CUT_OFF),
    (How.AHEAD, How.CUT_OFF, How.RIGHT, How.WRONG, How.CUT_OFF),
)
"""What is typed one after the other on a line, each of these on every fourth."""
LINES, AGENT_LINES = 16, 4
CALLERS = [f"1390000{number:04}" for number in range(1, LINES + AGENT_LINES + 1)]
BY_AGENT_CALLERS = CALLERS[-AGENT_LINES:]
TONE_CALLERS = [*CALLERS[:4], BY_AGENT_CALLERS[0]]
BOTH_CALLERS = [*CALLERS[4:8], *BY_AGENT_CALLERS[1:3]]
_CUSTOMERS = 150
_LONGEST_LIFE = 86_400
"""Seconds from now at which something may end, and says so."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was written and heard, below ``folder``: ``centre`` while it ran, ``afterwards``, the switch's own files
    in ``asterisk``, what agents and leaders ``heard``, every event and every span. ``search`` looks for what was
    typed."""

    folder: Path
    scripts: Mapping[str, Sequence[Entry]]
    """What was typed on each line."""
    ends: Mapping[str, str]
    """How each PIN's collection ended."""
    results: Sequence[str]
    """What agents were told."""
    keys_told: str
    """Keys that the telephones of agents and leaders were told of."""
    search: PinSearch

    @property
    def entries(self) -> list[Entry]:
        return [entry for script in self.scripts.values() for entry in script]

    @property
    def recordings(self) -> list[Path]:
        return recordings(self.folder)


def recordings(folder: Path) -> list[Path]:
    """The switch's, in a copy of evidence."""
    return sorted((folder / "asterisk/spool/recording").glob("*.wav"))


def write_wav(path: Path, samples: Samples) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


async def gather_evidence(prompts: Path, place: Path, folder: Path) -> Evidence:
    """Takes half a minute. ``place`` is for the centre, ``folder`` for the evidence; both are empty."""
    flows = centre_flows(place.parent / "pin-flows", {"pins": PIN_FLOW})
    begun = _seconds()
    with span_collector() as collector, centre_server(prompts, STAFF, TONE_CALLERS) as server:
        centre = asterisk_centre(
            place,
            server,
            STAFF,
            flows=flows,
            settings={"flows": {STRAIGHT: "straight", PINS: "pins"}},
            gateway={"telemetry": {"log_level": "debug", "trace_ratio": 1, "trace_endpoint": collector.endpoint}},
            customers=_CUSTOMERS,
            traces=collector.endpoint,
        )
        async with centre as opened:
            scripts = _scripts(opened, _pins(_standing(opened)))
            lines, results = await _type_all(opened, folder, scripts)
            keys_told = "".join(opened.phones[who].keys_heard for who in STAFF.telephones)
            _keep(opened, folder)
        shutil.copytree(place, folder / "afterwards")
        _keep_spans(collector, folder)
    typed = [entry.pin for script in scripts.values() for entry in script]
    ends = {pin: end for line in lines for pin, end in line.ends.items()}
    search = PinSearch(typed, range(begun, _seconds() + _LONGEST_LIFE))
    return Evidence(folder, scripts, ends, results, keys_told, search)


def _seconds() -> int:
    return int(SystemClock().now().timestamp())


def _standing(centre: AsteriskCentre) -> set[str]:
    """Six digits that stand somewhere before any PIN is typed."""
    search = PinSearch(())
    found = search.everything(centre.folder) | search.everything(centre.server.directory)
    return found | search.side_by_side(" ".join(CALLERS).encode())


def _pins(standing: set[str]) -> Iterator[str]:
    """Each once, of four different digits at least, and without the zeros of which the bank's numbers are full."""
    chance, taken = SeededRandomness("pins"), set(standing)
    while True:
        pin = f"{chance.below(1_000_000):06}"
        if pin not in taken and len(set(pin)) > 3 and "00" not in pin:
            taken.add(pin)
            yield pin


def _scripts(centre: AsteriskCentre, pins: Iterator[str]) -> dict[str, list[Entry]]:
    """By line; the bank knows the right ones."""
    assert centre.system.population is not None
    people = iter(centre.system.population.people)
    scripts = {}
    for place, number in enumerate(CALLERS):
        hows = BY_AGENT if number in BY_AGENT_CALLERS else BY_HIMSELF[place % len(BY_HIMSELF)]
        scripts[number] = _script(hows, people, pins)
    for entry in (entry for script in scripts.values() for entry in script):
        if entry.how in (How.RIGHT, How.AHEAD):
            for account in entry.person.accounts:
                centre.system.bank.core.host.register.set_pin(account.number, entry.pin)
    return scripts


def _script(hows: Sequence[How], people: Iterator[Person], pins: Iterator[str]) -> list[Entry]:
    """Whoever was not let in tries again himself."""
    entries: list[Entry] = []
    for how in hows:
        again = bool(entries) and entries[-1].how in (How.WRONG, How.SLOW)
        entries.append(Entry(entries[-1].person if again else next(people), next(pins), how))
    return entries


async def _type_all(
    centre: AsteriskCentre, folder: Path, scripts: Mapping[str, Sequence[Entry]]
) -> tuple[list[Line], list[str]]:
    """On all lines at a time, with leaders who listen; what agents and leaders hear is kept."""
    await centre.sign_in(*(f"A{each}" for each in range(1, STAFF.agents + 1)))
    await centre.sign_in("L1", "L2", ready=False)
    staff = {who: centre.phones[who] for who in STAFF.telephones}
    for phone in staff.values():
        phone.tape = bytearray()
    async with watched(centre, folder / "feed.jsonl") as watch:
        lines = [
            Line(centre=centre, watch=watch, number=number, keys=_keys(number), by_agent=number in BY_AGENT_CALLERS)
            for number in scripts
        ]
        await asyncio.gather(_listen(centre), *(line.run(scripts[line.number]) for line in lines))
        results = [result for line in lines for result in watch.callers[line.number].results]
    for who, phone in staff.items():
        write_wav(folder / "heard" / f"{who}.wav", np.frombuffer(bytes(phone.tape or b""), "<i2").astype(float))
    return lines, results


def _keys(number: str) -> Keys:
    return Keys.TONES if number in TONE_CALLERS else Keys.BOTH if number in BOTH_CALLERS else Keys.EVENTS


async def _listen(centre: AsteriskCentre) -> None:
    """L1 in silence and L2 in a whisper, to two agents, from when they talk."""
    modes = {"L1": calls.SUPERVISION_SILENT, "L2": calls.SUPERVISION_WHISPER}
    busy: list[calls.Call] = []

    async def talk() -> bool:
        busy[:] = [call for call in await centre.listed() if call.agent]
        return len(busy) >= len(modes)

    await centre.until(talk)
    for call, (leader, mode) in zip(busy, modes.items(), strict=False):
        request = calls.SuperviseRequest(context=context(leader), call=call.name, agent=call.agent, supervision=mode)
        await centre.calls.Supervise(request)


def _keep(centre: AsteriskCentre, folder: Path) -> None:
    """While it runs: stores are kept with their logs of changes."""
    shutil.copytree(centre.folder, folder / "centre")
    ignore = shutil.ignore_patterns("run", "sounds")
    shutil.copytree(centre.server.directory, folder / "asterisk", symlinks=True, ignore=ignore)


def _keep_spans(collector: SpanCollector, folder: Path) -> None:
    (folder / "spans.bin").write_bytes(b"\n".join(collector.received))
