"""SIGHUP reads the routing rules anew, and a process goes on whatever is in the file."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.system.node import GatewayNode, build_node, reload_on_signal
from tellerline.gateway.journal.records import RoutingChange
from tellerline.gateway.settings import GatewaySettings


async def after_signal(node: GatewayNode, known: int) -> RoutingChange:
    """The newest change, once there are more than ``known``."""
    os.kill(os.getpid(), signal.SIGHUP)
    for _ in range(3_000):
        changes = await node.gateway.parts.routes.changes()
        if len(changes) > known:
            return changes[0]
        await asyncio.sleep(0.01)
    raise AssertionError("the signal changed nothing")


async def test_a_signal_reloads_the_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('version = "1"\n', "utf-8")
    settings = GatewaySettings.model_validate({"store": {"path": tmp_path / "journal.db"}, "routing_rules": file})
    log = os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    node = build_node(settings, clock=SystemClock(), randomness=SystemRandomness(), log_descriptor=log)
    await node.start()
    reload_on_signal(node)
    try:
        file.write_text('version = "2"\n', "utf-8")
        change = await after_signal(node, 1)
        assert (change.version, change.operator, change.verdict) == ("2", "signal", "IN_FORCE")
        file.write_text("version =", "utf-8")
        refused = await after_signal(node, 2)
        assert refused.verdict == "REFUSED"
        assert node.gateway.parts.routes.rules.version == "2"
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        await node.stop()
        os.close(log)
