"""``tellerline demo``: the whole system before your eyes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 10


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="End after the last scene.")] = False,
    front: Annotated[str, typer.Option(help="connect or grpcio.")] = "connect",
    picture: Annotated[Path | None, typer.Option(help="Also write the session as an SVG picture.")] = None,
    json: JsonOption = False,
) -> None:
    """Start a bank of a thousand fictional customers and show what the gateway does. 演示

    Balance, statement, transfer, a transfer over its limit, one whose reply is lost and which is resolved before your
    eyes, one between two hosts whose second leg is lost and heals, a loss report, what the lost card then answers, and
    the day's files of all hosts against the journal. Afterwards the system stays up for your own calls.
    """
    import uvloop

    from tellerline.cli.demo.show import ANSWER_EARLY, show
    from tellerline.cli.system.command_settings import Wishes, prepared
    from tellerline.cli.system.lifecycle import fresh_directory

    out = Output(json=json, record=picture is not None)
    directory = fresh_directory("demo")
    try:
        with prepared(Wishes(front=front), directory, deadlines={"answer": ANSWER_EARLY}) as settings:
            uvloop.run(show(out, settings, directory, stay=not (leave or json)))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        if picture is not None:
            out.save_picture(picture, title="tellerline demo")
