"""Handlers of ``FxService``."""

from __future__ import annotations

from collections.abc import Iterable

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.fx.v1 import fx_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.fx import convert
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.gateway.services.values import money_from_proto
from tellerline.routing.model import fx
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command

_ACCOUNT = "customers/*/accounts/*"
_HOME = "CNY"


class FxHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def list_rates(self, request: pb.ListRatesRequest, call: CallContext) -> pb.ListRatesResponse:
        currency = convert.currency_from_proto(request.quote_currency_code or _HOME, "quote_currency_code")
        settled = await self._run(request.context, fx.ListRates(quote_currency=currency), call)
        return convert.rates_to_proto(result_of(settled, fx.FxRates))

    async def get_rate(self, request: pb.GetRateRequest, call: CallContext) -> pb.Rate:
        base, quote_currency = convert.pair_from_name(request.name)
        settled = await self._run(request.context, fx.GetRate(base=base, quote_currency=quote_currency), call)
        return convert.rate_to_proto(result_of(settled, fx.FxRate))

    async def create_quote(self, request: pb.CreateQuoteRequest, call: CallContext) -> pb.Quote:
        parts = segments(request.parent, _ACCOUNT, "parent")
        account = await self._account(request.context, parts, "parent", fx.CreateQuote, call)
        quote = request.quote
        command = fx.CreateQuote(
            account=account.account,
            sell_currency=convert.currency_from_proto(quote.sell_amount.currency_code, "quote.sell_amount"),
            buy_currency=convert.currency_from_proto(quote.buy_amount.currency_code, "quote.buy_amount"),
            fixed=convert.fixed_from_proto(quote),
        )
        _refuse_other_currency(account, command.sell_currency)
        settled = await self._run(request.context, command, call, account.customer)
        return convert.quote_to_proto(result_of(settled, fx.FxQuote), request.parent)

    async def create_deal(self, request: pb.CreateDealRequest, call: CallContext) -> pb.CreateDealResponse:
        parts = segments(request.quote, f"{_ACCOUNT}/fxQuotes/*", "quote")
        account = await self._account(request.context, parts, "quote", fx.CreateDeal, call)
        credit = await self._credit(request.context, request.credit_account, "credit_account", account, call)
        command = fx.CreateDeal(
            quote=parts[2],
            account=account.account,
            credit_account=credit.account,
            sell=money_from_proto(request.sell_amount, "sell_amount"),
            buy=money_from_proto(request.buy_amount, "buy_amount"),
        )
        _refuse_other_currency(account, command.sell.currency)
        _refuse_other_currency(credit, command.buy.currency)
        settled = await self._run(request.context, command, call, account.customer)
        info = info_of_settled(settled, english=wants_english(request.context))
        deal = result_if_done(settled, fx.FxDeal)
        names = await self._names([] if deal is None else [deal.credit_account])
        return convert.dealt_to_proto(deal, info, _parent(parts), names)

    async def get_deal(self, request: pb.GetDealRequest, call: CallContext) -> pb.Deal:
        parts = segments(request.name, f"{_ACCOUNT}/fxDeals/*", "name")
        account = await self._account(request.context, parts, "name", fx.GetDeal, call)
        settled = await self._run(
            request.context, fx.GetDeal(account=account.account, deal=parts[2]), call, account.customer
        )
        deal = result_of(settled, fx.FxDeal)
        return convert.deal_to_proto(deal, _parent(parts), await self._names([deal.credit_account]))

    async def list_deals(self, request: pb.ListDealsRequest, call: CallContext) -> pb.ListDealsResponse:
        limit, after = page_size(request.page_size), position_of(request, request.page_token)
        parts = segments(request.parent, _ACCOUNT, "parent")
        account = await self._account(request.context, parts, "parent", fx.ListDeals, call)
        command = fx.ListDeals(account=account.account, after_deal=after, limit=limit)
        page = result_of(await self._run(request.context, command, call, account.customer), fx.FxDeals)
        names = await self._names(deal.credit_account for deal in page.deals)
        shown = [convert.deal_to_proto(deal, request.parent, names) for deal in page.deals]
        token = page_token(request, page.deals[-1].deal) if page.more and page.deals else ""
        return pb.ListDealsResponse(deals=shown, next_page_token=token)

    async def create_order(self, request: pb.CreateOrderRequest, call: CallContext) -> pb.CreateOrderResponse:
        parts = segments(request.parent, _ACCOUNT, "parent")
        account = await self._account(request.context, parts, "parent", fx.CreateOrder, call)
        order = request.order
        credit = await self._credit(request.context, order.credit_account, "order.credit_account", account, call)
        command = convert.order_command(order, account.account, credit.account)
        _refuse_other_currency(account, command.sell.currency)
        _refuse_other_currency(credit, command.buy_currency)
        settled = await self._run(request.context, command, call, account.customer)
        shown = await self._order_if_done(settled, request.parent)
        info = info_of_settled(settled, english=wants_english(request.context))
        return pb.CreateOrderResponse(order=shown, transaction=info)

    async def cancel_order(self, request: pb.CancelOrderRequest, call: CallContext) -> pb.CancelOrderResponse:
        parts = segments(request.name, f"{_ACCOUNT}/fxOrders/*", "name")
        account = await self._account(request.context, parts, "name", fx.CancelOrder, call)
        command = fx.CancelOrder(account=account.account, order=parts[2])
        settled = await self._run(request.context, command, call, account.customer)
        shown = await self._order_if_done(settled, _parent(parts))
        info = info_of_settled(settled, english=wants_english(request.context))
        return pb.CancelOrderResponse(order=shown, transaction=info)

    async def get_order(self, request: pb.GetOrderRequest, call: CallContext) -> pb.Order:
        parts = segments(request.name, f"{_ACCOUNT}/fxOrders/*", "name")
        account = await self._account(request.context, parts, "name", fx.GetOrder, call)
        settled = await self._run(
            request.context, fx.GetOrder(account=account.account, order=parts[2]), call, account.customer
        )
        order = result_of(settled, fx.FxOrder)
        return convert.order_to_proto(order, _parent(parts), await self._names([order.credit_account]))

    async def list_orders(self, request: pb.ListOrdersRequest, call: CallContext) -> pb.ListOrdersResponse:
        limit, after = page_size(request.page_size), position_of(request, request.page_token)
        parts = segments(request.parent, _ACCOUNT, "parent")
        account = await self._account(request.context, parts, "parent", fx.ListOrders, call)
        command = fx.ListOrders(account=account.account, after_order=after, limit=limit)
        page = result_of(await self._run(request.context, command, call, account.customer), fx.FxOrders)
        names = await self._names(order.credit_account for order in page.orders)
        shown = [convert.order_to_proto(order, request.parent, names) for order in page.orders]
        token = page_token(request, page.orders[-1].order) if page.more and page.orders else ""
        return pb.ListOrdersResponse(orders=shown, next_page_token=token)

    async def _run(self, context: RequestContext, command: Command, call: CallContext, customer: str = "") -> Settled:
        return await self._parts.pipeline.run(request_from(context, command, customer), call)

    async def _account(
        self, context: RequestContext, parts: tuple[str, ...], field: str, asked: type[Command], call: CallContext
    ) -> RegisteredAccount:
        return await self._directory.find(context, parts, field, asked.operation, call)

    async def _credit(
        self, context: RequestContext, name: str, field: str, account: RegisteredAccount, call: CallContext
    ) -> RegisteredAccount:
        """The account to buy into; refused when it is another customer's."""
        parts = segments(name, _ACCOUNT, field)
        if parts[0] != account.customer:
            raise invalid(field, "not_the_same_customer")
        return await self._account(context, parts, field, fx.CreateDeal, call)

    async def _order_if_done(self, settled: Settled, parent: str) -> pb.Order | None:
        order = result_if_done(settled, fx.FxOrder)
        if order is None:
            return None
        return convert.order_to_proto(order, parent, await self._names([order.credit_account]))

    async def _names(self, numbers: Iterable[str]) -> convert.NameOf:
        """Looks up the resource names of these account numbers, each once."""
        names = {number: await self._directory.name(number) for number in set(numbers)}
        return names.__getitem__


def _parent(parts: tuple[str, ...]) -> str:
    return f"customers/{parts[0]}/accounts/{parts[1]}"


def _refuse_other_currency(account: RegisteredAccount, currency: str) -> None:
    if account.currency != currency:
        raise RefusalError(Code.CURRENCY_MISMATCH)


def build(parts: Parts) -> Service:
    handlers = FxHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["FxService"].full_name,
        methods=(
            unary("ListRates", pb.ListRatesRequest, pb.ListRatesResponse, handlers.list_rates),
            unary("GetRate", pb.GetRateRequest, pb.Rate, handlers.get_rate),
            unary("CreateQuote", pb.CreateQuoteRequest, pb.Quote, handlers.create_quote),
            unary("CreateDeal", pb.CreateDealRequest, pb.CreateDealResponse, handlers.create_deal),
            unary("GetDeal", pb.GetDealRequest, pb.Deal, handlers.get_deal),
            unary("ListDeals", pb.ListDealsRequest, pb.ListDealsResponse, handlers.list_deals),
            unary("CreateOrder", pb.CreateOrderRequest, pb.CreateOrderResponse, handlers.create_order),
            unary("CancelOrder", pb.CancelOrderRequest, pb.CancelOrderResponse, handlers.cancel_order),
            unary("GetOrder", pb.GetOrderRequest, pb.Order, handlers.get_order),
            unary("ListOrders", pb.ListOrdersRequest, pb.ListOrdersResponse, handlers.list_orders),
        ),
    )
