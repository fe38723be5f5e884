"""The peer of the benchmark: see README.md beside this file. ``python bench/peers/first_version.py --help``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aio_pika
import aiosqlite
import grpc
import httpx
import orjson
import prometheus_client
import structlog
import zeep
from google.type import money_pb2
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from tellerline.api.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from tellerline.api.credit.v1 import credit_pb2, credit_pb2_grpc

SCHEMA = """create table if not exists journal (
    id text primary key, operation text not null, created text not null, finished text, reply blob)"""
REQUESTS = prometheus_client.Counter("peer_requests", "Requests", ["operation", "status"])
SECONDS = prometheus_client.Histogram("peer_seconds", "Time to answer", ["operation"])
tracer = trace.get_tracer("peer")
log = structlog.get_logger()


class Nowhere(SpanExporter):
    """Spans are made, batched and dropped: the network to a collector is not part of the comparison."""

    def export(self, spans: Any) -> SpanExportResult:
        return SpanExportResult.SUCCESS


def money(currency: str, value: Decimal) -> money_pb2.Money:
    units = int(value)
    return money_pb2.Money(currency_code=currency, units=units, nanos=int((value - units) * 1_000_000_000))


class Journal:
    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    async def begin(self, identity: str, operation: str) -> None:
        now = datetime.now(UTC).isoformat()
        await self._database.execute(
            "insert into journal (id, operation, created) values (?, ?, ?)", (identity, operation, now)
        )
        await self._database.commit()

    async def end(self, identity: str, reply: bytes) -> None:
        now = datetime.now(UTC).isoformat()
        await self._database.execute("update journal set finished = ?, reply = ? where id = ?", (now, reply, identity))
        await self._database.commit()


class CoreClient:
    """Balances over SOAP."""

    def __init__(self, wsdl: str, url: str) -> None:
        transport = zeep.transports.AsyncTransport(client=httpx.AsyncClient(timeout=20))  # type: ignore[no-untyped-call]
        client = zeep.AsyncClient(wsdl, transport=transport)  # type: ignore[no-untyped-call]
        binding = next(iter(client.wsdl.bindings.values()))
        self._service = zeep.proxy.AsyncServiceProxy(client, binding, address=url)  # type: ignore[no-untyped-call]

    @retry(
        stop=stop_after_attempt(3), wait=wait_exponential_jitter(), retry=retry_if_exception_type(OSError), reraise=True
    )
    async def balance(self, reference: str, account: str) -> Any:
        header = {"reference": reference, "channel": "IVR", "acceptedAt": datetime.now(UTC), "attempt": 1}
        return await self._service.GetBalance(header=header, account=account)


class CreditClient:
    """Loans over MQ, as fixed-length records read field by field."""

    def __init__(self, layout: dict[str, Any], queue: str) -> None:
        self._layout = layout
        self._queue = queue
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    async def connect(self, url: str) -> None:
        self._connection = await aio_pika.connect_robust(url)
        channel = await self._connection.channel(publisher_confirms=True)
        replies = await channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
        await replies.consume(self._replied, no_ack=True)
        self._exchange = channel.default_exchange

    async def _replied(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        self._waiting.pop(message.correlation_id or "").set_result(message.body)

    @retry(
        stop=stop_after_attempt(3), wait=wait_exponential_jitter(), retry=retry_if_exception_type(OSError), reraise=True
    )
    async def loan(self, reference: str, values: dict[str, str]) -> dict[str, str]:
        correlation = str(uuid.uuid4())
        waiting = self._waiting[correlation] = asyncio.get_running_loop().create_future()
        body = b"".join(
            values.get(name, "").encode("gb18030").ljust(size)[:size]
            if kind == "X"
            else values.get(name, "0").zfill(size).encode()
            for name, kind, size in self._layout["request"]
        )
        message = aio_pika.Message(
            body,
            content_type="application/octet-stream",
            correlation_id=correlation,
            reply_to="amq.rabbitmq.reply-to",
            type=self._layout["type"],
            delivery_mode=2,
        )
        await self._exchange.publish(message, routing_key=self._queue)
        reply = await asyncio.wait_for(waiting, 20)
        fields, position = {}, 0
        for name, _, size in self._layout["reply"]:
            fields[name] = reply[position : position + size].decode("gb18030").rstrip()
            position += size
        return fields


class Accounts(accounts_pb2_grpc.AccountServiceServicer):
    def __init__(self, answer: Callable[..., Awaitable[Any]], core: CoreClient, numbers: dict[str, str]) -> None:
        self._answer = answer
        self._core = core
        self._numbers = numbers

    async def GetBalance(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def ask(reference: str) -> accounts_pb2.Balance:
            reply = await self._core.balance(reference, self._numbers[request.name])
            ledger, available = reply["result"]["ledger"], reply["result"]["available"]
            return accounts_pb2.Balance(
                name=request.name,
                ledger_amount=money(ledger["currency"], ledger["value"]),
                available_amount=money(available["currency"], available["value"]),
                read_time=reply["result"]["asOf"],
            )

        return await self._answer("GetBalance", request, ask)


class Credit(credit_pb2_grpc.CreditServiceServicer):
    def __init__(self, answer: Callable[..., Awaitable[Any]], credit: CreditClient, numbers: dict[str, str]) -> None:
        self._answer = answer
        self._credit = credit
        self._numbers = numbers

    async def GetLoan(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def ask(reference: str) -> credit_pb2.Loan:
            parent, _, loan = request.name.rpartition("/loans/")
            values = {
                "MESSAGE-TYPE": "GETLOAN",
                "MESSAGE-VERSION": "01",
                "REFERENCE": reference,
                "CHANNEL": "IVR",
                "ACCEPTED-AT": datetime.now(UTC).isoformat(),
                "ATTEMPT": "1",
                "LOAN": loan,
                "ACCOUNT": self._numbers[parent],
            }
            reply = await self._credit.loan(reference, values)
            currency = reply["CURRENCY"]
            return credit_pb2.Loan(
                name=request.name,
                borrower_display_name=reply["BORROWER-NAME"],
                principal_amount=money(currency, Decimal(reply["PRINCIPAL"]) / 100),
                outstanding_amount=money(currency, Decimal(reply["OUTSTANDING"]) / 100),
            )

        return await self._answer("GetLoan", request, ask)


def answering(journal: Journal) -> Callable[..., Awaitable[Any]]:
    """What every method of the peer does around its host call."""

    async def answer(operation: str, request: Any, ask: Callable[[str], Awaitable[Any]]) -> Any:
        started, reference = time.perf_counter(), uuid.uuid4().hex
        with tracer.start_as_current_span(operation, attributes={"rpc.system": "grpc", "rpc.method": operation}):
            await journal.begin(reference, operation)
            with tracer.start_as_current_span("host"):
                reply = await ask(reference)
            await journal.end(reference, reply.SerializeToString())
            REQUESTS.labels(operation, "OK").inc()
            SECONDS.labels(operation).observe(time.perf_counter() - started)
            log.info("answered", operation=operation, serial=request.context.channel_serial, status="OK")
            return reply

    return answer


def set_up_telemetry() -> None:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    logging.basicConfig(format="%(message)s", stream=Path(os.devnull).open("w"), level=logging.INFO)  # noqa: SIM115
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


async def serve(asked: argparse.Namespace) -> None:
    set_up_telemetry()
    numbers = orjson.loads(asked.numbers.read_bytes())
    async with aiosqlite.connect(asked.database) as database:
        await database.execute("pragma journal_mode = wal")
        await database.execute("pragma synchronous = full")
        await database.execute(SCHEMA)
        await database.commit()
        answer = answering(Journal(database))
        credit = CreditClient(orjson.loads(asked.layout.read_bytes()), asked.queue)
        await credit.connect(asked.amqp)
        server = grpc.aio.server()
        core = CoreClient(asked.wsdl, asked.core)
        accounts = Accounts(answer, core, numbers)  # type: ignore[abstract]
        loans = Credit(answer, credit, numbers)  # type: ignore[abstract]
        accounts_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server)
        credit_pb2_grpc.add_CreditServiceServicer_to_server(loans, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        print(orjson.dumps({"port": port}).decode(), flush=True)  # noqa: T201
        await server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="One gateway as a good team first writes it; prints its port as JSON.")
    parser.add_argument("--wsdl", required=True, help="path of the core host's WSDL")
    parser.add_argument("--core", required=True, help="URL of the core host")
    parser.add_argument("--amqp", required=True, help="URL of the broker")
    parser.add_argument("--queue", required=True, help="request queue of the credit host")
    parser.add_argument("--layout", required=True, type=Path, help="JSON: type, request and reply fields of GetLoan")
    parser.add_argument("--numbers", required=True, type=Path, help="JSON: account resource name to account number")
    parser.add_argument("--database", required=True, help="SQLite file of the journal")
    asyncio.run(serve(parser.parse_args()))
