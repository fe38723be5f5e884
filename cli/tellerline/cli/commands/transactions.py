"""``tellerline transfer``: money moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, new_serial, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import money_text

if TYPE_CHECKING:
    from tellerline.gateway.client import Client

ORDER = 300
_UNSETTLED = {
    "TRANSACTION_STATE_IN_DOUBT",
    "TRANSACTION_STATE_PENDING",
    "TRANSACTION_STATE_QUEUED",
    "TRANSACTION_STATE_MANUAL",
}


def register(app: typer.Typer) -> None:
    app.command()(transfer)


def transfer(
    debit: Annotated[str, typer.Argument(help="Account: customers/…/accounts/N, or CUSTOMER/N.")],
    credit: Annotated[str, typer.Argument(help="The payee's account number.")],
    amount: Annotated[str, typer.Argument(help="Amount and currency: 100.00CNY.")],
    bank: Annotated[str, typer.Option(help="The payee's bank code, for another bank.")] = "",
    name: Annotated[str, typer.Option(help="The payee's name, compared by the host.")] = "",
    narrative: Annotated[str, typer.Option(help="Text on both statements.")] = "",
    serial: Annotated[str, typer.Option(help="Channel serial; the same one twice moves money once.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Move money from a registered account. 转账

    Ends with 0 when done, 1 when refused, and 3 when the outcome is not known yet.
    """
    from tellerline.cli.arguments import ArgumentError, request_from_words
    from tellerline.gateway.client import Contract

    out = Output(json=json)
    payee = "other_bank_payee" if bank else "registered_payee"
    words = {
        "transfer.debit_account": account_name(debit),
        "transfer.amount": amount,
        f"transfer.{payee}.account_number": credit,
        f"transfer.{payee}.bank_code": bank,
        f"transfer.{payee}.display_name": name,
        "transfer.narrative": narrative,
    }
    method = "transfers.v1.TransferService/CreateTransfer"
    try:
        request = request_from_words(
            [f"{key}={value}" for key, value in words.items() if value], Contract().method(method).request
        )
    except ArgumentError as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", str(error), str(error))
    request["context"] = operator_context(channel_serial=serial or new_serial())
    reply = ask(out, gateway, lambda client: client.call(method, request))
    _show_transfer(out, reply)


def _show_transfer(out: Output, reply: dict[str, Any]) -> None:
    out.result(reply)
    info = reply["transaction"]
    serial = info["ref"]["global_serial"]
    if info["state"] in _UNSETTLED:
        out.say(
            f"{serial}: not known yet. The gateway is finding out; do not send it again under another serial.",
            f"{serial}：结果未知，网关正在查证；请勿换流水号重发。",
            style="yellow",
        )
        out.hint(f"tellerline trace {serial}", "follow it", "跟踪处理过程")
        raise typer.Exit(Exit.UNKNOWN)
    balance = money_text(reply["balance_after_amount"])
    out.say(f"{serial}: done, balance {balance}", f"{serial}：成功，余额 {balance}", style="green")
    out.hint(f"tellerline trace {serial}", "its whole history", "查看全部过程")


def account_name(text: str) -> str:
    """``8000000001/2`` is short for ``customers/8000000001/accounts/2``."""
    if text.startswith("customers/"):
        return text
    customer, _, sequence = text.partition("/")
    return f"customers/{customer}/accounts/{sequence or 1}"


async def find_transaction(client: Client, serial: str) -> str:
    """Its name, by any of its serials; empty where there is none."""
    for field in ("global_serial", "channel_serial", "host_serial"):
        request = {"context": operator_context(), field: serial, "page_size": 1}
        page = await client.call("operations.v1.OperationsService/SearchTransactions", request)
        for transaction in page["transactions"]:
            return str(transaction["name"])
    return ""
