"""The terminals that may connect: a file with one table each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from tellerline.gateway.channels.iso8583.codec.message import Layout
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, HsmError
from tellerline.gateway.channels.iso8583.work.currencies import has_number


class TerminalError(Exception):
    """A registry that cannot be used; the text says which file, terminal and entry, and shows no key."""


class Terminal(BaseModel):
    """One cash machine. ``master_key`` is a TR-31 block under the security module's own key, for usage K1."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[A-Za-z0-9]{1,8}$")
    branch: str = Field(min_length=1, max_length=64)
    master_key: SecretStr
    version: Literal["1987", "1993"] = "1987"
    encoding: Literal["ascii", "cp037", "cp500"] = "ascii"
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    language: Literal["zh-CN", "en"] = "zh-CN"

    @field_validator("currency")
    @classmethod
    def _with_a_number(cls, currency: str) -> str:
        if not has_number(currency):
            raise ValueError("a currency that field 49 has no number for")
        return currency

    @cached_property
    def layout(self) -> Layout:
        return Layout(self.version, self.encoding)


def read_terminals(file: Path) -> Mapping[str, Terminal]:
    """The terminals of a TOML file by id: ``[terminals.T0000001]`` … Raises ``TerminalError``."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise TerminalError(f"{file}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TerminalError(f"{file}: not TOML: {error}") from None
    named = tables.pop("terminals", None)
    if tables or not isinstance(named, dict) or not named:
        raise TerminalError(f"{file}: holds tables [terminals.<id>], at least one, and nothing else")
    return {name: _terminal(file, name, table) for name, table in named.items()}


def _terminal(file: Path, name: str, table: Any) -> Terminal:
    if not isinstance(table, dict):
        raise TerminalError(f"{file}: terminals.{name} is no table")
    try:
        return Terminal(**{"id": name, **table})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        entry = ".".join(map(str, first["loc"]))
        raise TerminalError(f"{file}: terminals.{name}.{entry}: {first['msg']}") from None


async def check_keys(terminals: Mapping[str, Terminal], hsm: Hsm) -> None:
    """Return if the module can use every terminal's master key; raise ``TerminalError`` if not."""
    for terminal in terminals.values():
        try:
            await hsm.check_master(terminal.master_key.get_secret_value())
        except HsmError as error:
            raise TerminalError(f"terminals.{terminal.id}.master_key: {error}") from None
