"""Public information, calculators and tables as a channel meets them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as ProtoDecimal
from google.type.latlng_pb2 import LatLng
from google.type.money_pb2 import Money

from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, CHANNEL_COUNTER
from tellerline.api.information.v1 import calculators_pb2 as calc
from tellerline.api.information.v1 import information_pb2 as pb
from tellerline.api.information.v1 import tables_pb2 as tables
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model import fx
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, Rejected, Unknown


def day(text: str) -> Date:
    year, month, of = map(int, text.split("-"))
    return Date(year=year, month=month, day=of)


def cny(units: int, nanos: int = 0) -> Money:
    return Money(currency_code="CNY", units=units, nanos=nanos)


def stranger(platform: Any, **fields: Any) -> Any:
    """Somebody at a telephone who has proved nothing."""
    return platform.context(customer="", grant="", **fields)


async def test_deposit_rates_of_a_day_and_kind(platform: Any) -> None:
    request = pb.ListDepositRatesRequest(context=stranger(platform), date=day("2015-10-24"), kind=pb.DEPOSIT_KIND_TERM)
    reply = await platform.send("ListDepositRates", request, pb.ListDepositRatesResponse)
    assert [(each.term_months, each.annual_rate.value) for each in reply.deposit_rates] == [
        (3, "1.10"),
        (6, "1.30"),
        (12, "1.50"),
        (24, "2.10"),
        (36, "2.75"),
    ]
    assert reply.source.version == "tables/deposit-rates/versions/0"


async def test_loan_rates_of_today(platform: Any) -> None:
    request = pb.ListLoanRatesRequest(context=stranger(platform), kind=pb.LOAN_KIND_HOUSING)
    reply = await platform.send("ListLoanRates", request, pb.ListLoanRatesResponse)
    assert [(each.above_months, each.up_to_months, each.annual_rate.value) for each in reply.loan_rates] == [
        (0, 60, "3.00"),
        (60, 360, "3.05"),
    ]


def live(base: str, quote: str, bid: str) -> fx.FxRate:
    return fx.FxRate(base=base, quote_currency=quote, bid=bid, ask="9", mid="8", reference_date="2026-01-05")


async def test_exchange_rates_are_the_hosts_while_it_answers(platform: Any) -> None:
    platform.host.answers[fx.ListRates] = Done(result=fx.FxRates(rates=(live("USD", "CNY", "7.01"),)))
    request = pb.ListExchangeRatesRequest(context=stranger(platform))
    reply = await platform.send("ListExchangeRates", request, pb.ListExchangeRatesResponse)
    assert (reply.rate_source, reply.source.version) == (pb.RATE_SOURCE_LIVE, "")
    assert [(each.currency_code, each.bid_rate.value) for each in reply.exchange_rates] == [("USD", "7.01")]


@pytest.mark.parametrize(
    "answer", [Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout"), Rejected(code=Code.HOST_UNAVAILABLE)]
)
async def test_exchange_rates_are_the_tables_while_the_host_does_not(platform: Any, answer: Any) -> None:
    platform.host.answers[fx.ListRates] = answer
    request = pb.ListExchangeRatesRequest(context=stranger(platform), currency_code="USD")
    reply = await platform.send("ListExchangeRates", request, pb.ListExchangeRatesResponse)
    assert (reply.rate_source, reply.source.version) == (pb.RATE_SOURCE_TABLE, "tables/exchange-rates/versions/0")
    assert [(each.currency_code, each.bid_rate.value) for each in reply.exchange_rates] == [("USD", "6.9740")]


async def test_a_host_that_stalls_leaves_time_for_the_table(platform: Any) -> None:
    """No host is asked when nothing would be left to answer in."""
    platform.call.deadline = platform.clock.monotonic() + 0.1
    request = pb.ListExchangeRatesRequest(context=stranger(platform))
    reply = await platform.send("ListExchangeRates", request, pb.ListExchangeRatesResponse)
    assert (reply.rate_source, platform.host.asked) == (pb.RATE_SOURCE_TABLE, [])


async def test_texts_are_in_the_callers_language(platform: Any) -> None:
    said = []
    for language in ("zh-CN", "en"):
        request = pb.ListFeesRequest(context=stranger(platform, language_code=language), category="transfer")
        reply = await platform.send("ListFees", request, pb.ListFeesResponse)
        said.append(reply.fees[0].charge)
    assert said == ["免费", "free"]


async def test_branches_come_in_pages_nearest_first(platform: Any) -> None:
    request = pb.ListBranchesRequest(
        context=stranger(platform), near=LatLng(latitude=31.2362, longitude=121.4905), page_size=5
    )
    seen: list[Any] = []
    while True:
        reply = await platform.send("ListBranches", request, pb.ListBranchesResponse)
        seen += reply.branches
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert len(seen) == len({each.name for each in seen}) == 16
    assert [each.distance_meters for each in seen] == sorted(each.distance_meters for each in seen)
    assert seen[0].name == "branches/3100"
    assert seen[-1].distance_meters > 25_000


async def test_what_is_open_at_nine_on_a_monday_in_shanghai(platform: Any) -> None:
    request = pb.ListBranchesRequest(context=stranger(platform), open_only=True, kind=pb.Branch.KIND_BRANCH)
    reply = await platform.send("ListBranches", request, pb.ListBranchesResponse)
    assert len(reply.branches) == 8
    assert all(each.open for each in reply.branches)
    await platform.clock.advance(12 * 3600)
    assert not (await platform.send("ListBranches", request, pb.ListBranchesResponse)).branches


async def test_one_branch_and_one_product_by_name(platform: Any) -> None:
    get = pb.GetBranchRequest(context=stranger(platform, language_code="en"), name="branches/3101")
    assert (await platform.send("GetBranch", get, pb.Branch)).display_name == "Lujiazui branch"
    wanted = pb.GetProductRequest(context=stranger(platform, language_code="en"), name="products/lump-sum")
    assert (await platform.send("GetProduct", wanted, pb.Product)).display_name == "Term deposit"


REFUSED = [
    (pb.GetBranchRequest(name="branches/9"), pb.Branch, Code.BRANCH_NOT_FOUND),
    (pb.GetProductRequest(name="products/9"), pb.Product, Code.PRODUCT_NOT_FOUND),
    (pb.ListBranchesRequest(radius_meters=5), pb.ListBranchesResponse, Code.INVALID_REQUEST),
    (pb.ListBranchesRequest(radius_meters=-5), pb.ListBranchesResponse, Code.INVALID_REQUEST),
    (pb.ListBranchesRequest(near=LatLng(latitude=float("nan"))), pb.ListBranchesResponse, Code.INVALID_REQUEST),
    (pb.ListDepositRatesRequest(currency_code="yuan"), pb.ListDepositRatesResponse, Code.INVALID_REQUEST),
    (pb.ListDepositRatesRequest(date=day("2026-02-30")), pb.ListDepositRatesResponse, Code.INVALID_REQUEST),
    (calc.CalculateBondYieldRequest(bond="treasuryBonds/X"), calc.CalculateBondYieldResponse, Code.BOND_NOT_FOUND),
    (calc.CalculateBondYieldRequest(), calc.CalculateBondYieldResponse, Code.INVALID_REQUEST),
    (calc.AssessCreditRequest(), calc.AssessCreditResponse, Code.INVALID_REQUEST),
    (
        calc.CalculateDepositInterestRequest(
            kind=pb.DEPOSIT_KIND_TERM, amount=cny(1), deposit_date=day("2026-01-01"), term_months=7
        ),
        calc.CalculateDepositInterestResponse,
        Code.RATE_NOT_FOUND,
    ),
    (
        calc.CalculateLoanRepaymentRequest(
            amount=cny(1),
            term_months=361,
            method=calc.REPAYMENT_METHOD_EQUAL_PRINCIPAL,
            kind=pb.LOAN_KIND_HOUSING,
        ),
        calc.CalculateLoanRepaymentResponse,
        Code.RATE_NOT_FOUND,
    ),
    (
        calc.CalculateLoanRepaymentRequest(
            amount=cny(1),
            term_months=1,
            method=calc.REPAYMENT_METHOD_EQUAL_PRINCIPAL,
            annual_rate=ProtoDecimal(value="1e3"),
        ),
        calc.CalculateLoanRepaymentResponse,
        Code.INVALID_REQUEST,
    ),
]


@pytest.mark.parametrize(("request_", "response", "code"), REFUSED)
async def test_what_is_refused(platform: Any, refused: Any, request_: Any, response: Any, code: Code) -> None:
    request_.context.CopyFrom(stranger(platform))
    method = type(request_).__name__.removesuffix("Request")
    await refused(code, platform.send(method, request_, response))


async def test_deposit_interest_with_tax_of_its_time(platform: Any) -> None:
    request = calc.CalculateDepositInterestRequest(
        context=stranger(platform, language_code="en"),
        kind=pb.DEPOSIT_KIND_TERM,
        amount=cny(10_000),
        deposit_date=day("2007-02-15"),
        term_months=12,
    )
    reply = await platform.send("CalculateDepositInterest", request, calc.CalculateDepositInterestResponse)
    assert (reply.interest_amount, reply.tax_amount) == (cny(252), cny(31, 340_000_000))
    assert reply.payout_amount == cny(10_220, 660_000_000)
    assert [part.tax_rate.value for part in reply.taxes] == ["20", "5"]
    assert any("财税[2008]132号" in note for note in reply.notes)


async def test_a_demand_deposit_at_a_rate_of_ones_own(platform: Any) -> None:
    request = calc.CalculateDepositInterestRequest(
        context=stranger(platform),
        kind=pb.DEPOSIT_KIND_DEMAND,
        amount=cny(36_000),
        deposit_date=day("2026-01-01"),
        withdrawal_date=day("2026-01-11"),
        annual_rate=ProtoDecimal(value="0.1"),
    )
    reply = await platform.send("CalculateDepositInterest", request, calc.CalculateDepositInterestResponse)
    assert (reply.interest_amount, len(reply.parts)) == (cny(1), 1)


async def test_a_loans_schedule_at_the_tables_rate(platform: Any) -> None:
    request = calc.CalculateLoanRepaymentRequest(
        context=stranger(platform),
        amount=cny(1_000_000),
        term_months=360,
        method=calc.REPAYMENT_METHOD_EQUAL_INSTALMENTS,
        kind=pb.LOAN_KIND_HOUSING,
    )
    reply = await platform.send("CalculateLoanRepayment", request, calc.CalculateLoanRepaymentResponse)
    assert len(reply.instalments) == 360
    assert reply.instalments[-1].balance_amount == cny(0)
    assert reply.instalments[0].annual_rate.value == "3.05"
    assert reply.instalments[0].due_date == day("2026-02-05")
    assert reply.source.version == "tables/loan-rates/versions/0"
    paid = sum(each.payment_amount.units * 10**9 + each.payment_amount.nanos for each in reply.instalments)
    assert paid == reply.total_amount.units * 10**9 + reply.total_amount.nanos


async def convert(platform: Any, amount: Money, currency: str) -> calc.ConvertCurrencyResponse:
    request = calc.ConvertCurrencyRequest(context=stranger(platform), amount=amount, currency_code=currency)
    reply: calc.ConvertCurrencyResponse = await platform.send("ConvertCurrency", request, calc.ConvertCurrencyResponse)
    return reply


async def test_a_conversion_at_the_live_rate_and_at_the_tables(platform: Any, refused: Any) -> None:
    platform.host.answers[fx.GetRate] = Done(result=live("CNY", "USD", "0.1427"))
    reply = await convert(platform, cny(1_000), "USD")
    assert (reply.converted_amount.units, reply.converted_amount.nanos) == (142, 700_000_000)
    assert reply.rate_source == pb.RATE_SOURCE_LIVE
    platform.host.answers[fx.GetRate] = Rejected(code=Code.HOST_UNAVAILABLE)
    reply = await convert(platform, cny(70_036), "USD")
    assert (reply.converted_amount.units, reply.rate_source) == (10_000, pb.RATE_SOURCE_TABLE)
    assert len(reply.notes) == 2
    await refused(Code.RATE_NOT_FOUND, convert(platform, cny(1), "XXX"))
    await refused(Code.INVALID_REQUEST, convert(platform, cny(1), "CNY"))
    platform.host.answers[fx.GetRate] = Rejected(code=Code.CURRENCY_NOT_OFFERED)
    await refused(Code.CURRENCY_NOT_OFFERED, convert(platform, cny(1), "USD"))


async def test_the_yield_of_a_bond_of_the_table_and_of_given_terms(platform: Any) -> None:
    terms = calc.BondTerms(
        kind=pb.BOND_KIND_COUPON,
        coupon_rate=ProtoDecimal(value="5"),
        coupons_per_year=2,
        issue_date=day("1992-06-15"),
        maturity_date=day("2002-06-15"),
    )
    given = calc.CalculateBondYieldRequest(
        context=stranger(platform),
        terms=terms,
        settlement_date=day("1997-01-20"),
        clean_price=ProtoDecimal(value="95"),
    )
    reply = await platform.send("CalculateBondYield", given, calc.CalculateBondYieldResponse)
    assert (reply.yield_to_maturity.value, reply.accrued_interest.value) == ("6.0992", "0.49450549")
    listed = calc.CalculateBondYieldRequest(context=stranger(platform), bond="treasuryBonds/BG2511")
    reply = await platform.send("CalculateBondYield", listed, calc.CalculateBondYieldResponse)
    assert reply.method == calc.CalculateBondYieldResponse.METHOD_COMPOUND
    assert Decimal(reply.yield_to_maturity.value) > Decimal("1.67")
    assert reply.source.version == "tables/treasury-bonds/versions/0"


async def test_a_credit_score_explains_itself(platform: Any) -> None:
    rules = await platform.send(
        "GetCreditRules", calc.GetCreditRulesRequest(context=stranger(platform)), calc.CreditRules
    )
    facts = [
        calc.CreditFact(attribute=each.attribute, value=each.choices[0].value if each.choices else "30")
        for each in rules.attributes
    ]
    request = calc.AssessCreditRequest(context=stranger(platform, language_code="en"), facts=facts)
    reply = await platform.send("AssessCredit", request, calc.AssessCreditResponse)
    assert sum(reason.points for reason in reply.reasons) == reply.points
    assert [reason.attribute for reason in reply.reasons if reason.refuses] == ["overdue_payments"]
    assert (reply.grade, reply.limit_amount.units) == ("C", 0)


def clerk(platform: Any, agent: str) -> Any:
    return platform.context(channel=CHANNEL_COUNTER, grant="", customer="", agent=agent)


async def propose(platform: Any, content: str, agent: str = "SUN") -> tables.TableVersion:
    request = tables.ProposeTableVersionRequest(
        context=clerk(platform, agent),
        parent="tables/fees",
        table_version=tables.TableVersion(content=content, reason="新收费标准"),
    )
    reply: tables.TableVersion = await platform.send("ProposeTableVersion", request, tables.TableVersion)
    return reply


async def test_a_table_is_changed_by_two_people_and_read_by_everybody(platform: Any, refused: Any) -> None:
    made = await propose(platform, "fees = []\n")
    assert (made.name, made.state, made.proposer) == (
        "tables/fees/versions/1",
        tables.TableVersion.STATE_PROPOSED,
        "SUN",
    )
    own = tables.ApproveTableVersionRequest(context=clerk(platform, "sun"), name=made.name)
    await refused(Code.SECOND_PERSON_REQUIRED, platform.send("ApproveTableVersion", own, tables.TableVersion))
    approve = tables.ApproveTableVersionRequest(context=clerk(platform, "LI"), name=made.name, remark="同意")
    approved = await platform.send("ApproveTableVersion", approve, tables.TableVersion)
    assert (approved.state, approved.decider, approved.remark) == (tables.TableVersion.STATE_APPROVED, "LI", "同意")
    fees = await platform.send("ListFees", pb.ListFeesRequest(context=stranger(platform)), pb.ListFeesResponse)
    assert (list(fees.fees), fees.source.version) == ([], made.name)
    listing = tables.ListTableVersionsRequest(context=clerk(platform, "LI"), parent="tables/fees", page_size=1)
    names = []
    while True:
        page = await platform.send("ListTableVersions", listing, tables.ListTableVersionsResponse)
        names += [each.name for each in page.table_versions]
        if not page.next_page_token:
            break
        listing.page_token = page.next_page_token
    assert names == ["tables/fees/versions/1", "tables/fees/versions/0"]


async def test_a_mistake_in_a_table_is_told_with_its_place(platform: Any, refused: Any) -> None:
    refusal: RefusalError = await refused(Code.INVALID_REQUEST, propose(platform, "fees = [{}]"))
    assert refusal.metadata["mistake"].startswith("the file: fees[0]: code")


async def test_who_changes_a_table_must_be_named(platform: Any, refused: Any) -> None:
    await refused(Code.INVALID_REQUEST, propose(platform, "fees = []", agent=" "))


async def test_no_channel_of_customers_may_change_a_table(platform: Any, refused: Any) -> None:
    listing = tables.ListTablesRequest(context=stranger(platform))
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("ListTables", listing, tables.ListTablesResponse))
    agents = tables.ListTablesRequest(context=stranger(platform, channel=CHANNEL_AGENT))
    with pytest.raises(RefusalError):
        await platform.send("ListTables", agents, tables.ListTablesResponse)


async def test_every_table_is_listed_with_what_stands_in_the_way(platform: Any) -> None:
    made = await propose(platform, "fees = []")
    listing = tables.ListTablesRequest(context=clerk(platform, "LI"))
    reply = await platform.send("ListTables", listing, tables.ListTablesResponse)
    assert len(reply.tables) == 9
    [fees] = [each for each in reply.tables if each.name == "tables/fees"]
    assert (fees.proposed.name, fees.current.name, fees.HasField("upcoming")) == (
        made.name,
        "tables/fees/versions/0",
        False,
    )
