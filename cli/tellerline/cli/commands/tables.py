"""``tellerline tables``: the tables of public information, and how two people change them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellerline.cli.commands.cases import OperatorOption
from tellerline.cli.exits import Exit
from tellerline.cli.figures import date_json
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import instant_text

ORDER = 342
_SERVICE = "information.v1.TableService"
_STATES = {
    "PROPOSED": ("waits for another person", "待复核"),
    "APPROVED": ("approved", "已复核"),
    "REJECTED": ("rejected", "已退回"),
}

NameArgument = Annotated[str, typer.Argument(help="A table of `tellerline tables list`.")]
VersionArgument = Annotated[int, typer.Argument(min=0, help="The version that you have read.")]


def register(app: typer.Typer) -> None:
    tables = typer.Typer(no_args_is_help=True, help="Tables of rates, fees and rules that two people approve. 参数表")
    tables.command("list")(list_tables)
    tables.command()(versions)
    tables.command()(show)
    tables.command()(propose)
    tables.command()(approve)
    tables.command()(reject)
    app.add_typer(tables, name="tables")


def list_tables(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """List every table with what is in effect, what is to come, and what waits. 参数表一览"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListTables")
    out.result(reply)
    rows = [
        (
            table["name"].partition("/")[2],
            table["display_name"],
            *(_number(table.get(place)) for place in ("current", "upcoming", "proposed")),
        )
        for table in reply["tables"]
    ]
    columns = (out.text("in effect", "生效版本"), out.text("to come", "待生效"), out.text("waits", "待复核"))
    out.table((out.text("table", "参数表"), "", *columns), rows)


def _number(version: dict[str, Any] | None) -> str:
    return version["name"].rpartition("/")[2] if version else "–"


def versions(name: NameArgument, gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show who changed a table, when and why, the newest first. 版本历史"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListTableVersions", parent=f"tables/{name}", page_size=200)
    out.result(reply)
    columns = (out.text("proposed", "经办"), out.text("decided", "复核"), out.text("in effect from", "生效时间"))
    rows = [_row(out, version) for version in reply["table_versions"]]
    out.table(("#", out.text("state", "状态"), *columns, out.text("why", "原因")), rows)


def _row(out: Output, version: dict[str, Any]) -> tuple[str, ...]:
    said = "; ".join(part for part in (version["reason"], version["remark"]) if part)
    return (
        _number(version),
        _state(out, version),
        f"{version['proposer']} {_moment(version, 'propose_time')}",
        f"{version['decider']} {_moment(version, 'decide_time')}".strip() or "–",
        _moment(version, "effective_time") or "–",
        said,
    )


def _state(out: Output, version: dict[str, Any]) -> str:
    return out.text(*_STATES[version["state"].removeprefix("STATE_")])


def _moment(version: dict[str, Any], field: str) -> str:
    stamp = version.get(field)
    return instant_text(stamp) if stamp else ""


def show(
    name: NameArgument,
    version: Annotated[int | None, typer.Option("--version", min=0, help="Else the one in effect.")] = None,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Print a table as it is proposed: TOML. 查看参数表"""
    out = Output(json=json)
    number = _in_effect(out, gateway, name) if version is None else str(version)
    reply = _call(out, gateway, "GetTableVersion", name=f"tables/{name}/versions/{number}")
    out.result(reply)
    content = reply["content"].rstrip("\n")
    out.say(content, content)


def _in_effect(out: Output, gateway: str, name: str) -> str:
    found = [each for each in _call(out, gateway, "ListTables")["tables"] if each["name"] == f"tables/{name}"]
    if not found or not found[0].get("current"):
        out.fail(
            Exit.REFUSED, "TABLE_NOT_FOUND", f"No table {name} is in effect.", f"参数表 {name} 不存在或没有生效的版本。"
        )
    return _number(found[0]["current"])


def propose(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="The whole table (TOML).", exists=True, dir_okay=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    operator: OperatorOption,
    effective: Annotated[str, typer.Option("--effective", help="The day it takes effect; else on approval.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Propose the next version of a table; another person approves it. 提交参数表"""
    out = Output(json=json)
    wished: dict[str, Any] = {"content": _content(out, file), "reason": reason}
    if effective:
        wished["effective_date"] = date_json(effective)
    request = {"parent": f"tables/{name}", "table_version": wished}
    reply = _call(out, gateway, "ProposeTableVersion", operator, **request)
    out.result(reply)
    number = _number(reply)
    out.say(
        f"Version {number} of {name} waits for another person.", f"{name} 第 {number} 版待他人复核。", style="green"
    )
    out.hint(f"tellerline tables approve {name} {number} --operator …", "by another person", "由另一人复核")


def _content(out: Output, file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        out.fail(Exit.USAGE, "FILE_NOT_READ", f"{file}: {error}", f"{file} 无法读取：{error}")


def approve(
    name: NameArgument,
    version: VersionArgument,
    operator: OperatorOption,
    remark: Annotated[str, typer.Option("--remark", help="What else there is to say.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Approve another person's version: it takes effect on its day. 复核通过"""
    out = Output(json=json)
    reply = _decide(out, gateway, "ApproveTableVersion", operator, name, version, remark)
    since = _moment(reply, "effective_time")
    out.say(
        f"Version {version} of {name} is in effect from {since}.",
        f"{name} 第 {version} 版自 {since} 起生效。",
        style="green",
    )


def reject(
    name: NameArgument,
    version: VersionArgument,
    operator: OperatorOption,
    remark: Annotated[str, typer.Option("--remark", help="Why.")],
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Reject a version, or withdraw one's own. 退回或撤回"""
    out = Output(json=json)
    _decide(out, gateway, "RejectTableVersion", operator, name, version, remark)
    out.say(f"Version {version} of {name} is rejected.", f"{name} 第 {version} 版已退回。", style="green")


def _decide(
    out: Output, gateway: str, method: str, operator: str, name: str, version: int, remark: str
) -> dict[str, Any]:
    place = f"tables/{name}/versions/{version}"
    reply = _call(out, gateway, method, operator, name=place, remark=remark)
    out.result(reply)
    return reply


def _call(out: Output, gateway: str, method: str, operator: str = "", **fields: Any) -> dict[str, Any]:
    request = {
        "context": operator_context(agent=operator),
        **{name: value for name, value in fields.items() if value},
    }
    return ask(out, gateway, lambda client: client.call(f"{_SERVICE}/{method}", request))
