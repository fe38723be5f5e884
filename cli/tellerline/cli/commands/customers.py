"""``tellerline customers``: found, registered, seen masked or by a document, and sorted into segments."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import instant_text, money_text

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

ORDER = 315
_SERVICE = "customers.v1.CustomerService"
_COUNTER = "customers.v1.CounterService"
_INTERACTIONS = "customers.v1.InteractionService"
_AT_ONCE = 500
_COLUMNS = ("customer", "contribution", "turnover")
Clerk = Annotated[str, typer.Option("--clerk", help="The clerk who asks; kept in the history.")]
Customer = Annotated[str, typer.Argument(help="Customer number, or customers/….")]
Document = Annotated[str, typer.Option("--document", help="Number of the identity document that you have seen.")]


def register(app: typer.Typer) -> None:
    customers = typer.Typer(no_args_is_help=True, help="Registered customers, masked until proved. 客户")
    customers.command("list")(list_)
    customers.command()(show)
    customers.command("register")(register_customer)
    customers.command()(classify)
    app.add_typer(customers, name="customers")


def list_(
    name: Annotated[str, typer.Option(help="The beginning of the name.")] = "",
    document: Annotated[str, typer.Option(help="The whole number of the identity document.")] = "",
    account: Annotated[str, typer.Option(help="A whole account number.")] = "",
    phone: Annotated[str, typer.Option(help="The whole mobile number.")] = "",
    limit: Annotated[int, typer.Option(help="At most this many.", min=1, max=200)] = 20,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Find customers by what you were told. 查找客户"""
    out = Output(json=json)
    wanted = {"name_prefix": name, "identity_document": document, "account_number": account, "phone_number": phone}
    filters = {field: value for field, value in wanted.items() if value}
    reply = _call(out, gateway, f"{_COUNTER}/ListCustomers", page_size=limit, **filters)
    out.result(reply)
    columns = ("customer", "kind", "name", "document", "mobile", "tier", "segment")
    out.table(columns, [_summary(each) for each in reply["customers"]])
    if reply["next_page_token"]:
        out.say("There are more.", "还有更多客户。")


def _summary(customer: dict[str, Any]) -> list[object]:
    return [
        customer["customer"].removeprefix("customers/"),
        _word(customer["kind"], "KIND_"),
        customer["masked_display_name"],
        customer["masked_identity_document"],
        customer["masked_mobile_number"],
        _word(customer["tier"], "TIER_"),
        _word(customer["segment"], "SEGMENT_"),
    ]


def show(
    customer: Customer,
    document: Document = "",
    clerk: Clerk = "",
    limit: Annotated[int, typer.Option(help="At most this many of the latest happenings.", min=1, max=200)] = 10,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Show who a customer is and what happened last, masked unless you have seen his document. 查看客户"""
    out, name = Output(json=json), _name(customer)
    context = operator_context(agent=clerk, customer=name)
    if document:
        proof = {"context": context, "customer": name, "identity_document": document}
        grant = ask(out, gateway, lambda client: client.call(f"{_COUNTER}/VerifyIdentityDocument", proof))
        context = operator_context(agent=clerk, customer=name, grant=grant["token"])
    view = _call(out, gateway, f"{_INTERACTIONS}/GetCustomerView", context=context, name=f"{name}/view")
    wanted = {"context": context, "parent": name, "page_size": limit}
    happened = _call(out, gateway, f"{_INTERACTIONS}/ListInteractions", **wanted)["interactions"]
    out.result({"view": view, "interactions": happened})
    out.table(("fact", "value"), _facts(view))
    out.heading("Lately", "最近往来")
    out.table(("time", "kind", "channel", "event", "state", "amount", "by"), [_happened(each) for each in happened])


def _facts(view: dict[str, Any]) -> list[list[object]]:
    accounts = (f"{each['account'].rpartition('/')[2]}: …{each['number_ending']}" for each in view["accounts"])
    contacts = (f"{each['masked_value']} ({_word(each['state'], 'STATE_')})" for each in view["contacts"])
    facts = {
        "name": view["display_name"] or view["masked_display_name"],
        "kind": _word(view["kind"], "KIND_"),
        "tier": _word(view["tier"], "TIER_"),
        "segment": _word(view["segment"], "SEGMENT_"),
        "document": view["masked_identity_document"],
        "accounts": ", ".join(accounts),
        "contacts": ", ".join(contacts),
    }
    return [[fact, value] for fact, value in facts.items() if value]


def _happened(each: dict[str, Any]) -> list[object]:
    return [
        instant_text(each["event_time"]),
        _word(each["kind"], "KIND_"),
        _word(each["channel"], "CHANNEL_"),
        each["event"],
        each["code"] or _word(each["state"], "TRANSACTION_STATE_"),
        money_text(each["amount"]) if each.get("amount") else "",
        each["agent"],
    ]


def register_customer(
    name: Annotated[str, typer.Argument(help="Name, or a company's legal name, as the host has it.")],
    document: Annotated[str, typer.Argument(help="Number of the identity document, or the credit code.")],
    company: Annotated[str, typer.Option(help="A company's number at the corporate front-end.")] = "",
    mobile: Annotated[str, typer.Option(help="Mobile number.")] = "",
    clerk: Clerk = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Register a customer whom the host knows. 登记客户"""
    out = Output(json=json)
    customer = {"display_name": name, "identity_document": document, "mobile_number": mobile}
    if company:
        customer["kind"] = "KIND_CORPORATE"
    context = operator_context(agent=clerk)
    registered = _call(
        out,
        gateway,
        f"{_SERVICE}/RegisterCustomer",
        context=context,
        customer=customer,
        **({"customer_id": company} if company else {}),
    )
    out.result(registered)
    out.say(f"{registered['name']}: registered", f"{registered['name']}：已登记", style="green")


def classify(
    figures: Annotated[Path, typer.Argument(help="CSV with the columns customer, contribution and turnover.")],
    day: Annotated[str, typer.Option(help="The day that the figures are of: YYYY-MM-DD.")],
    currency: Annotated[str, typer.Option(help="The rule's currency.")] = "CNY",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Put customers into segments A–D by the bank's figures. 客户细分"""
    from tellerline.cli.arguments import ArgumentError

    out = Output(json=json)
    try:
        rows = _figures(out, figures, currency)
        year, month, day_of_month = (int(part) for part in day.split("-"))
    except (ArgumentError, KeyError, OSError, ValueError) as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", f"cannot be read: {error}", f"无法读取：{error}")
    date = {"year": year, "month": month, "day": day_of_month}
    replies = [
        _call(out, gateway, f"{_COUNTER}/ClassifyCustomers", figures_date=date, figures=rows[start : start + _AT_ONCE])
        for start in range(0, len(rows), _AT_ONCE)
    ]
    found = [each for reply in replies for each in reply["classifications"]]
    unknown = [each for reply in replies for each in reply["unknown_customers"]]
    out.result({"classifications": found, "unknown_customers": unknown})
    out.table(
        ("customer", "before", "segment"),
        [
            [
                each["customer"].removeprefix("customers/"),
                _word(each["earlier_segment"], "SEGMENT_"),
                _word(each["segment"], "SEGMENT_"),
            ]
            for each in found
        ],
    )
    if unknown:
        out.say(f"not registered: {', '.join(unknown)}", f"未登记：{', '.join(unknown)}", style="yellow")


def _figures(out: Output, file: Path, currency: str) -> list[dict[str, Any]]:
    from tellerline.cli.arguments import message_from_words
    from tellerline.gateway.client import Contract

    request = Contract().method(f"{_COUNTER}/ClassifyCustomers").request
    kind = cast("Descriptor", request.DESCRIPTOR.fields_by_name["figures"].message_type)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        read = list(csv.DictReader(lines))
    for number, row in enumerate(read, 2):
        if missing := ", ".join(name for name in _COLUMNS if not row.get(name)):
            out.fail(
                Exit.USAGE,
                "BAD_ARGUMENT",
                f"cannot be read: row {number} has no {missing}",
                f"无法读取：第 {number} 行缺少 {missing}",
            )
    return [
        message_from_words(
            [
                f"customer={_name(row['customer'])}",
                f"contribution_amount={row['contribution']}{currency}",
                f"turnover_amount={row['turnover']}{currency}",
            ],
            kind,
        )
        for row in read
    ]


def _call(out: Output, gateway: str, method: str, **fields: Any) -> dict[str, Any]:
    request = {"context": operator_context(), **fields}
    return ask(out, gateway, lambda client: client.call(method, request))


def _name(customer: str) -> str:
    return customer if customer.startswith("customers/") else f"customers/{customer}"


def _word(value: str, prefix: str) -> str:
    word = str(value).removeprefix(prefix)
    return "" if word == "UNSPECIFIED" else word
