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
    from tellerline.gateway.settings import GatewaySettings

ORDER = 500
FileArgument = Annotated[Path | None, typer.Argument(help="TOML file; without it, environment and standard alone.")]


def register(app: typer.Typer) -> None:
    config = typer.Typer(no_args_is_help=True, help="The gateway's settings. 配置")
    config.command()(check)
    config.command()(explain)
    app.add_typer(config, name="config")


def check(file: FileArgument = None, json: JsonOption = False) -> None:
    """Read a configuration as the gateway would; every mistake is named with its place. 检查配置"""
    out = Output(json=json)
    settings = _load(out, file)
    out.result({"valid": True, "instance": settings.instance, "store": settings.store.kind, "mq": settings.mq.kind})
    out.say("The configuration is valid.", "配置有效。", style="green")
    name = f" {file}" if file else ""
    out.hint(f"tellerline config explain{name}", "every value and where it comes from", "查看每项配置及来源")


def explain(file: FileArgument = None, json: JsonOption = False) -> None:
    """Show every setting, its value, and whether it is the standard one. Secrets stay masked. 解释配置"""
    from tellerline.gateway.settings import GatewaySettings

    out = Output(json=json)
    values = dict(_leaves(_load(out, file).model_dump(mode="json")))
    standard = dict(_leaves(GatewaySettings.model_construct().model_dump(mode="json")))
    rows = [(name, value, "standard" if standard.get(name) == value else "yours") for name, value in values.items()]
    out.table(("setting", "value", "source"), rows)
    out.result({"settings": [{"name": name, "value": value, "source": source} for name, value, source in rows]})


def _leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _load(out: Output, file: Path | None) -> GatewaySettings:
    from pydantic import ValidationError

    from tellerline.gateway.settings import GatewaySettings

    try:
        return GatewaySettings.load(file)
    except FileNotFoundError:
        out.fail(Exit.USAGE, "NO_SUCH_FILE", f"There is no file {file}.", f"没有文件 {file}。")
    except ValidationError as error:
        mistakes = {".".join(str(part) for part in mistake["loc"]): mistake["msg"] for mistake in error.errors()}
        english = f"{len(mistakes)} setting(s) cannot be used."
        out.fail(Exit.REFUSED, "BAD_CONFIGURATION", english, f"有 {len(mistakes)} 项配置不可用。", **mistakes)
    except ValueError as error:
        out.fail(Exit.REFUSED, "BAD_CONFIGURATION", f"{file}: {error}", f"{file}：{error}")
