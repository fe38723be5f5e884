"""A proof that is remembered, and what comes of one that ended elsewhere: tries of PINs are counted here."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.message import Message
from iso_platform import PIN, MemoryBooks, MemoryRegistry, MemoryServices, card
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LogWriter, Metrics, make_log
from tellerline.api.accounts.v1 import accounts_pb2 as accounts
from tellerline.api.customers.v1 import customers_pb2 as customers
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.iso8583.building import Ground, build_front
from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal, make_terminals
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

TERMINAL = "T0000001"


@dataclass
class Grants:
    """Tokens that ``VerifyPin`` has given; balances are told only with one that is still good."""

    given: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    stillborn: bool = False
    wrong: bool = False

    async def verify(self, _request: customers.VerifyPinRequest, _call: CallContext) -> customers.Grant:
        token = f"token {len(self.given) + 1}"
        self.given.append(token)
        if self.wrong:
            raise RefusalError(Code.PIN_INVALID)
        if not self.stillborn:
            self.good.add(token)
        grant = customers.Grant(token=token)
        grant.expire_time.FromSeconds(int(SystemClock().now().timestamp()) + 120)
        return grant

    async def balance(self, request: accounts.GetBalanceRequest, _call: CallContext) -> accounts.Balance:
        if request.context.grant not in self.good:
            raise RefusalError(Code.GRANT_EXPIRED)
        balance = accounts.Balance()
        balance.ledger_amount.currency_code = balance.available_amount.currency_code = "CNY"
        return balance

    def among(self, services: tuple[Service, ...]) -> tuple[Service, ...]:
        own: dict[str, Callable[..., Awaitable[Message]]] = {"VerifyPin": self.verify, "GetBalance": self.balance}
        return tuple(
            replace(
                service,
                methods=tuple(replace(each, unary=own.get(each.name, each.unary)) for each in service.methods),
            )
            for service in services
        )


@pytest.fixture
def grants() -> Grants:
    return Grants()


@pytest.fixture
async def terminal(tmp_path: Path, grants: Grants) -> AsyncIterator[IsoTerminal]:
    clock = SystemClock()
    made = make_terminals(tmp_path, SystemRandomness(), (DevelopmentTerminal(TERMINAL),))
    with (tmp_path / "log").open("wb") as log:
        ground = Ground(
            services=grants.among(MemoryServices(clock).services()),
            registry=MemoryRegistry(clock),
            books=MemoryBooks(),
            clock=clock,
            randomness=SystemRandomness(),
            log=make_log(clock, LogWriter(os.dup(log.fileno()))),
            metrics=Metrics(),
            zone=ZoneInfo("Asia/Shanghai"),
        )
        front = build_front(made, ground)
        terminal = await IsoTerminal.of(f"127.0.0.1:{await front.start()}", tmp_path, TERMINAL).ready()
        yield terminal
        await terminal.close()
        await front.drain(1)


async def _balance(terminal: IsoTerminal) -> str:
    fields = {2: card(1), **terminal.pin_fields(PIN, card(1))}
    return (await terminal.ask(terminal.request("100", "310000", fields))).get(39)


async def test_a_proof_that_ended_elsewhere_is_won_anew_by_the_same_request_and_remembered(
    terminal: IsoTerminal, grants: Grants
) -> None:
    assert [await _balance(terminal) for _ in range(2)] == ["00", "00"]
    assert len(grants.given) == 1
    grants.good.clear()
    assert [await _balance(terminal) for _ in range(2)] == ["00", "00"]
    assert len(grants.given) == 2


async def test_a_pin_that_is_refused_is_not_tried_twice(terminal: IsoTerminal, grants: Grants) -> None:
    assert await _balance(terminal) == "00"
    grants.good.clear()
    grants.wrong = True
    assert [await _balance(terminal) for _ in range(2)] == ["55", "55"]
    assert len(grants.given) == 3


async def test_a_request_whose_own_proof_is_over_pays_for_no_second_try(terminal: IsoTerminal, grants: Grants) -> None:
    grants.stillborn = True
    assert await _balance(terminal) == "63"
    assert len(grants.given) == 1
    grants.stillborn = False
    assert await _balance(terminal) == "00", "it is not remembered either"
    assert len(grants.given) == 2
