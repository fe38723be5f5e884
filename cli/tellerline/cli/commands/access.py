"""``tellerline access``: who may do what, the line of the policy that decides it, and what became of grants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text

if TYPE_CHECKING:
    from tellerline.gateway.access.policy import CallerRights, ChannelDirectory

ORDER = 330
_SERVICE = "operations.v1.AccessService"

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings (TOML) of a gateway; else the standard ones.")
]


def register(app: typer.Typer) -> None:
    access = typer.Typer(no_args_is_help=True, help="Who may do what, and why. 访问控制")
    for command in (explain, show, reload, grants):
        access.command()(command)
    access.command("list")(list_rights)
    app.add_typer(access, name="access")


def explain(
    channel: Annotated[str, typer.Option(help="IVR, AGENT, ATM, ONLINE_BANKING, COUNTER …")],
    operation: Annotated[str, typer.Option(help="<area>.<Method>: transfers.CreateTransfer.")],
    role: Annotated[str, typer.Option(help="A role of the policy.")] = "",
    certificate: Annotated[Path | None, typer.Option(help="A client's certificate (PEM), in place of a role.")] = None,
    agent: Annotated[str, typer.Option(help="In whose name the client would ask.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say whether it may be done, with a customer's grant or without, and which line decides. 解释权限

    Without a role and a certificate: a caller who shows none. Ends with 1 for what may not be done.
    """
    from tellerline.gateway.access.operations import known_operations
    from tellerline.gateway.refusal import RefusalError

    out = Output(json=json)
    directory = _directory(out, config)
    if operation not in known_operations():
        text = f"There is no operation {operation}; they are the contract's: tellerline list"
        out.fail(Exit.USAGE, "UNKNOWN_OPERATION", text, f"没有 {operation} 这项操作，可用的见 tellerline list")
    _check_known(out, directory, channel, role)
    identity = _identity(out, certificate) if certificate else ""
    document: dict[str, Any] = {"channel": channel, "operation": operation, "policy": _named(directory)}
    try:
        rights = directory.roles_given(channel, role) if role else directory.rights(channel, identity)
        acting = rights.acting(agent)
    except RefusalError as refusal:
        document |= {"allowed": False, "code": refusal.code.value, "identity": identity}
        _refused(out, document, refusal.code.value)
    verdict = rights.verdict(operation)
    document |= {"allowed": verdict.allowed, "needs_grant": verdict.allowed and verdict.needs_grant}
    document |= {"roles": rights.roles, "identity": rights.identity, "acting": acting}
    document |= {"place": verdict.place, "line": verdict.line}
    if not verdict.allowed:
        _say_who(out, rights, acting)
        _refused(out, document, "CHANNEL_NOT_ALLOWED")
    out.result(document)
    _say_who(out, rights, acting)
    if verdict.needs_grant:
        text = f"{operation}: allowed, with the customer's grant"
        out.say(text, f"{operation}：允许，须有客户授权凭证", style="green")
    else:
        out.say(f"{operation}: allowed, without a grant", f"{operation}：允许，无需授权凭证", style="green")
    out.say(f"  {verdict.place}: {verdict.line}", f"  {verdict.place}：{verdict.line}")


def list_rights(
    channel: Annotated[str, typer.Option(help="Only this channel's.")] = "",
    role: Annotated[str, typer.Option(help="Only this role's, and what it has of others.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """List the lines of the policy. 列出访问策略"""
    out = Output(json=json)
    directory = _directory(out, config)
    _check_known(out, directory, channel, role)
    policy = directory.policy
    roles = {"*", *policy.roles_within(role)}
    found = [
        line
        for line in policy.of("p")
        if (not channel or line.words[0] in {"*", channel}) and (not role or line.words[1] in roles)
    ]
    columns = ("channel", "role", "operation", "proof", "effect", "because")
    rows = [{"line": line.number} | dict(zip(columns, line.words, strict=True)) for line in found]
    out.result({"policy": _named(directory), "rights": rows})
    out.say(_named(directory), _named(directory))
    out.table(("line", *columns), [list(row.values()) for row in rows])


def show(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show the policy in force in a gateway, and the newest changes. 查看生效的访问策略"""
    out = Output(json=json)
    reply = _call(out, gateway, "GetAccessPolicy")
    out.result(reply)
    out.say(f"{reply['file']}, digest {reply['digest']}", f"{reply['file']}，摘要 {reply['digest']}")
    if reply["changes"]:
        columns = ("number", "time", "gateway", "operator", "verdict", "version", "reason")
        out.table(columns, [_change_row(change) for change in reply["changes"][:10]])


def reload(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Read the policy's file anew and put it into force. Ends with 1 when it is refused: the old one stays. 重载策略"""
    out = Output(json=json)
    change = _call(out, gateway, "ReloadAccessPolicy")
    if change["verdict"] != "VERDICT_IN_FORCE":
        reason = change["reason"]
        out.fail(Exit.REFUSED, "POLICY_REFUSED", f"The old policy stays: {reason}", f"沿用原策略：{reason}")
    out.result(change)
    out.say(f"Version {change['version']} is in force.", f"版本 {change['version']} 已生效。", style="green")


def grants(
    customer: Annotated[str, typer.Option(help="Only this customer's: 8000000001.")] = "",
    call: Annotated[str, typer.Option(help="Only of this telephone call.")] = "",
    agent: Annotated[str, typer.Option(help="Only of this agent.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Show what became of grants, newest first: who proved what, when it ended and why. 授权凭证记录"""
    out = Output(json=json)
    wanted = {"customer": f"customers/{customer.removeprefix('customers/')}"} if customer else {}
    reply = _call(out, gateway, "ListAccessEvents", **wanted, call=call, agent=agent)
    out.result(reply)
    if not reply["events"]:
        out.say("No grants.", "没有授权凭证记录。")
        return
    columns = ("time", "", "grant", "customer", "channel", "call", "agent", "for", "who", "why")
    out.table(columns, [_event_row(event) for event in reply["events"]])


def _event_row(event: dict[str, Any]) -> list[object]:
    return [
        clock_text(event["event_time"]),
        event["kind"].removeprefix("KIND_").lower(),
        event["grant_id"],
        event["customer"].removeprefix("customers/"),
        event["channel"].removeprefix("CHANNEL_"),
        event["call"],
        event["agent"],
        ", ".join((*event["masked_account_numbers"], *event["operations"])) or "*",
        event["who"],
        event["why"],
    ]


def _change_row(change: dict[str, Any]) -> list[object]:
    verdict = str(change["verdict"]).removeprefix("VERDICT_").replace("_", " ").lower()
    names = ("instance", "operator")
    return [
        change["number"],
        clock_text(change["change_time"]),
        *(change[name] for name in names),
        verdict,
        change["version"],
        change["reason"],
    ]


def _check_known(out: Output, directory: ChannelDirectory, channel: str, role: str) -> None:
    """A slip of the pen is not refused, or allowed, as if somebody had it."""
    if channel and channel not in directory.channels:
        names = ", ".join(directory.channels)
        out.fail(Exit.USAGE, "UNKNOWN_CHANNEL", f"There is no channel {channel}; they are: {names}", f"渠道有：{names}")
    if role and role not in directory.policy.roles:
        names = ", ".join(directory.policy.roles)
        out.fail(Exit.USAGE, "UNKNOWN_ROLE", f"There is no role {role}; they are: {names}", f"角色有：{names}")


def _say_who(out: Output, rights: CallerRights, acting: str) -> None:
    roles = ", ".join(rights.roles)
    if rights.identity:
        out.say(f"{rights.identity}: {roles}", f"{rights.identity}：{roles}")
        if acting:
            out.say(f"acts as {acting}", f"操作人 {acting}")
    else:
        out.say(f"roles: {roles}", f"角色：{roles}")


def _refused(out: Output, document: dict[str, Any], code: str) -> None:
    """Ends the command."""
    out.result(document)
    place = f"{document['place']}: {document['line']}" if document.get("place") else ""
    reason_en = place or "no line of the policy allows it"
    reason_zh = place or "策略中没有允许它的行"
    operation = document["operation"]
    out.say(f"{operation}: refused ({code})", f"{operation}：拒绝（{code}）", style="red")
    if code == "CHANNEL_NOT_ALLOWED":
        out.say(f"  {reason_en}", f"  {reason_zh}")
    raise typer.Exit(Exit.REFUSED)


def _named(directory: ChannelDirectory) -> str:
    return f"{directory.policy.name} {directory.policy.version}"


def _directory(out: Output, config: Path | None) -> ChannelDirectory:
    from pydantic import ValidationError

    from tellerline.gateway.access.policy import ChannelDirectory
    from tellerline.gateway.access.policy_file import PolicyError, load_policy
    from tellerline.gateway.settings import GatewaySettings

    try:
        settings = GatewaySettings.load(config)
        policy = load_policy(settings.access.policy)
    except PolicyError as error:
        text = "\n".join(error.mistakes)
        out.fail(Exit.USAGE, "BAD_POLICY", text, text)
    except (OSError, ValueError, ValidationError) as error:
        text = f"{error}; tellerline config check {config}"
        out.fail(Exit.USAGE, "BAD_CONFIGURATION", text, text)
    channels = {name: channel.policy() for name, channel in settings.channels.items()}
    return ChannelDirectory(channels, policy, identities_required=settings.identities_required)


def _identity(out: Output, certificate: Path) -> str:
    from tellerline.adapters.rpc.identity import certificate_identity

    try:
        identity = certificate_identity(certificate.read_bytes())
    except (OSError, ValueError) as error:
        out.fail(Exit.USAGE, "NO_CERTIFICATE", f"{certificate}: {error}", f"{certificate}：{error}")
    if not identity:
        text = f"{certificate} has no alternative name that is an identity."
        out.fail(Exit.REFUSED, "NO_IDENTITY", text, f"{certificate} 没有可作身份的备用名称。")
    return identity


def _call(out: Output, gateway: str, method: str, **fields: str) -> dict[str, Any]:
    request = {"context": operator_context(), **{name: value for name, value in fields.items() if value}}
    return ask(out, gateway, lambda client: client.call(f"{_SERVICE}/{method}", request))
