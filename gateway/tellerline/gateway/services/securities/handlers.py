"""Handlers of ``SecuritiesService``."""

from __future__ import annotations

from typing import TypeVar

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.securities.v1 import securities_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.securities import convert
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.gateway.services.values import money_from_proto
from tellerline.routing.model import securities as model
from tellerline.routing.model.command import Command

_ACCOUNT = "customers/*/accounts/*"
_PAGE = 20
_Asked = TypeVar(
    "_Asked",
    pb.ListQuotesRequest,
    pb.ListHoldingsRequest,
    pb.ListOrdersRequest,
    pb.ListTradesRequest,
    pb.ListAllotmentNumbersRequest,
)


class SecuritiesHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def get_quote(self, request: pb.GetQuoteRequest, call: CallContext) -> pb.Quote:
        (security,) = segments(request.name, "quotes/*", "name")
        settled = await self._run(request.context, model.GetQuote(security=security), "", call)
        return convert.quote_to_proto(result_of(settled, model.Quote))

    async def list_quotes(self, request: pb.ListQuotesRequest, call: CallContext) -> pb.ListQuotesResponse:
        after, limit = _page(request)
        command = model.ListQuotes(after_security=after, limit=limit)
        quotes = result_of(await self._run(request.context, command, "", call), model.Quotes)
        return pb.ListQuotesResponse(
            quotes=[convert.quote_to_proto(quote) for quote in quotes.quotes],
            next_page_token=_next(request, quotes.more, quotes.quotes[-1].security if quotes.quotes else ""),
        )

    async def list_holdings(self, request: pb.ListHoldingsRequest, call: CallContext) -> pb.ListHoldingsResponse:
        after, limit = _page(request)
        account = await self._account(request.context, request.parent, model.ListHoldings, call)
        command = model.ListHoldings(account=account.account, after_security=after, limit=limit)
        page = result_of(await self._run(request.context, command, account.customer, call), model.Holdings)
        return pb.ListHoldingsResponse(
            holdings=[convert.holding_to_proto(holding, request.parent) for holding in page.holdings],
            next_page_token=_next(request, page.more, page.holdings[-1].security if page.holdings else ""),
        )

    async def get_funds_balance(self, request: pb.GetFundsBalanceRequest, call: CallContext) -> pb.FundsBalance:
        parts = segments(request.name, f"{_ACCOUNT}/fundsBalance", "name")
        operation = model.GetFundsBalance.operation
        account = await self._directory.find(request.context, parts, "name", operation, call)
        command = model.GetFundsBalance(account=account.account)
        settled = await self._run(request.context, command, account.customer, call)
        balance = result_of(settled, model.FundsBalance)
        return convert.funds_to_proto(balance, request.name, last_known=settled.last_known)

    async def place_order(self, request: pb.PlaceOrderRequest, call: CallContext) -> pb.PlaceOrderResponse:
        account = await self._account(request.context, request.parent, model.PlaceOrder, call)
        command = convert.order_command(request.order, account.account)
        settled = await self._run(request.context, command, account.customer, call)
        order = result_if_done(settled, model.Order)
        return pb.PlaceOrderResponse(
            order=convert.order_to_proto(order, request.parent) if order else None,
            transaction=info_of_settled(settled, english=wants_english(request.context)),
        )

    async def cancel_order(self, request: pb.CancelOrderRequest, call: CallContext) -> pb.CancelOrderResponse:
        account, number, parent = await self._order(request.context, request.name, model.CancelOrder, call)
        command = model.CancelOrder(account=account.account, order=number)
        settled = await self._run(request.context, command, account.customer, call)
        order = result_if_done(settled, model.Order)
        return pb.CancelOrderResponse(
            order=convert.order_to_proto(order, parent) if order else None,
            transaction=info_of_settled(settled, english=wants_english(request.context)),
        )

    async def get_order(self, request: pb.GetOrderRequest, call: CallContext) -> pb.Order:
        account, number, parent = await self._order(request.context, request.name, model.GetOrder, call)
        command = model.GetOrder(account=account.account, order=number)
        settled = await self._run(request.context, command, account.customer, call)
        return convert.order_to_proto(result_of(settled, model.Order), parent)

    async def list_orders(self, request: pb.ListOrdersRequest, call: CallContext) -> pb.ListOrdersResponse:
        after, limit = _page(request)
        account = await self._account(request.context, request.parent, model.ListOrders, call)
        command = model.ListOrders(account=account.account, after_order=after, limit=limit)
        page = result_of(await self._run(request.context, command, account.customer, call), model.Orders)
        return pb.ListOrdersResponse(
            orders=[convert.order_to_proto(order, request.parent) for order in page.orders],
            next_page_token=_next(request, page.more, page.orders[-1].order if page.orders else ""),
        )

    async def list_trades(self, request: pb.ListTradesRequest, call: CallContext) -> pb.ListTradesResponse:
        after, limit = _page(request)
        account = await self._account(request.context, request.parent, model.ListTrades, call)
        command = convert.trades_command(request, account.account, after=after, limit=limit)
        page = result_of(await self._run(request.context, command, account.customer, call), model.Trades)
        return pb.ListTradesResponse(
            trades=[convert.trade_to_proto(trade, request.parent) for trade in page.trades],
            next_page_token=_next(request, page.more, page.trades[-1].trade if page.trades else ""),
        )

    async def list_allotment_numbers(
        self, request: pb.ListAllotmentNumbersRequest, call: CallContext
    ) -> pb.ListAllotmentNumbersResponse:
        after, limit = _page(request)
        account = await self._account(request.context, request.parent, model.ListAllotmentNumbers, call)
        command = model.ListAllotmentNumbers(account=account.account, after_number=after, limit=limit)
        page = result_of(await self._run(request.context, command, account.customer, call), model.Allotments)
        return pb.ListAllotmentNumbersResponse(
            allotment_numbers=[convert.allotment_to_proto(each, request.parent) for each in page.allotments],
            next_page_token=_next(request, page.more, page.allotments[-1].first_number if page.allotments else ""),
        )

    async def transfer_to_securities(
        self, request: pb.TransferToSecuritiesRequest, call: CallContext
    ) -> pb.TransferToSecuritiesResponse:
        account = await self._account(request.context, request.parent, model.TransferToSecurities, call)
        amount = money_from_proto(request.amount, "amount")
        command = model.TransferToSecurities(account=account.account, amount=amount)
        settled = await self._run(request.context, command, account.customer, call)
        info = info_of_settled(settled, english=wants_english(request.context))
        return convert.to_securities_to_proto(result_if_done(settled, model.FundsTransferred), info)

    async def transfer_to_bank(self, request: pb.TransferToBankRequest, call: CallContext) -> pb.TransferToBankResponse:
        account = await self._account(request.context, request.parent, model.TransferToBank, call)
        amount = money_from_proto(request.amount, "amount")
        command = model.TransferToBank(account=account.account, amount=amount)
        settled = await self._run(request.context, command, account.customer, call)
        info = info_of_settled(settled, english=wants_english(request.context))
        return convert.to_bank_to_proto(result_if_done(settled, model.FundsTransferred), info)

    async def _run(self, context: RequestContext, command: Command, customer: str, call: CallContext) -> Settled:
        return await self._parts.pipeline.run(request_from(context, command, customer), call)

    async def _account(
        self, context: RequestContext, parent: str, command: type[Command], call: CallContext
    ) -> RegisteredAccount:
        parts = segments(parent, _ACCOUNT, "parent")
        return await self._directory.find(context, parts, "parent", command.operation, call)

    async def _order(
        self, context: RequestContext, name: str, command: type[Command], call: CallContext
    ) -> tuple[RegisteredAccount, str, str]:
        """The account, the order's number and the account's name."""
        parts = segments(name, f"{_ACCOUNT}/orders/*", "name")
        account = await self._directory.find(context, parts, "name", command.operation, call)
        return account, parts[2], name.rpartition("/orders/")[0]


def _page(request: _Asked) -> tuple[str, int]:
    """Where to go on, and how many rows to ask for."""
    return position_of(request, request.page_token), page_size(request.page_size, default=_PAGE, most=_PAGE)


def _next(request: _Asked, more: bool, last: str) -> str:
    return page_token(request, last) if more and last else ""


def build(parts: Parts) -> Service:
    handlers = SecuritiesHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["SecuritiesService"].full_name,
        methods=(
            unary("GetQuote", pb.GetQuoteRequest, pb.Quote, handlers.get_quote),
            unary("ListQuotes", pb.ListQuotesRequest, pb.ListQuotesResponse, handlers.list_quotes),
            unary("ListHoldings", pb.ListHoldingsRequest, pb.ListHoldingsResponse, handlers.list_holdings),
            unary("GetFundsBalance", pb.GetFundsBalanceRequest, pb.FundsBalance, handlers.get_funds_balance),
            unary("PlaceOrder", pb.PlaceOrderRequest, pb.PlaceOrderResponse, handlers.place_order),
            unary("CancelOrder", pb.CancelOrderRequest, pb.CancelOrderResponse, handlers.cancel_order),
            unary("GetOrder", pb.GetOrderRequest, pb.Order, handlers.get_order),
            unary("ListOrders", pb.ListOrdersRequest, pb.ListOrdersResponse, handlers.list_orders),
            unary("ListTrades", pb.ListTradesRequest, pb.ListTradesResponse, handlers.list_trades),
            unary(
                "ListAllotmentNumbers",
                pb.ListAllotmentNumbersRequest,
                pb.ListAllotmentNumbersResponse,
                handlers.list_allotment_numbers,
            ),
            unary(
                "TransferToSecurities",
                pb.TransferToSecuritiesRequest,
                pb.TransferToSecuritiesResponse,
                handlers.transfer_to_securities,
            ),
            unary("TransferToBank", pb.TransferToBankRequest, pb.TransferToBankResponse, handlers.transfer_to_bank),
        ),
    )
