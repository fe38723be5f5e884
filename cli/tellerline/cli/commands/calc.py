"""``tellerline calc``: the bank's calculators at the terminal."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from tellerline.cli.figures import date_json, money_json, percent_text, rate_json
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import date_text, money_text

ORDER = 341
_SERVICE = "information.v1.CalculatorService"
_REASONS = {
    "TERM": ("term", "存期内"),
    "EARLY": ("early", "提前支取"),
    "OVERDUE": ("overdue", "逾期"),
    "DEMAND": ("demand", "活期"),
}

AmountArgument = Annotated[str, typer.Argument(help="Such as 10000, 10000.50 or 100USD.")]
RateOption = Annotated[str, typer.Option("--rate", help="Per cent a year; else the bank's table's.")]


class Method(StrEnum):
    EQUAL = "equal"
    PRINCIPAL = "principal"


class LoanKind(StrEnum):
    CONSUMER = "consumer"
    HOUSING = "housing"
    PROVIDENT_FUND = "provident-fund"
    BUSINESS = "business"


_METHODS = {Method.EQUAL: "EQUAL_INSTALMENTS", Method.PRINCIPAL: "EQUAL_PRINCIPAL"}


def register(app: typer.Typer) -> None:
    calc = typer.Typer(no_args_is_help=True, help="Deposits, loans, currencies, bonds, credit reckoned. 计算器")
    calc.command()(deposit)
    calc.command()(loan)
    calc.command()(convert)
    calc.command()(bond)
    calc.command()(credit)
    app.add_typer(calc, name="calc")


def deposit(
    amount: AmountArgument,
    since: Annotated[str, typer.Option("--from", help="The day of the deposit (2026-01-31).")],
    months: Annotated[int, typer.Option("--months", min=0, help="The term; without one a demand deposit.")] = 0,
    until: Annotated[str, typer.Option("--until", help="The day of withdrawal; else the maturity.")] = "",
    rate: RateOption = "",
    actual: Annotated[bool, typer.Option("--actual-days", help="Every day of the term at a 360th.")] = False,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Reckon the interest on a deposit, and its tax. 存款利息"""
    out = Output(json=json)
    request: dict[str, Any] = {
        "kind": f"DEPOSIT_KIND_{'TERM' if months else 'DEMAND'}",
        "amount": money_json(amount),
        "deposit_date": date_json(since),
        "term_months": months,
        "withdrawal_date": date_json(until) if until else None,
        "annual_rate": rate_json(rate) if rate else None,
        "day_count": "DAY_COUNT_ACTUAL_360" if actual else None,
    }
    reply = _call(out, gateway, "CalculateDepositInterest", request)
    names = (out.text("why", "类别"), out.text("from", "起息日"), out.text("to", "止息日"), out.text("time", "计息期"))
    columns = (out.text("rate", "年利率"), out.text("interest", "利息"), out.text("tax", "利息税"))
    out.table((*names, *columns), [_part(out, part) for part in reply["parts"]])
    totals = [
        (out.text("interest", "利息"), money_text(reply["interest_amount"])),
        (out.text("tax", "利息税"), money_text(reply["tax_amount"])),
        (out.text("paid out", "实得本息"), money_text(reply["payout_amount"])),
    ]
    _end(out, reply, totals)


def _part(out: Output, part: dict[str, Any]) -> tuple[str, ...]:
    time = out.text(f"{part['months']} months", f"{part['months']}个月")
    if not part["months"]:
        time = out.text(f"{part['days']} days", f"{part['days']}天")
    return (
        out.text(*_REASONS[part["reason"].removeprefix("REASON_")]),
        date_text(part["start_date"]),
        date_text(part["end_date"]),
        time,
        percent_text(part["annual_rate"]),
        money_text(part["interest_amount"]),
        money_text(part["tax_amount"]),
    )


def loan(
    amount: AmountArgument,
    months: Annotated[int, typer.Option("--months", min=1, max=480, help="The term.")],
    method: Annotated[Method, typer.Option("--method", help="Equal instalments, or equal principal.")] = Method.EQUAL,
    rate: RateOption = "",
    kind: Annotated[LoanKind, typer.Option("--kind", help="Whose rate of the table.")] = LoanKind.HOUSING,
    since: Annotated[str, typer.Option("--from", help="The day of payment; else today.")] = "",
    change: Annotated[list[str] | None, typer.Option("--change", help="DAY=RATE: another rate from then on.")] = None,
    prepay: Annotated[
        list[str] | None, typer.Option("--prepay", help="NUMBER=AMOUNT: repaid with that instalment.")
    ] = None,
    lower: Annotated[bool, typer.Option("--lower", help="Prepayments lower the payment, else the term.")] = False,
    whole: Annotated[bool, typer.Option("--all", help="Every instalment; else the first and the last.")] = False,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Reckon the repayment of a loan, instalment by instalment. 贷款还款计划"""
    out = Output(json=json)
    request: dict[str, Any] = {
        "amount": money_json(amount),
        "term_months": months,
        "method": f"REPAYMENT_METHOD_{_METHODS[method]}",
        "annual_rate": rate_json(rate) if rate else None,
        "kind": None if rate else f"LOAN_KIND_{kind.name}",
        "start_date": date_json(since) if since else None,
        "rate_changes": [
            {"date": date_json(day), "annual_rate": rate_json(to)} for day, to in map(_pair, change or [])
        ],
        "prepayments": [
            {
                "number": int(number) if number.isascii() and number.isdigit() else 0,
                "amount": money_json(paid),
                "effect": "EFFECT_LOWER_PAYMENT" if lower else "EFFECT_SHORTER_TERM",
            }
            for number, paid in map(_pair, prepay or [])
        ],
    }
    reply = _call(out, gateway, "CalculateLoanRepayment", request)
    _schedule(out, reply["instalments"], whole=whole)
    totals = [
        (out.text("instalments", "期数"), str(len(reply["instalments"]))),
        (out.text("interest", "利息合计"), money_text(reply["interest_amount"])),
        (out.text("paid", "还款合计"), money_text(reply["total_amount"])),
    ]
    _end(out, reply, totals)


def _schedule(out: Output, instalments: list[dict[str, Any]], *, whole: bool) -> None:
    fields = ("payment", "principal", "interest", "prepaid", "balance")
    rows = [
        (each["number"], date_text(each["due_date"]), *(money_text(each[f"{name}_amount"]) for name in fields))
        for each in instalments
    ]
    if not whole and len(rows) > 4:
        rows = [*rows[:2], ("…",) * 7, *rows[-2:]]
    names = (out.text("due", "还款日"), out.text("payment", "还款额"), out.text("principal", "本金"))
    more = (out.text("interest", "利息"), out.text("prepaid", "提前还本"), out.text("owed then", "剩余本金"))
    out.table(("#", *names, *more), rows)


def _pair(text: str) -> tuple[str, str]:
    first, separator, second = text.partition("=")
    if not separator:
        raise typer.BadParameter(f"{text!r} has no =")
    return first, second


def convert(
    amount: AmountArgument,
    currency: Annotated[str, typer.Argument(help="The currency to buy (ISO 4217).")],
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Reckon an amount in another currency. 外币兑换"""
    out = Output(json=json)
    reply = _call(out, gateway, "ConvertCurrency", {"amount": money_json(amount), "currency_code": currency})
    totals = [
        (out.text("gives", "可兑得"), money_text(reply["converted_amount"])),
        (out.text("rate", "汇率"), reply["rate"]["value"]),
        (out.text("of", "日期"), date_text(reply["reference_date"])),
    ]
    _end(out, reply, totals)


def bond(
    code: Annotated[str, typer.Argument(help="A bond of `tellerline information bonds`.")],
    price: Annotated[str, typer.Option("--price", help="Clean price per 100; else the bank's.")] = "",
    day: Annotated[str, typer.Option("--on", help="The day of settlement; else today.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Reckon yield and accrued interest of a treasury bond. 国债收益率"""
    out = Output(json=json)
    request: dict[str, Any] = {
        "bond": f"treasuryBonds/{code}",
        "clean_price": rate_json(price) if price else None,
        "settlement_date": date_json(day) if day else None,
    }
    reply = _call(out, gateway, "CalculateBondYield", request)
    totals = [
        (out.text("yield to maturity", "到期收益率"), percent_text(reply["yield_to_maturity"])),
        (out.text("simple yield", "单利收益率"), percent_text(reply["simple_yield"])),
        (out.text("accrued interest", "应计利息"), reply["accrued_interest"]["value"]),
        (out.text("full price", "全价"), reply["full_price"]["value"]),
        (out.text("days left", "剩余天数"), str(reply["remaining_days"])),
    ]
    _end(out, reply, totals)


def credit(
    facts: Annotated[list[str] | None, typer.Argument(help="attribute=value …; without any, what is asked.")] = None,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Reckon a credit grade and limit, rule by rule. 信用评分"""
    out = Output(json=json)
    if not facts:
        _credit_rules(out, _call(out, gateway, "GetCreditRules", {}))
        return
    told = [{"attribute": name, "value": value} for name, value in map(_pair, facts)]
    reply = _call(out, gateway, "AssessCredit", {"facts": told})
    rows = [(each["display_name"], each["condition"], each["points"]) for each in reply["reasons"]]
    out.table((out.text("rule", "规则"), out.text("met", "符合条件"), out.text("points", "得分")), rows)
    totals = [
        (out.text("points", "总分"), str(reply["points"])),
        (out.text("grade", "信用等级"), reply["grade"]),
        (out.text("limit", "信用额度"), money_text(reply["limit_amount"])),
    ]
    _end(out, reply, totals)


def _credit_rules(out: Output, rules: dict[str, Any]) -> None:
    rows = [
        (
            each["attribute"],
            each["display_name"],
            ", ".join(f"{choice['value']} ({choice['display_name']})" for choice in each["choices"]) or each["unit"],
        )
        for each in rules["attributes"]
    ]
    out.table((out.text("attribute", "属性"), "", out.text("answers", "可选答案")), rows)
    _end(out, rules, [])


def _end(out: Output, reply: dict[str, Any], totals: list[tuple[str, str]]) -> None:
    """The sums, and by which rules they came about."""
    out.result(reply)
    if totals:
        out.table(("", ""), totals)
    for note in reply.get("notes", []):
        out.say(f"· {note}", f"· {note}", style="dim")


def _call(out: Output, gateway: str, method: str, fields: dict[str, Any]) -> dict[str, Any]:
    request = {"context": operator_context(), **{name: value for name, value in fields.items() if value}}
    return ask(out, gateway, lambda client: client.call(f"{_SERVICE}/{method}", request))
