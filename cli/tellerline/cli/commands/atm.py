"""``tellerline atm``: a simulated cash machine, by keypad or by script."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tellerline.cli.atm.running import Ending, Installation
    from tellerline.simulators.atm.script import Step

ORDER = 650


def register(app: typer.Typer) -> None:
    app.command()(atm)


def atm(
    steps: Annotated[
        list[str] | None,
        typer.Argument(
            help="In order: 'insert CARD', 'pin DIGITS', balance, 'withdraw 500', eject … None: the keypad."
        ),
    ] = None,
    script: Annotated[Path | None, typer.Option(help="File of steps, one a line; - for standard input.")] = None,
    terminal: Annotated[str, typer.Option(help="The machine's id at the gateway.")] = "T0000001",
    address: Annotated[str, typer.Option(help="host:port for cash machines; else the running system's.")] = "",
    key: Annotated[Path | None, typer.Option(help="File: master key in hexadecimal, tdes: before a TDES key.")] = None,
    edition: Annotated[str, typer.Option(help="Of ISO 8583: 1987 or 1993; else as registered.")] = "",
    charset: Annotated[str, typer.Option(help="ascii, cp037 or cp500; else as registered.")] = "",
    framing: Annotated[str, typer.Option(help="binary2 or ascii4, +tpdu for a concentrator's.")] = "binary2",
    home: Annotated[Path | None, typer.Option(help="Folder of its journal and cassettes.")] = None,
    capture: Annotated[Path | None, typer.Option(help="Write the raw frames: FILE.pcap, or else a hex dump.")] = None,
    reply: Annotated[float, typer.Option(help="Seconds to wait for an answer.", min=0.1)] = 20.0,
    messages: Annotated[bool, typer.Option("--messages", help="Print every message, secrets left out.")] = False,
    json: JsonOption = False,
) -> None:
    """Be a customer at a cash machine. 模拟自动柜员机

    Without steps: keypad and screen. Ends with 1 when a step does not go as written, with 3 when the outcome of one is
    not known (and not expected), or while the gateway has not answered a reversal or a confirmation: the machine's
    files keep those, and its next run repeats them.
    """
    from tellerline.cli.atm.choosing import Choice, installation

    out = Output(json=json)
    choice = Choice(
        terminal=terminal,
        address=address,
        key=key,
        edition=edition,
        charset=charset,
        framing=framing,
        home=home,
        capture=capture,
        reply=reply,
    )
    installed = installation(out, choice)
    if steps or script or not sys.stdin.isatty():
        _play(out, installed, _read(out, steps, script), messages)
    else:
        _keypad(out, installed)


def _read(out: Output, steps: list[str] | None, script: Path | None) -> Sequence[Step]:
    from tellerline.simulators.atm.script import ScriptError, read_steps

    try:
        if steps:
            return read_steps(steps)
        text = sys.stdin.read() if script in (None, Path("-")) else script.read_text("utf-8")
        return read_steps(text.removeprefix("\ufeff").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        out.fail(Exit.USAGE, "FILE_NOT_READ", str(error), str(error))
    except ScriptError as error:
        out.fail(Exit.USAGE, "BAD_STEP", str(error), f"步骤有误：{error.chinese}")


def _play(out: Output, installed: Installation, steps: Sequence[Step], messages: bool) -> None:
    from tellerline.cli.atm.running import machine_on, play
    from tellerline.cli.atm.telling import Telling
    from tellerline.simulators.atm.script import ScriptError

    telling = Telling(out)

    async def run() -> Ending:
        async with machine_on(installed, telling if messages else None) as machine:
            return await play(machine, telling, steps)

    try:
        ending = asyncio.run(run())
    except ScriptError as error:
        told = {"told": telling.told} if out.json else {}
        out.fail(Exit.REFUSED, "STEP_FAILED", str(error), f"步骤未按预期：{error.chinese}", **told)
    except OSError as error:
        out.fail(Exit.SETUP, "MACHINE_FAILED", str(error), f"柜员机故障：{error}")
    out.result({"told": telling.told, "settled": ending.settled, "known": ending.known})
    if not ending.settled:
        out.say("Something is owed still: run again.", "仍有未决交易，请再次运行。", style="yellow")
    if not (ending.settled and ending.known):
        raise typer.Exit(Exit.UNKNOWN)


def _keypad(out: Output, installed: Installation) -> None:
    from tellerline.cli.atm.keypad import serve

    try:
        asyncio.run(serve(out, installed))
    except OSError as error:
        out.fail(Exit.SETUP, "MACHINE_FAILED", str(error), f"柜员机故障：{error}")
