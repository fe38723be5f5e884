"""What ``tellerline config check`` says of files and modules that settings name, and that no start could use."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tellerline.adapters.clock import SeededRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app
from tellerline.cli.system.named_files import check_cash_machines
from tellerline.gateway.channels.iso8583.development import make_terminals
from tellerline.gateway.channels.iso8583.hsm.port import HsmError

_MODULE = """
import asyncio

def unreachable(settings):
    raise ConnectionRefusedError(111, "Connection refused")

class Silent:
    def __init__(self, settings):
        pass

    async def check_master(self, master):
        await asyncio.Event().wait()
"""


def checked(config: Path, text: str) -> tuple[int, str]:
    config.write_text(text, "utf-8")
    ran = CliRunner().invoke(build_app(), ["config", "check", str(config)], env={"TELLERLINE_LANG": "en"})
    return ran.exit_code, ran.output


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("rubbish", "is no private key on P-256")])
def test_keys_of_pin_blocks_are_named_with_their_setting(tmp_path: Path, content: str | None, why: str) -> None:
    key = tmp_path / "pin.key"
    if content is not None:
        key.write_text(content)
    code, said = checked(tmp_path / "c.toml", f'[pin]\nkeys = ["{key}"]\n')
    assert (code, "pin.keys.0" in said, why in said) == (Exit.REFUSED, True, True), said


def test_a_security_module_that_is_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unreachable_hsm.py").write_text(_MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    settings = make_terminals(tmp_path / "atm", SeededRandomness(1))
    named = f'[atm]\nterminals = "{settings.terminals}"\nhsm = "unreachable_hsm:unreachable"\n'
    code, said = checked(tmp_path / "c.toml", named)
    assert (code, "unreachable_hsm:unreachable: " in said, "Connection refused" in said) == (Exit.REFUSED, True, True)
    silent = settings.model_copy(update={"hsm": "unreachable_hsm:Silent"})
    with pytest.raises(HsmError, match="unreachable_hsm:Silent: no answer"):
        check_cash_machines(silent, SeededRandomness(1), within=0.01)
