"""``tellerline version``: what is installed here."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed
from typing import Annotated

import typer

from tellerline.adapters.store.versions import SQLITE_VERSION
from tellerline.cli.output import Output

ORDER = 900
PARTS = (
    "grpcio",
    "connectrpc",
    "h2corn",
    "protobuf",
    "uvloop",
    "aiohttp",
    "pika",
    "zeep",
    "lxml",
    "asyncpg",
    "SQLAlchemy",
)


def register(app: typer.Typer) -> None:
    app.command()(version)


def version(json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Show the version of Tellerline and of what it stands on. 版本"""
    out = Output(json=json)
    parts = {name: installed(name) for name in PARTS} | {
        "python": platform.python_version(),
        "sqlite": ".".join(map(str, SQLITE_VERSION)),
    }
    if not json:
        out.console.print(f"tellerline {installed('tellerline')}")
        out.table(("part", "version"), sorted(parts.items(), key=lambda part: str(part[0]).lower()))
    out.result({"tellerline": installed("tellerline"), "parts": parts})
