"""The simulated bank of a benchmark, in a process of its own: ``python -m tellerline.bench.bank --help``.

Its core and credit hosts have the benchmark's books, every other host what it makes up for the same customers.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path

import orjson
import uvloop

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.bench.books import SEED, Books
from tellerline.cli.system.host_keys import host_document
from tellerline.simulators.admin.desk import Desk
from tellerline.simulators.admin.models import BooksData
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.queues import rabbitmq_queues


async def serve(amqp: str, books: Books, directory: Path) -> None:
    """Serve until killed; prints each host's part of the settings. Keys of signed messages go into ``directory``."""
    clock = SystemClock()
    bank = SimulatedBank(clock, SystemRandomness(), queues=rabbitmq_queues(amqp, clock))
    Desk(bank).load(BooksData.model_validate(books.document()))
    for host in bank.hosts.values():
        host.populate(books.populace, SEED)
    await bank.start()
    documents = {name: host_document(host, directory) for name, host in bank.hosts.items()}
    sys.stdout.buffer.write(orjson.dumps(documents) + b"\n")
    sys.stdout.buffer.flush()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--amqp", required=True, help="URL of RabbitMQ")
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--today", type=datetime.fromisoformat, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    asked = parser.parse_args()
    uvloop.run(serve(asked.amqp, Books.of(asked.customers, asked.today), asked.directory))


if __name__ == "__main__":
    main()
