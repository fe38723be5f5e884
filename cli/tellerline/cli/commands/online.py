"""``tellerline online``: online banking's HTTP and JSON, as a customer."""

from __future__ import annotations

from typing import Annotated

import typer

from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 640


def register(app: typer.Typer) -> None:
    app.command()(online)


def online(
    method: Annotated[str, typer.Argument(help="GET, POST, PATCH or DELETE.")],
    path: Annotated[str, typer.Argument(help="/v1/…; {customer} stands for the one who logs in.")],
    body: Annotated[str, typer.Argument(help="JSON; - reads it from standard input.")] = "",
    customer: Annotated[str, typer.Option(help="Customer number to log in with; none for public information.")] = "",
    pin: Annotated[str, typer.Option(help="Of a fictional customer; without it you are asked.")] = "",
    key: Annotated[str, typer.Option(help="Idempotency-Key; the same one twice changes something once.")] = "",
    page: Annotated[str, typer.Option(help="The page's address; else the running system's.")] = "",
    json: JsonOption = False,
) -> None:
    """Ask online banking over HTTP and JSON, logged in as a customer. 网上银行接口

    Logs in at the development issuer as the page does, asks once, and logs out. Ends with 1 when it is refused, and
    with 3 when the answer says that the outcome is not known yet.
    """
    from tellerline.cli.online.asking import Asked, ask_once

    out = Output(json=json)
    ask_once(out, Asked(method=method.upper(), path=path, body=body, customer=customer, pin=pin, key=key, page=page))
