"""What the bank is asked about a caller, as whom, and for how long; over gRPC, at a bank that remembers it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

from tellerline.adapters.clock import VirtualClock
from tellerline.api.accounts.v1 import accounts_pb2 as accounts
from tellerline.api.common.v1.context_pb2 import Channel
from tellerline.api.customers.v1 import customers_pb2 as customers
from tellerline.api.customers.v1 import interactions_pb2 as interactions
from tellerline.api.operations.v1 import operations_pb2 as operations
from tellerline.callcenter.gateway_client import GatewayClient
from tellerline.callcenter.proof import Proof
from tellerline.callcenter.services.caller_knowledge import CallerKnowledge

WIFE, HUSBAND = "customers/8001", "customers/8002"
NUMBER = "11000000001"
OVER_ALL_CHANNELS = {"GetCustomerView", "ListInteractions"}
ASKED_FOR = 600.0


@dataclass
class Bank:
    """``holders`` have registered the number. Asked whose it is, it takes ``slow`` seconds to say."""

    clock: VirtualClock
    holders: tuple[str, ...] = (WIFE,)
    slow: float = 0.0
    asked: dict[str, Any] = field(default_factory=dict)
    """By method, who asked."""
    left: dict[str, float] = field(default_factory=dict)
    """By method, for how many seconds more an answer was worth something."""

    def _reply(self, request: Any) -> Any:
        match request:
            case customers.FindCustomersByPhoneRequest():
                hints = [customers.CustomerHint(customer=each) for each in self.holders]
                return customers.FindCustomersByPhoneResponse(customer_hints=hints)
            case customers.GetCustomerRequest():
                return customers.Customer(name=request.name)
            case accounts.ListAccountsRequest():
                return accounts.ListAccountsResponse()
            case operations.SearchTransactionsRequest():
                return operations.SearchTransactionsResponse()
            case interactions.GetCustomerViewRequest():
                return interactions.CustomerView(name=request.name, verified=bool(request.context.grant))
            case _:
                happened = interactions.Interaction(name=f"{request.parent}/interactions/i1")
                return interactions.ListInteractionsResponse(interactions=[happened])

    def serve(self, server: grpc.aio.Server) -> None:
        for area in (accounts, customers, interactions, operations):
            for service in area.DESCRIPTOR.services_by_name.values():
                methods = {method.name: self._bound(method) for method in service.methods}
                handler = grpc.method_handlers_generic_handler(service.full_name, methods)
                server.add_generic_rpc_handlers((handler,))

    def _bound(self, method: MethodDescriptor) -> grpc.RpcMethodHandler[Any, Any]:
        async def answer(request: Any, call: Any) -> Any:
            self.asked[method.name], self.left[method.name] = request.context, call.time_remaining()
            if method.name == "FindCustomersByPhone":
                await self.clock.advance(self.slow)
            return self._reply(request)

        request: Any = message_factory.GetMessageClass(method.input_type)
        return grpc.unary_unary_rpc_method_handler(answer, request.FromString, lambda reply: reply.SerializeToString())


@dataclass
class Screen:
    bank: Bank
    knowledge: CallerKnowledge

    async def of(self, proof: Proof | None = None) -> Any:
        return await self.knowledge.of("main-1", NUMBER, "A1", proof)


@asynccontextmanager
async def at(**bank: Any) -> AsyncIterator[Screen]:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    played, server = Bank(clock, **bank), grpc.aio.server()
    played.serve(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Screen(played, CallerKnowledge(GatewayClient(channel), clock, seconds=ASKED_FOR))
    await server.stop(None)


async def test_for_a_number_the_call_centre_asks_and_shows_no_grant() -> None:
    async with at() as screen:
        known = await screen.of()
        assert (known.view.name, known.view.verified) == (f"{WIFE}/view", False)
        assert [each.name for each in known.interactions] == [f"{WIFE}/interactions/i1"]
        assert set(screen.bank.asked) == {"FindCustomersByPhone", *OVER_ALL_CHANNELS}
        for asked in screen.bank.asked.values():
            assert (asked.channel, asked.agent, asked.grant) == (Channel.CHANNEL_IVR, "", "")
        assert not known.missing


async def test_under_a_grant_the_agent_asks_for_whose_it_is_and_not_for_whose_number_it_is() -> None:
    async with at() as screen:
        known = await screen.of(Proof(HUSBAND, "token"))
        assert (known.view.name, known.view.verified) == (f"{HUSBAND}/view", True)
        for method in OVER_ALL_CHANNELS:
            asked = screen.bank.asked[method]
            assert (asked.channel, asked.agent, asked.grant, asked.customer) == (
                Channel.CHANNEL_AGENT,
                "A1",
                "token",
                HUSBAND,
            )
        bare = known.unproved()
        assert (bare.view, bare.interactions, bare.customer) == (None, (), None)
        assert [each.customer for each in bare.hints] == [WIFE]


@pytest.mark.parametrize("holders", [(), (WIFE, HUSBAND)], ids=["nobody's", "of two"])
async def test_a_number_that_is_not_one_customers_opens_nobodys_view(holders: tuple[str, ...]) -> None:
    async with at(holders=holders) as screen:
        known = await screen.of()
        assert (known.view, known.interactions, known.missing) == (None, (), [])
        assert set(screen.bank.asked) == {"FindCustomersByPhone"}


async def test_the_second_question_has_no_more_time_than_the_first_has_left() -> None:
    async with at(slow=0.75 * ASKED_FOR) as screen:
        assert (await screen.of()).view is not None
        assert all(screen.bank.left[method] < ASKED_FOR / 2 for method in OVER_ALL_CHANNELS)


async def test_a_bank_that_took_all_the_time_leaves_what_it_has_said() -> None:
    async with at(slow=ASKED_FOR) as screen:
        known = await screen.of()
        assert [each.customer for each in known.hints] == [WIFE]
        assert (known.view, known.interactions) == (None, ())
        assert set(known.missing) == {"customer_view", "interactions"}
        assert not OVER_ALL_CHANNELS & set(screen.bank.asked)
