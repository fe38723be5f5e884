"""``tellerline trace``: what became of a transaction, and everything that happened in a telephone call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tellerline.adapters.clock import SystemClock
from tellerline.cli.commands.transactions import find_transaction
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, connected, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import show_transaction
from tellerline.cli.system.running import running_systems

if TYPE_CHECKING:
    from tellerline.cli.tracing.happened import Happened
    from tellerline.gateway.client import Client

ORDER = 310
_PURSUED = {"TRANSACTION_STATE_IN_DOUBT", "TRANSACTION_STATE_PENDING", "TRANSACTION_STATE_QUEUED"}
_LOOK_AGAIN_SECONDS = 0.2
_CALLS = "calls/"
_NO_CALL_CENTRE = "NO_CALL_CENTRE"


def register(app: typer.Typer) -> None:
    app.command()(trace)


def trace(
    name: Annotated[str, typer.Argument(help="A serial (global, channel's, host's); a call; or calls/CALL.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds until a transaction is definite, or for people.")] = 0,
    agent: Annotated[str, typer.Option(help="See a call as this agent may; else as an operator.")] = "",
    call_centre: Annotated[str, typer.Option("--call-centre", help="host:port; else the running system's.")] = "",
    spoken: Annotated[str, typer.Option("--lang", help="zh or en; else the terminal's.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Show a transaction with its whole history, or a telephone call with all that was done in it. 查询交易或来电全程

    Ends with 0 whatever became of it, and with 3 when ``--wait`` was not long enough.
    """
    if spoken not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--lang")
    out = Output(json=json, spoken=spoken)
    centre = _Centre(call_centre or _call_centre_beside(gateway), agent)
    if name.startswith(_CALLS):
        _trace_call(out, name.removeprefix(_CALLS), gateway, centre)
        return
    transaction = _transaction(out, name, wait, gateway)
    if transaction:
        out.result(transaction)
        show_transaction(out, transaction)
        if wait and _pursued(transaction):
            raise typer.Exit(Exit.UNKNOWN)
    elif centre.address:
        _trace_call(out, name, gateway, centre)
    else:
        text = f"No transaction has the serial {name}."
        out.fail(Exit.REFUSED, "TRANSACTION_NOT_FOUND", text, f"没有流水号为 {name} 的交易。")


class _Centre:
    """Where a call centre answers, and as whom it is asked."""

    def __init__(self, address: str, agent: str) -> None:
        self.address = address
        self._agent = agent

    async def events(self, out: Output, call: str) -> tuple[str, list[Happened]]:
        from tellerline.cli.tracing.reading import events_of
        from tellerline.gateway.client import CanonicalError

        try:
            async with connected(self.address) as client:
                return await events_of(client, call, self._agent)
        except CanonicalError as error:
            if error.code == "NO_SUCH_CALL":
                _unknown(out, call)
            if not error.code and error.status.name == "UNAVAILABLE":
                text = f"No call centre answers at {self.address}.", f"{self.address} 没有客服中心应答。"
                out.fail(Exit.UNREACHABLE, "UNREACHABLE", *text)
            raise


def _unknown(out: Output, call: str) -> NoReturn:
    text = f"There is no call {call}, and no transaction of this serial.", f"没有编号为 {call} 的来电或交易。"
    out.fail(Exit.REFUSED, "NO_SUCH_CALL", *text)


def _call_centre_beside(gateway: str) -> str:
    """Of the newest system that runs here, or of the one whose gateway this is; empty where there is none."""
    found = (system for system in running_systems() if gateway in ("", system.gateway))
    system = next(found, None)
    return "" if system is None else system.call_centre


def _trace_call(out: Output, call: str, gateway: str, centre: _Centre) -> None:
    from tellerline.cli.tracing.reading import transactions_of
    from tellerline.cli.tracing.showing import document, show
    from tellerline.cli.tracing.timeline import timeline

    if not centre.address:
        text = (
            "No call centre runs here. Name one: --call-centre HOST:PORT",
            "本机没有运行中的客服中心，请用 --call-centre 指定。",
        )
        out.fail(Exit.UNREACHABLE, _NO_CALL_CENTRE, *text)

    async def work(client: Client) -> tuple[str, list[Happened], list[dict[str, Any]]]:
        trace_id, happened = await centre.events(out, call)
        return trace_id, happened, await transactions_of(client, call)

    trace_id, happened, transactions = ask(out, gateway, work)
    line = timeline(call, trace_id, happened, transactions)
    out.result(document(line, transactions))
    show(out, line)


def _transaction(out: Output, serial: str, wait: float, gateway: str) -> dict[str, Any]:
    """By any of its serials, once it is definite or ``wait`` seconds have passed; empty where there is none."""
    clock = SystemClock()

    async def work(client: Client) -> dict[str, Any]:
        until = clock.monotonic() + wait
        found = await find_transaction(client, serial)
        while True:
            transaction = await _get(client, found) if found else {}
            if not _pursued(transaction) or clock.monotonic() >= until:
                return transaction
            await clock.sleep(_LOOK_AGAIN_SECONDS)

    return ask(out, gateway, work)


def _pursued(transaction: dict[str, Any]) -> bool:
    """Whether the gateway itself will still learn more about it."""
    return transaction.get("info", {}).get("state") in _PURSUED


async def _get(client: Client, name: str) -> dict[str, Any]:
    request = {"context": operator_context(), "name": name}
    return await client.call("operations.v1.OperationsService/GetTransaction", request)
