"""A small platform for handlers: the real store, access and PIN desk, and a pipeline whose host is scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.message import Message

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, Metrics, make_log
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, CHANNEL_IVR, RequestContext
from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.desk import PolicyDesk
from tellerline.gateway.access.grants import GrantIssuer, token_hash
from tellerline.gateway.access.pin import PinRules, PinVerification
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.access.pin_history import PinHistory
from tellerline.gateway.access.policy import ChannelDirectory, ChannelPolicy
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.counter.rules import CounterRules
from tellerline.gateway.counter.segments import load_rule
from tellerline.gateway.doubt.cases import ManualCases
from tellerline.gateway.information.tables import InformationTables
from tellerline.gateway.journal.codec import code_of, command_json, outcome_json, payload_hash
from tellerline.gateway.journal.records import (
    Acceptance,
    Customer,
    Duplicate,
    Limits,
    RegisteredAccount,
    RoutingChange,
    Settlement,
    State,
)
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.changed_pins import with_pin_change
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.mirror import Mirror
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.settling import Settler
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.routes.desk import RouteDesk
from tellerline.gateway.services.discovery import build_services
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import HostCalendarFacts, HostFacts, Request, Settled
from tellerline.gateway.settings import standard_channels
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.customers import PinVerified, VerifyPin
from tellerline.routing.model.outcome import Done, Outcome, Rejected, Unknown

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
PIN = "135790"
NUMBERS = {1: "6222020200001234567", 2: "6222020200007654321"}
STRANGERS_NUMBER = "6222020200009999999"
ResponseT = TypeVar("ResponseT", bound=Message)


class ScriptedHost:
    """What the host answers to each kind of command; PINs are compared. ``asked`` is what came, in order."""

    def __init__(self) -> None:
        self.answers: dict[type[Command], Outcome] = {}
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Outcome:
        self.asked.append(request)
        command = request.command
        if isinstance(command, VerifyPin) and type(command) not in self.answers:
            right = command.pin == PIN
            return Done(result=PinVerified(account=command.account)) if right else Rejected(code=Code.PIN_INVALID)
        return self.answers[type(command)]


@dataclass
class JournalledPipeline:
    """``Pipeline`` without queues, timeouts or retries: admits, journals what is durable, asks, settles."""

    host: ScriptedHost
    access: AccessControl
    store: SqliteStore
    clock: VirtualClock
    serials: int = 0

    async def run(self, request: Request, call: CallContext) -> Settled:
        command = request.command
        await self.access.admit(
            command.operation, request, call, account=command.account_number, needs_grant=not command.public
        )
        self.serials += 1
        serial = f"G{self.serials:08d}"
        if command.effect is Effect.ENQUIRY:
            outcome = self.host.answer(request)
            if not isinstance(outcome, Done):
                raise RefusalError(outcome.code)
            return self._settled(serial, request, State.DONE, outcome)
        return await self._durable(serial, request)

    async def _durable(self, serial: str, request: Request) -> Settled:
        acceptance = self._acceptance(serial, request)
        accepted = await self.store.journal.accept(acceptance)
        if isinstance(accepted, Duplicate):
            raise RefusalError(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD)
        outcome = self.host.answer(request)
        state = _STATES[type(outcome)]
        settlement = Settlement(
            global_serial=serial,
            state=state,
            at=self.clock.now(),
            outcome=outcome_json(outcome),
            host_serial=outcome.host_serial if isinstance(outcome, Done) else "",
            accounting_date=outcome.accounting_date if isinstance(outcome, Done) else "",
            code=code_of(outcome),
        )
        kept = token_hash(request.grant) if request.grant else b""
        settlement = with_pin_change(settlement, acceptance, kept)
        await self.store.journal.settle(settlement, frozenset({State.PENDING}))
        if state is State.REJECTED and not isinstance(outcome, Done):
            raise RefusalError(outcome.code, metadata={"global_serial": serial})
        return self._settled(serial, request, state, outcome)

    def _settled(self, serial: str, request: Request, state: State, outcome: Outcome) -> Settled:
        done = outcome if isinstance(outcome, Done) else None
        return Settled(
            global_serial=serial,
            channel_serial=request.channel_serial,
            state=state,
            outcome=outcome,
            host_serial=done.host_serial if done else "",
            accounting_date=done.accounting_date if done else "",
            accepted_at=self.clock.now(),
            settled_at=self.clock.now(),
            host="core",
        )

    def _acceptance(self, serial: str, request: Request) -> Acceptance:
        command, stored = request.command, command_json(request.command)
        return Acceptance(
            global_serial=serial,
            channel=request.channel,
            channel_serial=request.channel_serial,
            payload_hash=payload_hash(stored),
            operation=command.operation,
            effect=command.effect,
            host="core",
            customer=request.customer,
            account=command.account_number,
            amount=command.limited,
            limited=None,
            limit_day="2026-01-05",
            accepted_at=self.clock.now(),
            due_at=self.clock.now() + timedelta(seconds=30),
            owner="gateway-1",
            command=stored,
            agent=request.agent,
            call=request.call,
            terminal=request.terminal,
            branch=request.branch,
            trace="4bf92f3577b34da6a3ce929d0e0e4736",
        )


_STATES = {Done: State.DONE, Rejected: State.REJECTED, Unknown: State.IN_DOUBT}


class OneHost:
    """``HostStatus`` of a gateway with one healthy host."""

    async def facts(self) -> tuple[HostFacts, ...]:
        return (
            HostFacts(
                name="core",
                operations=("accounts.GetBalance",),
                breaker="closed",
                in_flight=3,
                queued=1,
                last_success_at=START,
                last_failure_at=START,
                last_failure="timeout",
                open_doubts=2,
            ),
        )


@dataclass
class Platform:
    """Everything behind the handlers, and a way to call them as a front would."""

    host: ScriptedHost
    store: SqliteStore
    clock: VirtualClock
    parts: Parts
    pipeline: JournalledPipeline
    methods: dict[str, Method]
    services: tuple[Service, ...]
    grant: str = ""
    serial: int = 0
    call: CallContext = field(default_factory=lambda: CallContext(deadline=10.0))

    def context(self, **fields: Any) -> RequestContext:
        """The IVR for customer 1001 with his grant, under a new channel serial."""
        self.serial += 1
        usual = {
            "channel": CHANNEL_IVR,
            "channel_serial": f"IVR-{self.serial}",
            "customer": "customers/1001",
            "grant": self.grant,
        }
        return RequestContext(**{**usual, **fields})

    def counter(self) -> RequestContext:
        return self.context(channel=CHANNEL_COUNTER, grant="", customer="")

    async def send(self, method: str, request: Message, response: type[ResponseT]) -> ResponseT:
        unary = self._method(method, request).unary
        assert unary is not None
        reply = await unary(request, self.call)
        assert isinstance(reply, response)
        return reply

    def _method(self, name: str, request: Message) -> Method:
        """Of the methods of this name, the one that takes such a request."""
        return next(each for each in self.methods.values() if (each.name, each.request) == (name, type(request)))

    def stream(self, method: str, request: Message) -> AsyncIterator[Message]:
        stream = self.methods[method].stream
        assert stream is not None
        return stream(request, self.call)


async def _register(store: SqliteStore, number: str, *accounts: str) -> None:
    await store.registry.add_customer(
        Customer(number=number, name="王芳", identity_document=f"ID{number}", tier="STANDARD", registered_at=START)
    )
    for account in accounts:
        await store.registry.add_account(
            RegisteredAccount(
                customer=number,
                sequence=0,
                account=account,
                host="core",
                kind="CARD",
                currency="CNY",
                limits=Limits(single=2_000_000, daily=5_000_000, count=3),
                registered_at=START,
            )
        )


def _policies(store: SqliteStore, clock: VirtualClock) -> PolicyDesk:
    return PolicyDesk(
        directory=ChannelDirectory({}),
        history=store.routing,
        file=None,
        instance="gateway-1",
        sweep_seconds=1.0,
        clock=clock,
        metrics=Metrics(),
        log=make_log(clock, LogWriter(2)),
    )


def _access(store: SqliteStore, clock: VirtualClock) -> AccessControl:
    policies = {
        "IVR": standard_channels()["IVR"].policy(),
        "ATM": ChannelPolicy(operations=("*",), grantless=()),
        "COUNTER": ChannelPolicy(operations=("*",), grantless=("*",)),
    }
    return AccessControl(ChannelDirectory(policies), store.grants, clock)


def _by_name(services: tuple[Service, ...]) -> dict[str, Method]:
    """Of services with methods of the same name the last has the bare name, the others ``<full name>/<method>``."""
    methods: dict[str, Method] = {}
    for service in reversed(services):
        for method in service.methods:
            taken = method.name in methods
            methods[f"{service.full_name}/{method.name}" if taken else method.name] = method
    return methods


class NothingToCompare:
    """A desk whose files always agree."""

    async def compare(self, stretch: Stretch) -> Findings:
        return Findings(matched=len(stretch.entries))


class NothingDispensed:
    """A desk that knows of no withdrawal."""

    async def hear(self, request: Request, call: CallContext) -> str:
        raise RefusalError(Code.TRANSACTION_NOT_FOUND)


class NoCalendars:
    """A desk without hosts."""

    def calendars(self) -> Sequence[HostCalendarFacts]:
        return []

    async def reload(self, host: str, operator: str) -> Sequence[RoutingChange]:
        return []

    async def changes(self, host: str) -> Sequence[RoutingChange]:
        return []


def _routes(store: SqliteStore, clock: VirtualClock) -> RouteDesk:
    return RouteDesk(
        plans=Plans([]),
        history=store.routing,
        file=None,
        instance="gateway",
        sweep_seconds=1.0,
        clock=clock,
        metrics=Metrics(),
        log=make_log(clock, LogWriter(2)),
    )


def _mirror(clock: VirtualClock) -> Mirror:
    limits = LimitRules(zone=ZoneInfo("Asia/Shanghai"), base_currency="CNY")
    return Mirror(gates={}, limits=limits, clock=clock, metrics=Metrics(), log=make_log(clock, LogWriter(2)))


def _tables(store: SqliteStore, clock: VirtualClock) -> InformationTables:
    return InformationTables(
        versions=store.tables,
        standard=True,
        zone=ZoneInfo("Asia/Shanghai"),
        sweep_seconds=2.0,
        clock=clock,
        log=make_log(clock, LogWriter(2)),
    )


def _desk(store: SqliteStore, clock: VirtualClock) -> ManualCases:
    """The real one; no host is connected to it."""
    metrics, log = Metrics(), make_log(clock, LogWriter(2))
    journal = store.journal
    settler = Settler(
        journal=journal, plans=Plans([]), losses=LossBlocks(journal), clock=clock, metrics=metrics, log=log
    )
    return ManualCases(cases=store.cases, journal=journal, settler=settler, clock=clock, metrics=metrics, log=log)


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """Customer 1001 with accounts 1 and 2 and a grant on the IVR; customer 2002 with account 1."""
    clock, host = VirtualClock(START), ScriptedHost()
    store = SqliteStore(tmp_path / "journal.db", clock)
    await store.start()
    await _register(store, "1001", *NUMBERS.values())
    await _register(store, "2002", STRANGERS_NUMBER)
    access = _access(store, clock)
    pipeline = JournalledPipeline(host, access, store, clock)
    issuer = GrantIssuer(store.grants, clock, SeededRandomness(7))
    pins = PinVerification(
        pipeline=pipeline,
        access=access,
        grants=store.grants,
        issuer=issuer,
        clock=clock,
        metrics=Metrics(),
        rules=PinRules(),
    )
    parts = Parts(
        pipeline=pipeline,
        admission=access,
        dispenses=NothingDispensed(),
        pins=PinHistory(pins, store.grants, store.interactions, clock),
        pin_blocks=PinBlocks(),
        hosts=OneHost(),
        desk=_desk(store, clock),
        routes=_routes(store, clock),
        access=_policies(store, clock),
        access_trail=store.access_trail,
        calendars=NoCalendars(),
        mirror=_mirror(clock),
        reconciliation=NothingToCompare(),
        differences=store.differences,
        journal=store.journal,
        cases=store.cases,
        legs=store.legs,
        registry=store.registry,
        interactions=store.interactions,
        dossiers=store.dossiers,
        grants=store.grants,
        issuer=issuer,
        counter=CounterRules(segments=load_rule()),
        tables=_tables(store, clock),
        limits=LimitRules(zone=ZoneInfo("Asia/Shanghai"), base_currency="CNY"),
        clock=clock,
    )
    services = build_services(parts)
    methods = _by_name(services)
    platform = Platform(host, store, clock, parts, pipeline, methods, services)
    asking = Request(channel="IVR", channel_serial="0", command=VerifyPin(account="", pin=""), customer="1001")
    platform.grant = (await issuer.issue(asking, accounts=(), operations=(), seconds=600)).token
    yield platform
    await store.close()


Refused = Callable[[Code, Awaitable[Any]], Awaitable[RefusalError]]


@pytest.fixture
def refused() -> Refused:
    """Awaits a call that must be refused with a code; gives the refusal."""

    async def expect(code: Code, awaited: Awaitable[Any]) -> RefusalError:
        with pytest.raises(RefusalError) as caught:
            await awaited
        assert caught.value.code is code
        return caught.value

    return expect
