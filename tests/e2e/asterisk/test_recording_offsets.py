"""A moment of a call on Asterisk is heard in its recording where the trace says, also behind a pause for a PIN."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from asterisk_centre import PIN_PROMPT, STRAIGHT, AsteriskCentre, Staff, asterisk_centre, centre_server
from google.protobuf.json_format import MessageToDict
from site_services import context
from telephones import RATE, Samples, SipTelephone, wav_samples

from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.cli.tracing.happened import Happened, happened
from tellerline.cli.tracing.recordings import Recording, recordings
from tellerline.simulators.population import PIN
from tellerline.simulators.servers.fixtures import or_skip

CALLER, STAFF = "13900000007", Staff(agents=1, leaders=1)
SIGNAL, SECONDS = 950, 0.6
FRAME = RATE // 50
LATE = 0.3
"""From a telephone's mouth to the file: packets, the switch's own buffers, a machine with other things to do."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def centre(tone_prompts: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsteriskCentre]:
    with or_skip(), centre_server(tone_prompts, STAFF) as server:
        async with asterisk_centre(tmp_path_factory.mktemp("centre"), server, STAFF) as opened:
            yield opened


async def type_pin(centre: AsteriskCentre, caller: SipTelephone, call: str) -> None:
    """By way of the menu, and back to the agent."""
    assert centre.system.population is not None
    back = calls.TransferToIvrRequest(context=context("A1"), call=call, flow="verify-pin", returns=True)
    await centre.calls.TransferToIvr(back)
    await centre.pause(0.5)
    await caller.press(f"{centre.system.population.people[0].customer.number}#")
    await caller.until_hears({PIN_PROMPT}, 20)
    await centre.pause(1)
    await caller.press(PIN)
    await caller.until_hears({centre.staff.telephones["A1"]}, 20)


async def events(centre: AsteriskCentre, call: str) -> list[Happened]:
    request = calls.ListCallEventsRequest(context=context("L1"), parent=call, page_size=200)
    reply = await centre.calls.ListCallEvents(request)
    return [
        happened(MessageToDict(each, preserving_proto_field_name=True, always_print_fields_with_no_presence=True))
        for each in reply.events
    ]


async def callers_recording(centre: AsteriskCentre, call: str) -> tuple[list[Happened], Recording]:
    """Once it has ended."""
    found: list[tuple[list[Happened], Recording]] = []

    async def there() -> bool:
        told = await events(centre, call)
        leg = told[0].text("leg")
        found[:] = [(told, each) for each in recordings(told) if each.leg == leg and each.ended]
        return bool(found)

    await centre.until(there)
    return found[0]


def signalled(samples: Samples) -> float:
    """The second at which the signal begins."""
    wave = np.exp(-2j * np.pi * SIGNAL * np.arange(FRAME) / RATE)
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    loud = 2 * np.abs(frames @ wave) / FRAME > 1500
    return float(np.argmax(loud)) * FRAME / RATE if loud.any() else -1.0


@pytest.mark.asyncio(loop_scope="module")
async def test_a_moment_is_heard_where_the_trace_says(centre: AsteriskCentre) -> None:
    await centre.sign_in("A1")
    caller = await centre.phone(CALLER)
    await caller.call(STRAIGHT)
    call = (await centre.call(CALLER, "A1")).name
    await caller.until_hears({centre.staff.telephones["A1"]}, 20)
    await type_pin(centre, caller, call)
    await centre.pause(1)
    tone = 5000 * np.sin(2 * np.pi * SIGNAL * np.arange(round(SECONDS * RATE)) / RATE)
    hold = calls.HoldRequest(context=context("A1"), call=call)
    await asyncio.gather(centre.calls.Hold(hold), caller.play(tone))
    await caller.hang_up()
    told, recording = await callers_recording(centre, call)
    [held] = [each.at for each in told if each.kind == "CallHeld"]
    second = recording.second(held)
    assert second is not None
    assert (held - recording.began).total_seconds() - second > 1, "the PIN has cost the file more than a second"
    samples = wav_samples(centre.server.recordings / f"{recording.id}.wav")
    assert second - 0.1 <= signalled(samples) <= second + LATE
    assert len(samples) / RATE == pytest.approx(recording.seconds, abs=LATE)
