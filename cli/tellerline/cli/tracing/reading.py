"""What the call centre and the gateway know of one call, read through their contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tellerline.cli.gateway_access import operator_context
from tellerline.cli.tracing.happened import Happened, happened

if TYPE_CHECKING:
    from tellerline.gateway.client import Client

_LIST = "calls.v1.CallService/ListCallEvents"
_SEARCH = "operations.v1.OperationsService/SearchTransactions"
_GET = "operations.v1.OperationsService/GetTransaction"
_PAGE = 200


async def events_of(centre: Client, call: str, agent: str = "") -> tuple[str, list[Happened]]:
    """The call's trace id, and its events as ``agent`` may see them; all for an operator. Raises ``CanonicalError``."""
    found: list[Happened] = []
    token = ""
    while True:
        context = operator_context(**({"agent": agent} if agent else {}))
        request = {"context": context, "parent": f"calls/{call}", "page_size": _PAGE, "page_token": token}
        page = await centre.call(_LIST, request)
        found += map(happened, page["events"])
        token = page["next_page_token"]
        if not token:
            return str(page["trace"]), found


async def transactions_of(gateway: Client, call: str) -> list[dict[str, Any]]:
    """Each that was asked for in the call, with its whole history, oldest first; legs of others are within those.

    Enquiries appear some seconds after their answer. Raises ``CanonicalError``.
    """
    names: list[str] = []
    token = ""
    while True:
        request = {"context": operator_context(), "call": call, "page_size": _PAGE, "page_token": token}
        page = await gateway.call(_SEARCH, request)
        names += [transaction["name"] for transaction in page["transactions"]]
        token = page["next_page_token"]
        if not token:
            break
    found = [await gateway.call(_GET, {"context": operator_context(), "name": name}) for name in reversed(names)]
    return [transaction for transaction in found if transaction["plan"] not in names]
