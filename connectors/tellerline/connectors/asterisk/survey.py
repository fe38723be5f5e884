"""What is up at the switch, read from the switch alone: for a controller that has just come, or come back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tellerline.connectors.asterisk.legs import ADDRESS, DIALLED
from tellerline.connectors.asterisk.model import OWN, Leg, Monitor, Recording
from tellerline.connectors.asterisk.monitoring import MONITOR, bridge_of, serial
from tellerline.connectors.asterisk.recording import RECORD
from tellerline.connectors.asterisk.rest import AriRest, Json
from tellerline.connectors.asterisk.secrets import mark_of, marked
from tellerline.connectors.telephony.snapshot import LegState
from tellerline.connectors.telephony.switch import Listening

_INCOMING = {"Up": LegState.CONNECTED}
_DIALLED = {"Ringing": LegState.ALERTING}


@dataclass(slots=True)
class Survey:
    """``run`` tells one run of the switch from the next; ``secrets`` has the leg of each collection. ``strays`` are
    listening channels and bridges of ours that serve nothing any more."""

    run: str
    legs: dict[str, Leg] = field(default_factory=dict)
    conversations: set[str] = field(default_factory=set)
    recordings: dict[str, Recording] = field(default_factory=dict)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    strays: list[tuple[str, str]] = field(default_factory=list)


async def survey(rest: AriRest, app: str) -> Survey:
    """Takes some milliseconds, and one more request for each recording and each telephone that rings."""
    info = await rest.get("asterisk", "info", only="status")
    found = Survey(run=str(info["status"]["startup_time"]))
    channels = await rest.get("channels")
    bridges = await rest.get("bridges")
    await asyncio.gather(*(_channel(rest, app, channel, found) for channel in channels))
    _bridges(bridges, found)
    _drop_strays(found, {bridge["id"] for bridge in bridges})
    return found


async def _channel(rest: AriRest, app: str, channel: Json, found: Survey) -> None:
    name, plan = channel["id"], channel["dialplan"]
    ours, *args = plan["app_data"].split(",")
    under_control = plan["app_name"] == "Stasis" and ours == app
    match args:
        case [kind, recording, leg] if under_control and kind == RECORD:
            await _recording(rest, recording, leg, name, found)
        case [kind, monitor, leg, listener, listening] if under_control and kind == MONITOR:
            _monitor(Monitor(id=monitor, leg=leg, listener=listener, listening=Listening(listening), snoop=name), found)
        case [kind, address] if under_control and kind == DIALLED:
            _leg(channel, LegState.CONNECTED, found, number=address, incoming=False)
        case [*_, called] if under_control:
            state = _INCOMING.get(channel["state"], LegState.OFFERED)
            number = channel["caller"]["number"]
            _leg(channel, state, found, number=number, incoming=True, called=called)
        case _:
            address = await _variable(rest, name, ADDRESS)
            if address:
                state = _DIALLED.get(channel["state"], LegState.INITIATED)
                _leg(channel, state, found, number=address, incoming=False)


def _leg(channel: Json, state: LegState, found: Survey, *, number: str, incoming: bool, called: str = "") -> None:
    leg = channel["id"].removesuffix(OWN)
    found.legs[leg] = Leg(id=leg, incoming=incoming, number=number, called=called, state=state, music=None, muted=None)


async def _recording(rest: AriRest, recording: str, leg: str, snoop: str, found: Survey) -> None:
    live = await rest.get_or_none("recordings", "live", recording)
    if live:
        found.recordings[recording] = Recording(recording, leg, paused=live["state"] == "paused")
    else:
        found.strays.append(("channels", snoop))


async def _variable(rest: AriRest, channel: str, name: str) -> str:
    answer = await rest.get_or_none("channels", channel, "variable", variable=name)
    return str(answer["value"]) if answer else ""


def _monitor(monitor: Monitor, found: Survey) -> None:
    """Of two listening channels of one monitor, the later one holds."""
    other = found.monitors.get(monitor.id)
    if other:
        monitor, other = sorted((monitor, other), key=lambda each: serial(each.snoop), reverse=True)
        found.strays.append(("channels", other.snoop))
    found.monitors[monitor.id] = monitor


def _bridges(bridges: Json, found: Survey) -> None:
    for bridge in bridges:
        secret = marked(bridge["id"])
        if secret and secret[1] in found.legs:
            found.secrets[secret[0]] = secret[1]
        if OWN in bridge["id"] or bridge["creator"] != "Stasis":
            continue
        found.conversations.add(bridge["id"])
        for channel in bridge["channels"]:
            leg = channel.removesuffix(OWN)
            if leg in found.legs:
                found.legs[leg].conversation = bridge["id"]


def _drop_strays(found: Survey, bridges: set[str]) -> None:
    for monitor in list(found.monitors.values()):
        if not {monitor.leg, monitor.listener} <= set(found.legs) or bridge_of(monitor.id) not in bridges:
            del found.monitors[monitor.id]
            found.strays.append(("channels", monitor.snoop))
    kept = {bridge_of(monitor) for monitor in found.monitors}
    kept |= {mark_of(*secret) for secret in found.secrets.items()}
    found.strays += [("bridges", bridge) for bridge in bridges if OWN in bridge and bridge not in kept]
