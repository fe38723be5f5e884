"""Keep both servers running for quick test runs: ``python -m tellerline.simulators.servers``; Ctrl-C ends them."""

from __future__ import annotations

import signal
import sys

from tellerline.simulators.servers.errors import ServerMissingError
from tellerline.simulators.servers.fixtures import POSTGRESQL, RABBITMQ, SHARED_POSTGRESQL
from tellerline.simulators.servers.postgresql import PostgresqlServer
from tellerline.simulators.servers.rabbitmq import RabbitmqServer


def main() -> int:
    try:
        PostgresqlServer.install()
        RabbitmqServer.install()
    except ServerMissingError as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    with PostgresqlServer(SHARED_POSTGRESQL) as database, RabbitmqServer() as broker:
        sys.stdout.write(f"export {POSTGRESQL}={database.dsn}\nexport {RABBITMQ}={broker.url}\n")
        sys.stdout.flush()
        stopping = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
        signal.sigwait(stopping)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
