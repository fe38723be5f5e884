"""``tellerline config``: check a configuration, and explain every setting with where its value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from tellerline.callcenter.settings import CentreSettings
    from tellerline.gateway.settings import GatewaySettings
    from tellerline.routing.transactions.router import Router

ORDER = 500
FileArgument = Annotated[Path | None, typer.Argument(help="TOML file; without it, environment and standard alone.")]


def register(app: typer.Typer) -> None:
    config = typer.Typer(no_args_is_help=True, help="The settings of gateway and call centre. 配置")
    config.command()(check)
    config.command()(explain)
    app.add_typer(config, name="config")


def check(
    file: FileArgument = None,
    files: Annotated[
        bool, typer.Option("--files/--no-files", help="Read the certificates, keys and terminals that it names, too.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Read a configuration as the gateway would; every mistake is named with its place. 检查配置"""
    out = Output(json=json)
    settings = _load(out, file)
    rules = _router(out, settings).rules
    _policy(out, settings)
    if files:
        _named_files(out, settings)
    centre = _call_centre(out, settings, file, files=files)
    valid = {"valid": True, "instance": settings.instance, "store": settings.store.kind, "mq": settings.mq.kind}
    valid |= {"routing_rules": rules.version} if rules.version else {}
    out.result(valid | ({"call_centre": {"site": centre.site, "switch": centre.switch.kind}} if centre else {}))
    out.say("The configuration is valid.", "配置有效。", style="green")
    name = f" {file}" if file else ""
    out.hint(f"tellerline config explain{name}", "every value and where it comes from", "查看每项配置及来源")


def explain(
    file: FileArgument = None,
    operation: Annotated[str, typer.Option(help="<area>.<Method>: say which host would take it, and why.")] = "",
    account: Annotated[str, typer.Option(help="With --operation: the account's number.")] = "",
    branch: Annotated[str, typer.Option(help="With --operation: the branch.")] = "",
    json: JsonOption = False,
) -> None:
    """Show every setting, its value, and whether it is the standard one. Secrets stay masked. 解释配置

    With ``--operation`` show instead which host would take a transaction by the routing rules, and why.
    """
    from tellerline.callcenter.settings import SECTION, CentreSettings
    from tellerline.gateway.settings import GatewaySettings

    out = Output(json=json)
    settings = _load(out, file)
    if operation:
        _explain_route(out, settings, operation, account, branch)
        return
    values = dict(_leaves(settings.model_dump(mode="json")))
    standard = dict(_leaves(GatewaySettings.model_construct().model_dump(mode="json")))
    if centre := _call_centre(out, settings, file):
        values |= _leaves(centre.model_dump(mode="json"), f"{SECTION}.")
        standard |= _leaves(CentreSettings.model_construct().model_dump(mode="json"), f"{SECTION}.")
    rows = [(name, value, "standard" if standard.get(name) == value else "yours") for name, value in values.items()]
    out.table(("setting", "value", "source"), rows)
    out.result({"settings": [{"name": name, "value": value, "source": source} for name, value, source in rows]})


def _explain_route(out: Output, settings: GatewaySettings, operation: str, account: str, branch: str) -> None:
    route = _router(out, settings).explain(operation, account, branch)
    if route is None:
        text = f"No connected host offers {operation}."
        out.fail(Exit.REFUSED, "OPERATION_NOT_OFFERED", text, f"没有主机提供 {operation}。")
    judged = [(each.rule.name, each.why.value) for each in route.judged]
    out.result({"host": route.host, "rule": route.rule, "judgements": dict(judged)})
    out.say(f"{operation} → {route.host}", f"{operation} → {route.host}", style="green")
    if judged:
        out.table(("rule", "says"), judged)


def _policy(out: Output, settings: GatewaySettings) -> None:
    from tellerline.gateway.access.policy_file import PolicyError, load_policy

    try:
        load_policy(settings.access.policy)
    except PolicyError as error:
        text = "\n".join(error.mistakes)
        out.fail(Exit.REFUSED, "BAD_POLICY", text, text)


def _named_files(out: Output, settings: GatewaySettings) -> None:
    """Those without which a start would be refused."""
    from tellerline.adapters.clock import SystemRandomness
    from tellerline.cli.system.named_files import check_cash_machines, check_tls
    from tellerline.cli.system.setting_mistakes import SettingsError, refuse_settings
    from tellerline.gateway.channels.iso8583.hsm.port import HsmError
    from tellerline.gateway.channels.iso8583.terminals import TerminalError

    try:
        check_tls(settings)
        if settings.atm is not None:
            check_cash_machines(settings.atm, SystemRandomness())
    except SettingsError as error:
        refuse_settings(out, Exit.REFUSED, error)
    except (TerminalError, HsmError) as error:
        out.fail(Exit.REFUSED, "BAD_CONFIGURATION", str(error), f"配置有误：{error}")


def _router(out: Output, settings: GatewaySettings) -> Router:
    from tellerline.cli.system.node import host_folders
    from tellerline.connectors.toml import ManifestError
    from tellerline.gateway.routes.offline import router_of
    from tellerline.routing.transactions.table import RoutingError

    try:
        return router_of(settings, host_folders(settings))
    except ManifestError as error:
        out.fail(Exit.REFUSED, "BAD_CONFIGURATION", str(error), str(error))
    except RoutingError as error:
        out.fail(Exit.REFUSED, "BAD_ROUTING", str(error), str(error))


def _call_centre(
    out: Output, settings: GatewaySettings, file: Path | None, *, files: bool = False
) -> CentreSettings | None:
    """What the file says of a call centre, with all that it refers to; None where it says nothing."""
    from tellerline.adapters.clock import SystemClock
    from tellerline.callcenter.settings import SECTION, stated
    from tellerline.cli.system.centre_files import read_centre_files
    from tellerline.cli.system.command_settings import Wishes, call_centre_wished
    from tellerline.cli.system.named_files import check_tls
    from tellerline.cli.system.setting_mistakes import SettingsError, refuse_settings

    if file is None or not stated(file):
        return None
    try:
        centre = call_centre_wished(Wishes(config=file), settings)
        if centre is not None and files:
            check_tls(centre, SECTION)
        if centre is not None:
            read_centre_files(centre, SystemClock())
    except SettingsError as error:
        refuse_settings(out, Exit.REFUSED, error)
    return centre


def _leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _load(out: Output, file: Path | None) -> GatewaySettings:
    from pydantic import ValidationError

    from tellerline.cli.system.setting_mistakes import refuse_settings
    from tellerline.gateway.settings import GatewaySettings

    try:
        return GatewaySettings.load(file)
    except FileNotFoundError:
        out.fail(Exit.USAGE, "NO_SUCH_FILE", f"There is no file {file}.", f"没有文件 {file}。")
    except ValidationError as error:
        refuse_settings(out, Exit.REFUSED, error)
    except ValueError as error:
        out.fail(Exit.REFUSED, "BAD_CONFIGURATION", f"{file}: {error}", f"{file}：{error}")
