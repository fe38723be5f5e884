"""Settings written as the TOML file that a gateway process reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tellerline.gateway.settings import GatewaySettings


def write_settings(path: Path, document: dict[str, Any]) -> GatewaySettings:
    """Write ``document`` as TOML, readable by its owner only, and return it as settings; ``None`` values are left out.

    Raises ``pydantic.ValidationError``, and leaves the file for inspection, when it is not valid.
    """
    path.touch(mode=0o600)
    path.write_text("\n".join(_tables(document, ())) + "\n", encoding="utf-8")
    return GatewaySettings.load(path)


def _tables(table: dict[str, Any], name: tuple[str, ...]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict) and value is not None}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    if name:
        lines.insert(0, f"\n[{'.'.join(_key(part) for part in name)}]")
    for key, value in table.items():
        if isinstance(value, dict):
            lines.extend(_tables(value, (*name, key)))
    return lines


def _key(key: str) -> str:
    return orjson.dumps(key).decode()


def _value(value: Any) -> str:
    """JSON's strings, numbers, truth values and lists are TOML's too."""
    return orjson.dumps(str(value) if isinstance(value, Path) else value).decode()
