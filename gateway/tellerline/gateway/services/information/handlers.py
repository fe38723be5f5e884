"""Handlers of ``InformationService``."""

from __future__ import annotations

from tellerline.api.information.v1 import information_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.figures import currency_from_proto
from tellerline.gateway.services.information import convert
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.public import Asking, let_in, source_to_proto
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.routing.information.offers import Fees, Products
from tellerline.routing.information.places import Found, Places, Search
from tellerline.routing.information.rates import DepositRates, ExchangeRates, LoanRates, TreasuryBonds
from tellerline.routing.model.codes import Code

_MOST = 64


class InformationHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list_deposit_rates(
        self, request: pb.ListDepositRatesRequest, call: CallContext
    ) -> pb.ListDepositRatesResponse:
        asking = let_in(self._parts, "ListDepositRates", request.context, call)
        currency = currency_from_proto(request.currency_code or asking.home, "currency_code")
        kind = convert.DEPOSIT_KINDS.from_proto(request.kind, "kind") if request.kind else None
        day = asking.day(request.date if request.HasField("date") else None)
        held = await asking.held(DepositRates)
        rates = [rate for rate in held.table.listed(currency, day) if kind in (None, rate.kind)]
        return pb.ListDepositRatesResponse(
            deposit_rates=[convert.deposit_rate_to_proto(rate) for rate in rates], source=source_to_proto(held.version)
        )

    async def list_loan_rates(self, request: pb.ListLoanRatesRequest, call: CallContext) -> pb.ListLoanRatesResponse:
        asking = let_in(self._parts, "ListLoanRates", request.context, call)
        kind = convert.LOAN_KINDS.from_proto(request.kind, "kind") if request.kind else None
        day = asking.day(request.date if request.HasField("date") else None)
        held = await asking.held(LoanRates)
        rates = [rate for rate in held.table.listed(day) if kind in (None, rate.kind)]
        return pb.ListLoanRatesResponse(
            loan_rates=[convert.loan_rate_to_proto(rate) for rate in rates], source=source_to_proto(held.version)
        )

    async def list_exchange_rates(
        self, request: pb.ListExchangeRatesRequest, call: CallContext
    ) -> pb.ListExchangeRatesResponse:
        asking = let_in(self._parts, "ListExchangeRates", request.context, call)
        wanted = currency_from_proto(request.currency_code, "currency_code") if request.currency_code else ""
        live = await asking.live_rates(asking.home)
        if live is not None:
            rates = sorted(live.rates, key=lambda rate: rate.base)
            return pb.ListExchangeRatesResponse(
                exchange_rates=[convert.live_rate_to_proto(rate) for rate in rates if wanted in ("", rate.base)],
                rate_source=pb.RATE_SOURCE_LIVE,
            )
        held = await asking.held(ExchangeRates)
        return pb.ListExchangeRatesResponse(
            exchange_rates=[
                convert.exchange_rate_to_proto(rate, held.table)
                for rate in held.table.rates.values()
                if wanted in ("", rate.currency)
            ],
            rate_source=pb.RATE_SOURCE_TABLE,
            source=source_to_proto(held.version),
        )

    async def list_treasury_bonds(
        self, request: pb.ListTreasuryBondsRequest, call: CallContext
    ) -> pb.ListTreasuryBondsResponse:
        asking = let_in(self._parts, "ListTreasuryBonds", request.context, call)
        day = asking.day(request.date if request.HasField("date") else None)
        held = await asking.held(TreasuryBonds)
        return pb.ListTreasuryBondsResponse(
            treasury_bonds=[convert.bond_to_proto(bond, asking.said) for bond in held.table.listed(day)],
            source=source_to_proto(held.version),
        )

    async def list_fees(self, request: pb.ListFeesRequest, call: CallContext) -> pb.ListFeesResponse:
        asking = let_in(self._parts, "ListFees", request.context, call)
        category = checked_text(request.category, "category", _MOST)
        day = asking.day(request.date if request.HasField("date") else None)
        held = await asking.held(Fees)
        return pb.ListFeesResponse(
            fees=[convert.fee_to_proto(fee, asking.said) for fee in held.table.charged(day, category)],
            source=source_to_proto(held.version),
        )

    async def list_branches(self, request: pb.ListBranchesRequest, call: CallContext) -> pb.ListBranchesResponse:
        asking = let_in(self._parts, "ListBranches", request.context, call)
        limit, after = page_size(request.page_size), number_of(request, request.page_token)
        search = _search(request, asking)
        held = await asking.held(Places)
        found = held.table.find(search)
        shown = found[after : after + limit]
        more = after + limit < len(found)
        return pb.ListBranchesResponse(
            branches=[_branch(each, asking) for each in shown],
            next_page_token=page_token(request, str(after + limit)) if more else "",
            source=source_to_proto(held.version),
        )

    async def get_branch(self, request: pb.GetBranchRequest, call: CallContext) -> pb.Branch:
        asking = let_in(self._parts, "GetBranch", request.context, call)
        [code] = segments(request.name, "branches/*", "name")
        place = (await asking.held(Places)).table.get(code)
        if place is None:
            raise RefusalError(Code.BRANCH_NOT_FOUND)
        return _branch(Found(place), asking)

    async def list_products(self, request: pb.ListProductsRequest, call: CallContext) -> pb.ListProductsResponse:
        asking = let_in(self._parts, "ListProducts", request.context, call)
        category = checked_text(request.category, "category", _MOST)
        day = asking.day(request.date if request.HasField("date") else None)
        held = await asking.held(Products)
        return pb.ListProductsResponse(
            products=[convert.product_to_proto(each, asking.said) for each in held.table.offered(day, category)],
            source=source_to_proto(held.version),
        )

    async def get_product(self, request: pb.GetProductRequest, call: CallContext) -> pb.Product:
        asking = let_in(self._parts, "GetProduct", request.context, call)
        [code] = segments(request.name, "products/*", "name")
        product = (await asking.held(Products)).table.get(code)
        if product is None:
            raise RefusalError(Code.PRODUCT_NOT_FOUND)
        return convert.product_to_proto(product, asking.said)


def _search(request: pb.ListBranchesRequest, asking: Asking) -> Search:
    near = convert.point_from_proto(request.near, "near") if request.HasField("near") else None
    if request.radius_meters < 0:
        raise invalid("radius_meters", "negative")
    if request.radius_meters and near is None:
        raise invalid("near", "missing")
    return Search(
        query=checked_words(request.query, "query", _MOST),
        district=checked_words(request.district, "district", _MOST),
        kind=convert.PLACE_KINDS.from_proto(request.kind, "kind") if request.kind else None,
        service=checked_text(request.service, "service", _MOST),
        open_at=asking.now if request.open_only else None,
        near=near,
        radius=request.radius_meters,
    )


def _branch(found: Found, asking: Asking) -> pb.Branch:
    return convert.branch_to_proto(found, asking.now, asking.said, english=asking.english)


def build(parts: Parts) -> Service:
    on = InformationHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["InformationService"].full_name,
        methods=(
            unary("ListDepositRates", pb.ListDepositRatesRequest, pb.ListDepositRatesResponse, on.list_deposit_rates),
            unary("ListLoanRates", pb.ListLoanRatesRequest, pb.ListLoanRatesResponse, on.list_loan_rates),
            unary(
                "ListExchangeRates",
                pb.ListExchangeRatesRequest,
                pb.ListExchangeRatesResponse,
                on.list_exchange_rates,
            ),
            unary(
                "ListTreasuryBonds",
                pb.ListTreasuryBondsRequest,
                pb.ListTreasuryBondsResponse,
                on.list_treasury_bonds,
            ),
            unary("ListFees", pb.ListFeesRequest, pb.ListFeesResponse, on.list_fees),
            unary("ListBranches", pb.ListBranchesRequest, pb.ListBranchesResponse, on.list_branches),
            unary("GetBranch", pb.GetBranchRequest, pb.Branch, on.get_branch),
            unary("ListProducts", pb.ListProductsRequest, pb.ListProductsResponse, on.list_products),
            unary("GetProduct", pb.GetProductRequest, pb.Product, on.get_product),
        ),
    )
