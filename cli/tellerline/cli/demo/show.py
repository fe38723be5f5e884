"""The demo from curtain to curtain."""

from __future__ import annotations

import gc
import os
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.demo.programme import PROGRAMME, Scene
from tellerline.cli.demo.stage import Stage
from tellerline.cli.gateway_access import connected
from tellerline.cli.output import Output
from tellerline.cli.system.cash_machines import serving_cash_machines
from tellerline.cli.system.chatter import chatter_to
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.cli.system.lifecycle import running_system, show_running, stop_signal, with_channels
from tellerline.cli.system.online_banking import GatewayProof, development_login
from tellerline.cli.system.running import announce, withdraw
from tellerline.gateway.client import Client
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.population import PIN, Person

_HURRY = 3.0
_REPLY_PATIENCE, _HOST_PATIENCE, _INQUIRE_AFTER = 1.0, 2.0, (1.0,)
ANSWER_EARLY = 1.0
"""Seconds before a caller's deadline at which the demo's gateway answers, so that no slow machine spoils a scene."""
_WATCHED = frozenset({"transfers.CreateTransfer", "securities.DepositFunds"})


async def show(
    out: Output, settings: GatewaySettings, directory: Path, programme: Sequence[Scene] = PROGRAMME, *, stay: bool
) -> None:
    """Start the embedded system, play the scenes, and stay up for the reader's own calls if ``stay``."""
    log = os.open(directory / "gateway.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    clock, randomness = SystemClock(), SystemRandomness()
    with chatter_to(log):
        async with development_login(settings, clock=clock, randomness=randomness) as (open_to_all, proof):
            await _play(
                out, serving_cash_machines(open_to_all, directory, randomness), proof, log, programme, stay=stay
            )


async def _play(
    out: Output, settings: GatewaySettings, proof: GatewayProof, log: int, programme: Sequence[Scene], *, stay: bool
) -> None:
    clock = SystemClock()
    began, stop = clock.monotonic(), stop_signal()
    with _nothing_collected():
        system = await start_embedded(
            settings, Books(), clock=clock, randomness=SystemRandomness(), log_descriptor=log, host_times=_impatient
        )
    proof.target = system.node.target
    here = running_system(settings, system.node.target, system.admin.url, system.node.metrics_url, "demo")
    here = with_channels(here, system.node)
    announce(here)
    try:
        seconds = clock.monotonic() - began
        out.say(f"Ready in {seconds:.1f} s.", f"{seconds:.1f} 秒就绪。", style="bold green")
        async with connected(system.node.target) as client, connected(system.node.target, _HURRY) as hurried:
            stage = _stage(out, client, hurried, system)
            for scene in programme:
                await scene(stage)
        out.result(
            {
                "ready_s": round(seconds, 2),
                "gateway": system.node.target,
                "online_banking": stage.online_banking,
                "scenes": stage.scenes,
            }
        )
        if stay:
            out.heading(
                "The system stays up: now it is your turn (Ctrl-C ends it)", "系统继续运行，请自行体验（Ctrl-C 结束）"
            )
            show_running(out, here)
            if "lost_reply" in stage.scenes:
                serial = stage.scenes["lost_reply"]["ref"]["global_serial"]
                out.hint(f"tellerline trace {serial}", "scene 6", "第六幕全程")
            _invite(out, stage)
            await stop.wait()
    finally:
        withdraw(here)
        await system.stop()


def _invite(out: Output, stage: Stage) -> None:
    """Show the page for customers, in a browser too where there is somebody at a terminal."""
    customer = stage.payee.removeprefix("customers/")
    out.say(
        f"Online banking: {stage.online_banking}  (customer {customer}, PIN {stage.pin})",
        f"网上银行：{stage.online_banking}（客户号 {customer}，密码 {stage.pin}）",
        style="bold",
    )
    if sys.stdout.isatty():
        webbrowser.open(stage.online_banking)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is made at start-up stays: looking for garbage in it would take a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _stage(out: Output, client: Client, hurried: Client, system: EmbeddedSystem) -> Stage:
    assert system.population is not None
    people = [
        person for person in system.population.people if system.bank.ledger.account(person.card).balance > 5_000_00
    ]
    caller, payee, third = _rich(people, system), people[-2], people[-3]
    return Stage(
        out=out,
        client=client,
        hurried=hurried,
        system=system,
        clock=system.bank.clock,
        caller=f"customers/{caller.customer.number}",
        pin=PIN,
        caller_card=caller.card,
        caller_name=caller.customer.name,
        payee=f"customers/{payee.customer.number}",
        payee_card=payee.card,
        payee_name=payee.customer.name,
        third_card=third.card,
        third_name=third.customer.name,
    )


def _rich(people: list[Person], system: EmbeddedSystem) -> Person:
    """The first who could pay for every scene, so that only the limit refuses."""
    return next(person for person in people if system.bank.ledger.account(person.card).balance > 30_000_00)


def _impatient(binding: HostBinding) -> HostBinding:
    """Nobody wants to watch half a minute of silence: the demo's hosts finish or drop a request within two seconds."""
    policy = binding.policy
    timeouts = dict(policy.timeouts) | dict.fromkeys(_WATCHED & policy.timeouts.keys(), _REPLY_PATIENCE)
    doubts = {
        operation: replace(doubt, inquire_after=_INQUIRE_AFTER, max_processing=_HOST_PATIENCE)
        for operation, doubt in policy.doubts.items()
    }
    return replace(binding, policy=replace(policy, timeouts=timeouts, doubts=doubts))
