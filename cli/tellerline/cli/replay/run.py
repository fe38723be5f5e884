"""The system that a replay runs on, from its start to its end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tellerline.adapters.clock import ScaledClock, SystemClock, SystemRandomness
from tellerline.cli.gateway_access import connected
from tellerline.cli.replay.berka_files import CURRENCY, BerkaBank
from tellerline.cli.replay.consistency import check_files
from tellerline.cli.replay.days import WorkDay, work_days
from tellerline.cli.replay.desk import Desk
from tellerline.cli.replay.outcome import Outcome, Surroundings
from tellerline.cli.replay.performance import ZONE, Performance, Progress, noon
from tellerline.cli.system.chatter import chatter_to
from tellerline.cli.system.embedded import Books, start_embedded
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.settings import GatewaySettings

_ORDERS_UNDER_FAULTS = 60
_MAX_PROCESSING = 10.0
_ENQUIRY_PATIENCE = 15.0
_ENQUIRIES = ("customers.VerifyPin", "accounts.GetBalance", "accounts.ListStatementEntries", "credit.GetLoan")


def settings_for(front: str, seed: int | None) -> dict[str, Any]:
    """What a replay asks of the gateway: the recorded bank's zone and currency, and the standard limits.

    Under faults an order that came to a definite no is given again, and no attempt's count is ever given back: then an
    account may order ``_ORDERS_UNDER_FAULTS`` times a day. The amounts stay at the standard.
    """
    document: dict[str, Any] = {
        "zone": ZONE,
        "base_currency": CURRENCY,
        "front": {"kind": front or "connect"},
        "telemetry": {"log_level": "warning"},
    }
    if seed is not None:
        document["limits"] = {name: {"count": _ORDERS_UNDER_FAULTS} for name in ("standard", "ceiling")}
    return document


async def run_replay(
    recorded: BerkaBank,
    settings: GatewaySettings,
    directory: Path,
    *,
    seed: int | None = None,
    most_days: int = 0,
    progress: Progress = lambda phase, done, of: None,
) -> Outcome:
    """Replay ``recorded``, or the first ``most_days`` of its days, on an embedded system that ends with it.

    Logs go to a file in ``directory``. Raises ``BerkaFileError``, ``StoreUnavailableError`` or ``OSError``.
    """
    check_files(recorded)
    log = os.open(directory / "gateway.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    with chatter_to(log):
        return await _perform(recorded, settings, log, seed, work_days(recorded.movements, most_days), progress)


async def _perform(
    recorded: BerkaBank,
    settings: GatewaySettings,
    log: int,
    seed: int | None,
    days: Sequence[WorkDay],
    progress: Progress,
) -> Outcome:
    clock = ScaledClock(noon(days[0].day), 1.0)
    system = await start_embedded(
        settings,
        Books(customers=0, magic=False),
        clock=clock,
        randomness=SystemRandomness(),
        log_descriptor=log,
        host_times=None if seed is None else _quick,
    )
    try:
        async with connected(system.node.target) as client:
            performance = Performance(
                bank=system.bank,
                desk=Desk(client, clock),
                clock=clock,
                watch=SystemClock(),
                recorded=recorded,
                days=days,
                seed=seed,
                progress=progress,
            )
            return await performance.perform(_surroundings(settings, seed))
    finally:
        await system.stop()


def _quick(binding: HostBinding) -> HostBinding:
    """These hosts are done with a request, or have dropped it, within ten seconds: doubts need not wait for longer.

    Enquiries get more time than usual, for a second of a fast clock is short.
    """
    policy = binding.policy
    doubts = {
        operation: replace(terms, max_processing=_MAX_PROCESSING, version=f"{terms.version}/replay")
        for operation, terms in policy.doubts.items()
    }
    timeouts = {**policy.timeouts, **dict.fromkeys(_ENQUIRIES, _ENQUIRY_PATIENCE)}
    return replace(binding, policy=replace(policy, doubts=doubts, timeouts=timeouts))


def _surroundings(settings: GatewaySettings, seed: int | None) -> Surroundings:
    figures = settings.limits.standard
    return Surroundings(
        store=settings.store.kind,
        mq="rabbitmq" if settings.mq.kind == "amqp" else settings.mq.kind,
        front=settings.front.kind,
        limits={"single": figures.single, "daily": figures.daily, "count": figures.count},
        seed=seed,
    )
