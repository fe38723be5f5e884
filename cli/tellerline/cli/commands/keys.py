"""``tellerline keys``: an authority for development, certificates for programs and people, and a look at them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 560
_DAYS = 90
_ROLES = "agent, leader, supervisor, manager, department, audit, operator or clerk; or program."

FolderArgument = Annotated[Path, typer.Argument(help="The folder of the keys.", metavar="DIR")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=825, help="How long certificates are valid.")]


def register(app: typer.Typer) -> None:
    keys = typer.Typer(no_args_is_help=True, help="Development certificates and keys, and when they end. 证书与密钥")
    keys.command()(init)
    keys.command()(client)
    keys.command()(show)
    app.add_typer(keys, name="keys")


def init(
    directory: FolderArgument,
    days: DaysOption = _DAYS,
    host: Annotated[
        list[str] | None, typer.Option(help="Name or address of the servers (repeatable); else this machine's own.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a certificate authority, servers, programs and keys for development, and print settings. 生成开发证书

    Nothing is written over. Private files are readable by their owner alone. Not for production: whoever has the
    folder can make anybody's certificate.
    """
    from tellerline.adapters.clock import SystemClock, SystemRandomness
    from tellerline.cli.keys.folder import KeyFolder
    from tellerline.cli.keys.making import make_all, settings_lines

    out, folder = Output(json=json), KeyFolder(directory)
    hosts = host or ["localhost", "127.0.0.1"]
    try:
        make_all(folder, days=days, hosts=hosts, clock=SystemClock(), randomness=SystemRandomness())
    except OSError as error:
        _fail(out, error)
    except ValueError as error:
        out.fail(Exit.USAGE, "NO_HOST", f"--host: {error}.", f"--host 不是地址，也不是主机名：{error}")
    files = sorted(each.name for each in directory.iterdir())
    lines = settings_lines(folder)
    out.result({"directory": str(directory), "days": days, "files": files, "settings": lines})
    count = len(files)
    out.say(f"{count} files in {directory}, valid for {days} days.", f"{directory} 中 {count} 个文件，有效 {days} 天。")
    out.heading("Settings that use them", "使用这些文件的配置")
    out.say(lines, lines)
    out.hint(f"tellerline keys client {directory} O9001 --role operator", "a person's certificate", "为人员签发证书")


def client(
    directory: FolderArgument,
    name: Annotated[str, typer.Argument(help="The person's number, or the program's name.")],
    role: Annotated[str, typer.Option(help=_ROLES)],
    days: DaysOption = _DAYS,
    json: JsonOption = False,
) -> None:
    """Make the certificate of a person or a program, signed by the folder's authority. 签发客户端证书"""
    from tellerline.adapters.clock import SystemClock, SystemRandomness
    from tellerline.cli.keys.folder import KeyFolder
    from tellerline.cli.keys.making import ROLES, environment_lines, identity_of, make_client

    out, folder = Output(json=json), KeyFolder(directory)
    if role not in {*ROLES, "program"}:
        out.fail(Exit.USAGE, "NO_SUCH_ROLE", f"--role is {', '.join(ROLES)} or program.", "没有该角色。")
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or not name.isascii() or len(name) > 64:
        text = "A name has letters, digits, dots and hyphens alone."
        out.fail(Exit.USAGE, "NO_NAME", text, "名称只能含字母、数字、点和连字符。")
    try:
        file = make_client(folder, role, name, days=days, clock=SystemClock(), randomness=SystemRandomness())
    except OSError as error:
        _fail(out, error)
    except ValueError as error:
        out.fail(Exit.SETUP, "BAD_AUTHORITY", str(error), "签发机构证书已过期或不可用。")
    identity = identity_of(role, name)
    out.result({"certificate": str(file), "key": str(file.with_suffix(".key")), "identity": identity})
    out.say(f"{identity} in {file}", f"{file}：{identity}", style="green")
    out.say(environment_lines(folder, file), environment_lines(folder, file))


def show(directory: FolderArgument, json: JsonOption = False) -> None:
    """Show who the certificates are, until when they are valid, and what is wrong. Ends with 5 for what is. 查看证书"""
    from tellerline.adapters.clock import SystemClock
    from tellerline.cli.keys.looking import look_at_folder

    out = Output(json=json)
    try:
        found = list(look_at_folder(directory, SystemClock().now()))
    except OSError as error:
        _fail(out, error)
    documents = [
        {"file": each.file.name, "verdict": each.verdict, "identity": each.identity, "text": each.text}
        for each in found
    ]
    out.result({"files": documents})
    marks = {"ok": "✓", "note": "•", "bad": "✗"}
    out.table(
        ("", out.text("file", "文件"), out.text("identity", "身份"), ""),
        [[marks[each.verdict], each.file.name, each.identity, each.text] for each in found],
    )
    if any(each.verdict == "bad" for each in found):
        raise typer.Exit(Exit.SETUP)


def _fail(out: Output, error: OSError) -> NoReturn:
    if isinstance(error, FileExistsError):
        file = error.filename or error.args[0]
        out.fail(Exit.USAGE, "FILE_EXISTS", f"{file} is there: nothing is written over.", f"{file} 已存在，不会覆盖。")
    out.fail(Exit.SETUP, "FILE_TROUBLE", str(error), str(error))
