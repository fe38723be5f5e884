"""A simulated telephone switch in a process of its own: ``python -m tellerline.simulators.softswitch --help``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

import orjson

from tellerline.adapters.clock import Clock, ScaledClock, SystemClock, SystemRandomness
from tellerline.adapters.lines.tcp import TcpListener
from tellerline.simulators.softswitch.admin import Admin
from tellerline.simulators.softswitch.phones import OnRing
from tellerline.simulators.softswitch.switch import SoftSwitch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; prints one JSON line with both ports when it is listening."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_run(options))
    except OSError as error:
        sys.stderr.write(f"cannot start: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tellerline.simulators.softswitch", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="for the controller")
    parser.add_argument("--admin-port", type=int, default=0, help="for those who drive telephones and faults")
    parser.add_argument(
        "--extension", action="append", default=[], metavar="NUMBER", help="registered; may be repeated"
    )
    parser.add_argument("--on-ring", choices=[each.value for each in OnRing], default="RINGS", help="of extensions")
    parser.add_argument("--clock-speed", type=float, default=1.0, help="how fast the switch's time runs")
    return parser


async def _run(options: argparse.Namespace) -> None:
    real = SystemClock()
    clock: Clock = real if options.clock_speed == 1.0 else ScaledClock(real.now(), options.clock_speed, real)
    switch = SoftSwitch(clock, SystemRandomness())
    for number in options.extension:
        switch.extension(number).on_ring = OnRing(options.on_ring)
    controllers, visitors = TcpListener(switch.accept), TcpListener(Admin(switch, clock).accept)
    await controllers.start(options.address, options.port)
    await visitors.start(options.address, options.admin_port)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    sys.stdout.write(
        orjson.dumps({"ready": True, "port": controllers.port, "admin_port": visitors.port}).decode() + "\n"
    )
    sys.stdout.flush()
    await stopped.wait()
    controllers.close()
    visitors.close()
    switch.power_off()


if __name__ == "__main__":
    sys.exit(main())
