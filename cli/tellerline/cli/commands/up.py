"""``tellerline up``: a system that stays up until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 20


def register(app: typer.Typer) -> None:
    app.command()(up)


def up(
    config: Annotated[
        Path | None, typer.Option(help="TOML file of the gateway; if it names hosts, no bank is simulated.")
    ] = None,
    store: Annotated[str, typer.Option(help="sqlite or postgresql.")] = "",
    dsn: Annotated[str, typer.Option(help="Of PostgreSQL; without it a private server is started.")] = "",
    mq: Annotated[str, typer.Option(help="memory or rabbitmq.")] = "",
    amqp: Annotated[str, typer.Option(help="URL of RabbitMQ; without it a private server is started.")] = "",
    front: Annotated[str, typer.Option(help="connect or grpcio.")] = "",
    port: Annotated[int, typer.Option(help="Of the gateway; 0 takes a free one.")] = 0,
    processes: Annotated[int, typer.Option(min=1, max=16, help="Gateway processes on the same ports, if several.")] = 1,
    customers: Annotated[int, typer.Option(min=0, help="Fictional customers of the simulated bank.")] = 1_000,
    seed: Annotated[int, typer.Option(help="Of the fictional bank.")] = 1,
    switch: Annotated[str, typer.Option(help="Of the call centre: softswitch, asterisk or none.")] = "",
    json: JsonOption = False,
) -> None:
    """Start the system and keep it running until Ctrl-C. 启动系统

    Without options: gateway, every simulated host and a call centre on a simulated switch in one process, SQLite, no
    server to install. With --store postgresql, --mq rabbitmq or --processes: the large form, servers and processes
    included; each process serves every channel. With --switch asterisk: real calls, on an Asterisk that is installed
    without root when there is none.
    """
    from tellerline.cli.system.command_settings import Wishes
    from tellerline.cli.system.lifecycle import keep_up

    wishes = Wishes(
        config=config,
        store=store,
        dsn=dsn,
        mq=mq,
        amqp=amqp,
        front=front,
        port=port,
        processes=processes,
        customers=customers,
        seed=seed,
        switch=switch,
    )
    keep_up(Output(json=json), wishes)
