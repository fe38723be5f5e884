"""``tellerline routes``: which host takes a transaction and why, rules reloaded, what shadows answered differently."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text

ORDER = 320
_SERVICE = "operations.v1.RoutingService"


def register(app: typer.Typer) -> None:
    routes = typer.Typer(no_args_is_help=True, help="Which host and version takes a transaction. 交易路由")
    routes.command()(show)
    routes.command()(explain)
    routes.command()(reload)
    routes.command()(differences)
    app.add_typer(routes, name="routes")


def show(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show the rules in force and the newest changes. 查看生效的路由规则"""
    out = Output(json=json)
    reply = _call(out, gateway, "GetRoutingRules")
    out.result(reply)
    if not reply["rules"] and not reply["shadow_rules"]:
        text = "No rules: every transaction goes to the host that offers it."
        out.say(text, "没有规则：每笔交易发往提供该交易的主机。")
    else:
        out.say(f"version {reply['version']}", f"版本 {reply['version']}")
        rows = [_rule_row(rule, "") for rule in reply["rules"]]
        rows += [_rule_row(rule, out.text("copy", "影子")) for rule in reply["shadow_rules"]]
        out.table(("rule", "operations", "host", "accounts", "branches", "share", ""), rows)
    if reply["changes"]:
        out.heading("Changes", "变更记录")
        columns = ("number", "time", "gateway", "operator", "verdict", "version", "reason")
        out.table(columns, [_change_row(change) for change in reply["changes"][:10]])


def _rule_row(rule: dict[str, Any], kind: str) -> list[object]:
    everything = "*"
    return [
        rule["rule"],
        ", ".join(rule["operations"]),
        rule["host"],
        ", ".join(rule["account_ranges"]) or everything,
        ", ".join(rule["branches"]) or everything,
        f"{int(rule['share_points']) / 100:g}%",
        kind,
    ]


def _change_row(change: dict[str, Any]) -> list[object]:
    return [
        change["number"],
        clock_text(change["change_time"]),
        change["instance"],
        change["operator"],
        _verdict(change),
        change["version"],
        change["reason"],
    ]


def _verdict(change: dict[str, Any]) -> str:
    return str(change["verdict"]).removeprefix("VERDICT_").replace("_", " ").lower()


def explain(
    operation: Annotated[str, typer.Argument(help="<area>.<Method>: transfers.CreateTransfer.")],
    account: Annotated[str, typer.Option(help="Account number, or customers/…/accounts/N.")] = "",
    branch: Annotated[str, typer.Option(help="Branch.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Say which host would take a transaction, and what each rule says to it. 解释路由"""
    out = Output(json=json)
    field = "account" if account.startswith("customers/") else "account_number"
    reply = _call(out, gateway, "ExplainRoute", operation=operation, branch=branch, **{field: account})
    out.result(reply)
    rule, way = reply["rule"], f"{operation} → {reply['host']}"
    because = out.text(f"rule {rule}", f"规则 {rule}") if rule else out.text("no rule takes it", "无规则适用")
    out.say(f"{way} ({because})", f"{way}（{because}）", style="green")
    if reply["judgements"]:
        out.table(("rule", "says"), [(each["rule"], each["reason"]) for each in reply["judgements"]])
    for shadow in reply["shadow_rules"]:
        out.say(f"copied by {shadow}", f"影子复制：{shadow}")


def reload(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Read the rules' file anew and put it into force. Ends with 1 when it is refused: the old rules stay. 重载规则"""
    out = Output(json=json)
    change = _call(out, gateway, "ReloadRoutingRules")
    if change["verdict"] != "VERDICT_IN_FORCE":
        reason = change["reason"]
        out.fail(Exit.REFUSED, "RULES_REFUSED", f"The old rules stay: {reason}", f"沿用原规则：{reason}")
    out.result(change)
    version = change["version"]
    out.say(f"Version {version} is in force.", f"版本 {version} 已生效。", style="green")
    out.hint("tellerline routes show", "what is in force now", "查看生效的规则")


def differences(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show what shadows answered differently, newest first. 影子比对差异"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListRouteDifferences")
    out.result(reply)
    if not reply["counts"]:
        out.say("No enquiry has been copied.", "尚无影子流量。")
        return
    names = ("same_count", "different_count", "unanswered_count", "dropped_count")
    columns = ("rule", "same", "different", "unanswered", "dropped")
    out.table(columns, [[count["rule"], *(count[name] for name in names)] for count in reply["counts"]])
    rows = [_difference_row(each, part) for each in reply["differences"] for part in each["fields"]]
    if rows:
        out.table(("time", "transaction", "operation", "field", "answered", "shadow"), rows)


def _difference_row(difference: dict[str, Any], part: dict[str, Any]) -> list[object]:
    return [
        clock_text(difference["difference_time"]),
        difference["transaction"].rpartition("/")[2],
        difference["operation"],
        part["field"],
        part["answered_value"],
        part["shadow_value"],
    ]


def _call(out: Output, gateway: str, method: str, **fields: str) -> dict[str, Any]:
    request = {"context": operator_context(), **{name: value for name, value in fields.items() if value}}
    return ask(out, gateway, lambda client: client.call(f"{_SERVICE}/{method}", request))
