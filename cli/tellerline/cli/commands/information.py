"""``tellerline information``: rates, fees, branches and products, as anybody may ask for them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellerline.cli.figures import date_json, percent_text, point_json
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import date_text

ORDER = 340
_SERVICE = "information.v1.InformationService"
_KINDS = {
    "DEMAND": ("demand", "活期"),
    "TERM": ("term", "整存整取"),
    "INSTALMENT": ("instalment", "零存整取"),
    "CALL": ("call", "通知存款"),
    "AGREEMENT": ("agreement", "协定存款"),
    "CONSUMER": ("consumer", "消费贷款"),
    "HOUSING": ("housing", "住房贷款"),
    "PROVIDENT_FUND": ("provident fund", "公积金贷款"),
    "BUSINESS": ("business", "经营贷款"),
    "COUPON": ("coupon", "附息"),
    "BULLET": ("paid back once", "到期一次还本付息"),
    "DISCOUNT": ("discount", "贴现"),
}

DateOption = Annotated[str, typer.Option("--date", help="As of this day (2026-01-31); else today.")]
CategoryOption = Annotated[str, typer.Option("--category", help="Only this area.")]


def register(app: typer.Typer) -> None:
    information = typer.Typer(no_args_is_help=True, help="Rates, fees, branches, products. 公共信息")
    information.command("deposit-rates")(deposit_rates)
    information.command("loan-rates")(loan_rates)
    information.command("exchange-rates")(exchange_rates)
    information.command()(bonds)
    information.command()(fees)
    information.command()(branches)
    information.command()(products)
    app.add_typer(information, name="information")


def deposit_rates(
    date: DateOption = "",
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217; else the bank's own.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Show the deposit rates of a day. 存款利率"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListDepositRates", currency_code=currency, date=_day(date))
    rows = [
        (
            _kind(out, rate["kind"]),
            _term(out, rate),
            percent_text(rate["annual_rate"]),
            date_text(rate["effective_date"]),
        )
        for rate in reply["deposit_rates"]
    ]
    columns = (out.text("deposit", "存款"), out.text("term", "期限"), out.text("a year", "年利率"))
    out.table((*columns, out.text("since", "执行日期")), rows)
    _source(out, reply)


def _term(out: Output, rate: dict[str, Any]) -> str:
    if rate["term_months"]:
        return out.text(f"{rate['term_months']} months", f"{rate['term_months']}个月")
    days = rate["notice_days"]
    return out.text(f"{days} days' notice", f"{days}天通知") if days else "–"


def loan_rates(date: DateOption = "", gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show the loan rates of a day. 贷款利率"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListLoanRates", date=_day(date))
    rows = [
        (
            _kind(out, rate["kind"]),
            out.text(f"up to {rate['up_to_months']} months", f"{rate['up_to_months']}个月以内（含）"),
            percent_text(rate["annual_rate"]),
            date_text(rate["effective_date"]),
        )
        for rate in reply["loan_rates"]
    ]
    columns = (out.text("loan", "贷款"), out.text("term", "期限"), out.text("a year", "年利率"))
    out.table((*columns, out.text("since", "执行日期")), rows)
    _source(out, reply)


def exchange_rates(
    currency: Annotated[str, typer.Argument(help="Only this currency (ISO 4217).")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Show what the bank pays and asks for foreign currencies now. 外汇牌价"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListExchangeRates", currency_code=currency)
    rows = [
        (rate["currency_code"], *(rate[f"{side}_rate"]["value"] for side in ("bid", "mid", "ask")))
        for rate in reply["exchange_rates"]
    ]
    columns = (out.text("bid", "现汇买入价"), out.text("middle", "中间价"), out.text("ask", "现汇卖出价"))
    out.table((out.text("one unit of", "币种（1单位）"), *columns), rows)
    if reply["rate_source"] == "RATE_SOURCE_LIVE":
        out.say("live, from the dealing system", "实时牌价", style="dim")
    else:
        out.say(
            "The dealing system gives no quote: from the bank's table.",
            "外汇主机暂无报价，以下为参考牌价。",
            style="yellow",
        )
        _source(out, reply)


def bonds(date: DateOption = "", gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show the treasury bonds that are sold or quoted. 国债"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListTreasuryBonds", date=_day(date))
    rows = [
        (
            bond["name"].partition("/")[2],
            bond["display_name"],
            _kind(out, bond["kind"]),
            percent_text(bond["coupon_rate"]),
            date_text(bond["maturity_date"]),
            bond["clean_price"]["value"] if bond.get("clean_price") else "–",
        )
        for bond in reply["treasury_bonds"]
    ]
    columns = (
        out.text("code", "代码"),
        out.text("bond", "国债"),
        out.text("pays", "付息方式"),
        out.text("rate", "票面利率"),
    )
    out.table((*columns, out.text("due", "到期日"), out.text("clean price", "净价")), rows)
    _source(out, reply)


def fees(
    category: CategoryOption = "", date: DateOption = "", gateway: GatewayOption = "", json: JsonOption = False
) -> None:
    """Show what services cost. 收费标准"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListFees", category=category, date=_day(date))
    rows = [(fee["display_name"], fee["charge"], fee["category"]) for fee in reply["fees"]]
    out.table((out.text("service", "项目"), out.text("charge", "收费标准"), out.text("area", "类别")), rows)
    _source(out, reply)


def branches(
    query: Annotated[str, typer.Argument(help="Part of a name or an address.")] = "",
    district: Annotated[str, typer.Option("--district", help="Only in this district.")] = "",
    near: Annotated[str, typer.Option("--near", help="latitude,longitude: the nearest first.")] = "",
    radius: Annotated[int, typer.Option("--radius", min=0, help="Only within so many metres of --near.")] = 0,
    machines: Annotated[bool, typer.Option("--atm", help="Only cash machines.")] = False,
    open_now: Annotated[bool, typer.Option("--open", help="Only what is open now.")] = False,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Find branches and cash machines. 网点与自助设备"""
    out = Output(json=json)
    wanted: dict[str, Any] = {"query": query, "district": district, "radius_meters": radius, "open_only": open_now}
    wanted |= {"near": point_json(near) if near else "", "kind": "KIND_ATM" if machines else ""}
    reply = _call(out, gateway, "ListBranches", page_size=200, **wanted)
    rows = [
        (
            branch["display_name"],
            f"{branch['distance_meters']:,} m" if near else branch["district"],
            branch["address"],
            "; ".join(branch["opening_hours"]),
            out.text("open", "营业中") if branch["open"] else out.text("closed", "已打烊"),
        )
        for branch in reply["branches"]
    ]
    where = out.text("distance", "距离") if near else out.text("district", "区县")
    out.table((out.text("place", "网点"), where, out.text("address", "地址"), out.text("hours", "营业时间"), ""), rows)
    _source(out, reply)


def products(
    category: CategoryOption = "", date: DateOption = "", gateway: GatewayOption = "", json: JsonOption = False
) -> None:
    """Show what the bank offers, the newest first. 产品"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListProducts", category=category, date=_day(date))
    rows = [(each["display_name"], date_text(each["start_date"]), each["summary"]) for each in reply["products"]]
    out.table((out.text("product", "产品"), out.text("since", "推出日期"), out.text("summary", "简介")), rows)
    _source(out, reply)


def _kind(out: Output, kind: str) -> str:
    word = kind.partition("_KIND_")[2]
    return out.text(*_KINDS.get(word, (word, word)))


def _day(text: str) -> Any:
    return date_json(text) if text else ""


def _source(out: Output, reply: dict[str, Any]) -> None:
    """Ends every answer: the document, or which version of which table it was read from."""
    out.result(reply)
    version = (reply.get("source") or {}).get("version", "")
    out.say(version, version, style="dim")


def _call(out: Output, gateway: str, method: str, **fields: Any) -> dict[str, Any]:
    request = {"context": operator_context(), **{name: value for name, value in fields.items() if value}}
    return ask(out, gateway, lambda client: client.call(f"{_SERVICE}/{method}", request))
