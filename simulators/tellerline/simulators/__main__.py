"""A simulated bank in a process of its own: ``python -m tellerline.simulators --help``."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import orjson

from tellerline.adapters.clock import Clock, ScaledClock, SeededRandomness, SystemClock, SystemRandomness
from tellerline.simulators.admin import AdminServer
from tellerline.simulators.bank import BankPorts, SimulatedBank, UnknownHostError
from tellerline.simulators.discovery import discover
from tellerline.simulators.hosting.client_keys import write_client_keys
from tellerline.simulators.queues import rabbitmq_queues


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; prints one JSON line when all are listening.

    The line gives the admin API's URL and each host's, or for a host on a queue whether it listens there; with
    ``--keys``, under ``keys`` the files of each host whose messages are signed.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.loop == "uvloop":
            import uvloop

            uvloop.run(_run(options))
        else:
            asyncio.run(_run(options))
    except (OSError, UnknownHostError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m tellerline.simulators", description=__doc__)
    parser.add_argument("--address", default=env("TELLERLINE_SIM_ADDRESS", "127.0.0.1"))
    parser.add_argument("--core-port", type=int, default=int(env("TELLERLINE_SIM_CORE_PORT", "0")))
    parser.add_argument(
        "--port", type=_port, action="append", default=[], metavar="NAME=PORT", help="of any host; may be repeated"
    )
    parser.add_argument("--admin-port", type=int, default=int(env("TELLERLINE_SIM_ADMIN_PORT", "0")))
    parser.add_argument(
        "--amqp-url", default=env("TELLERLINE_SIM_AMQP_URL", ""), help="without it, hosts on a queue hear nothing"
    )
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="DIR",
        help="write there, made if need be, what a client signs with and whom it trusts, for hosts that sign",
    )
    parser.add_argument("--customers", type=int, default=1_000, help="0 starts with empty books")
    parser.add_argument("--seed", type=int, default=1, help="of the population and of faults by chance")
    parser.add_argument("--no-magic", action="store_true", help="load no rules for magic accounts and amounts")
    parser.add_argument("--clock-start", type=datetime.fromisoformat, help="ISO 8601 with offset: a clock to be set")
    parser.add_argument("--clock-speed", type=float, default=1.0, help="with --clock-start: how fast it runs")
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop")
    return parser


def _port(text: str) -> tuple[str, int]:
    name, _, port = text.partition("=")
    return name, int(port)


def _ports(options: argparse.Namespace) -> dict[str, int]:
    """Of every host that has one: by ``--port``, by its own option, or by its environment variable."""
    variables = {name: os.environ.get(f"TELLERLINE_SIM_{name.upper()}_PORT", "") for name in discover()}
    named = {name: int(port) for name, port in variables.items() if port}
    return named | {"core": options.core_port} | dict(options.port)


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    clock = _clock(options)
    randomness = SeededRandomness(options.seed) if options.seed else SystemRandomness()
    queues = rabbitmq_queues(options.amqp_url, SystemClock()) if options.amqp_url else None
    bank = SimulatedBank(clock, randomness, queues=queues)
    if options.customers:
        bank.load_population(options.seed, options.customers, magic=not options.no_magic)
    bank.snapshot()
    admin = AdminServer(bank)
    try:
        await bank.start(BankPorts(address=options.address, ports=_ports(options)))
        await admin.start(options.address, options.admin_port)
        hosts = {name: host.url or host.up for name, host in bank.hosts.items()}
        ready = {"ready": True, "admin": admin.url, **hosts} | _keys(bank, options.keys)
        sys.stdout.write(orjson.dumps(ready).decode() + "\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await admin.close()
        await bank.close()


def _keys(bank: SimulatedBank, directory: Path | None) -> dict[str, object]:
    """Part of the ready line; empty without a directory."""
    if directory is None:
        return {}
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {name: write_client_keys(host, directory.resolve()) for name, host in bank.hosts.items()}
    return {"keys": {name: written for name, written in files.items() if written}}


def _clock(options: argparse.Namespace) -> Clock:
    if options.clock_start is None:
        return SystemClock()
    return ScaledClock(options.clock_start, options.clock_speed)


if __name__ == "__main__":
    sys.exit(main())
