"""``tellerline demo``: the whole system before your eyes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from tellerline.cli.demo.programme import Scene

ORDER = 10


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="End after the last scene.")] = False,
    front: Annotated[str, typer.Option(help="connect or grpcio.")] = "connect",
    switch: Annotated[
        str, typer.Option(help="asterisk: the call of scene 11 alone, with real telephones.")
    ] = "softswitch",
    picture: Annotated[Path | None, typer.Option(help="Also write the session as an SVG picture.")] = None,
    json: JsonOption = False,
) -> None:
    """Start a bank of a thousand fictional customers and show what the gateway does. 演示

    Balance, statement, transfer, a transfer over its limit, one whose reply is lost and which is resolved before your
    eyes, one between two hosts whose second leg is lost and heals, a loss report, what the lost card then answers, and
    the day's files of all hosts against the journal; a call to the call centre, a complaint over the holidays; a cash
    machine, and the same transfer through three channels. Afterwards the system stays up for your own calls.
    """
    import uvloop
    from pydantic import ValidationError

    from tellerline.callcenter.settings import SwitchSettings
    from tellerline.cli.demo.show import ANSWER_EARLY, show
    from tellerline.cli.system.command_settings import Wishes, prepared
    from tellerline.cli.system.lifecycle import fresh_directory, say_installing
    from tellerline.cli.system.setting_mistakes import refuse_settings
    from tellerline.simulators.servers import ServerFailedError, ServerMissingError

    out = Output(json=json, record=picture is not None)
    programme = _programme(out, switch)
    _check_picture(out, picture)
    directory = fresh_directory("demo")
    try:
        with prepared(Wishes(front=front), directory, deadlines={"answer": ANSWER_EARLY}) as settings:
            say_installing(out, SwitchSettings(kind="asterisk" if switch == "asterisk" else "softswitch"))
            uvloop.run(show(out, settings, directory, programme, stay=not (leave or json)))
    except ValidationError as error:
        refuse_settings(out, Exit.USAGE, error)
    except ServerMissingError as error:
        out.fail(Exit.SETUP, "SERVER_MISSING", str(error), f"缺少 {error.name}，请运行：{error.command}")
    except ServerFailedError as error:
        out.fail(Exit.SETUP, "CANNOT_START", str(error), f"无法启动：{error}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        if picture is not None:
            out.save_picture(picture, title="tellerline demo")


def _check_picture(out: Output, picture: Path | None) -> None:
    """Before the show, which takes a minute."""
    try:
        if picture is not None:
            picture.open("ab").close()
    except OSError as error:
        english = f"{picture} cannot be written: {error.strerror}"
        out.fail(Exit.USAGE, "FILE_NOT_WRITTEN", english, f"无法写入 {picture}：{error.strerror}")


def _programme(out: Output, switch: str) -> Sequence[Scene]:
    from tellerline.cli.demo.programme import ON_ASTERISK, PROGRAMME

    if switch == "softswitch":
        return PROGRAMME
    if switch != "asterisk":
        out.fail(
            Exit.USAGE, "BAD_ARGUMENT", f"--switch is softswitch or asterisk, not {switch}", f"没有交换机 {switch}"
        )
    if find_spec("baresip") is None or find_spec("numpy") is None:
        command = "pip install 'tellerline[telephones]'"
        english = f"The telephones are not installed. Install them: {command}"
        out.fail(Exit.SETUP, "TELEPHONES_MISSING", english, f"缺少 SIP 话机，请运行：{command}")
    return ON_ASTERISK
