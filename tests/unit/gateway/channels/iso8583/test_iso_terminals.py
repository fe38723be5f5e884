"""The registry's file, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tellerline.adapters.clock import SeededRandomness
from tellerline.gateway.channels.iso8583.building import build_hsm
from tellerline.gateway.channels.iso8583.development import STANDARD, make_terminals
from tellerline.gateway.channels.iso8583.hsm.port import HsmError
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.channels.iso8583.terminals import TerminalError, check_keys, read_terminals


def _file(folder: Path, text: str) -> Path:
    file = folder / "terminals.toml"
    file.write_text(text)
    return file


async def test_development_terminals_are_read_back_with_keys_that_hold(tmp_path: Path) -> None:
    randomness = SeededRandomness(1)
    settings = make_terminals(tmp_path / "keys", randomness)
    terminals = read_terminals(settings.terminals)
    assert list(terminals) == [terminal.id for terminal in STANDARD]
    assert terminals["T0000003"].layout.encoding == "cp037"
    await check_keys(terminals, build_hsm(settings, randomness))
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "keys").iterdir()} == {0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds tables"),
        ("[terminals]\n", "holds tables"),
        ("terminals = 1\n", "holds tables"),
        ("[terminals.T1]\nbranch='B'\nmaster_key='D'\n[other]\n", "holds tables"),
        ("[terminals\n", "not TOML"),
        ("[terminals.T1]\nbranch='B'\n", r"terminals\.T1\.master_key: Field required"),
        ("[terminals.T1]\nmaster_key='D'\n", r"terminals\.T1\.branch: Field required"),
        ("[terminals.TOOLONGNAME]\nbranch='B'\nmaster_key='D'\n", r"terminals\.TOOLONGNAME\.id"),
        ("[terminals.T1]\nbranch='B'\nmaster_key='D'\nversion='2003'\n", r"version: .*'1987' or '1993'"),
        ("[terminals.T1]\nbranch='B'\nmaster_key='D'\nencoding='utf-8'\n", r"encoding: .*'cp500'"),
        ("[terminals.T1]\nbranch='B'\nmaster_key='D'\ncurrency='XXX'\n", r"currency: .*field 49 has no number"),
        ("[terminals.T1]\nbranch='B'\nmaster_key='D'\ncurency='CNY'\n", r"curency: Extra inputs"),
        ("[terminals]\nT1 = 3\n", r"terminals\.T1 is no table"),
    ],
)
def test_a_mistake_is_told_by_file_terminal_and_entry(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TerminalError, match=told) as found:
        read_terminals(_file(tmp_path, text))
    assert "terminals.toml" in str(found.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TerminalError, match="No such file"):
        read_terminals(tmp_path / "nothing.toml")


async def test_a_master_key_of_another_module_is_told_by_its_terminal(tmp_path: Path) -> None:
    one = make_terminals(tmp_path / "one", SeededRandomness(1))
    two = make_terminals(tmp_path / "two", SeededRandomness(2))
    with pytest.raises(TerminalError, match=r"terminals\.T0000001\.master_key: not a key block"):
        await check_keys(read_terminals(one.terminals), build_hsm(two, SeededRandomness(3)))


def test_keys_are_not_shown(tmp_path: Path) -> None:
    terminals = read_terminals(make_terminals(tmp_path, SeededRandomness(1)).terminals)
    assert "K1AD" not in repr(terminals)


def test_the_software_module_serves_in_development_alone(tmp_path: Path) -> None:
    settings = make_terminals(tmp_path, SeededRandomness(1))
    chance = SeededRandomness(1)
    assert AtmSettings(terminals=settings.terminals).mode == "production"
    with pytest.raises(HsmError, match="does not serve in production"):
        build_hsm(settings.model_copy(update={"mode": "production"}), chance)
    with pytest.raises(HsmError, match="needs a file"):
        build_hsm(settings.model_copy(update={"hsm_key": None}), chance)
    with pytest.raises(HsmError, match="No such file"):
        build_hsm(settings.model_copy(update={"hsm_key": tmp_path / "nothing"}), chance)
    with pytest.raises(HsmError, match="names no module and function"):
        build_hsm(settings.model_copy(update={"hsm": "vendor.module:make"}), chance)


def test_a_vendors_module_is_made_by_its_function(tmp_path: Path) -> None:
    settings = AtmSettings(terminals=tmp_path / "t.toml", hsm="builtins:repr")
    assert str(build_hsm(settings, SeededRandomness(1))) == repr(settings)


def test_settings_refuse_what_cannot_be() -> None:
    for wrong in ({"mode": "test"}, {"frame_bytes": 10_000}, {"idle": 0}, {"length_header": "bcd"}, {"hms": "x"}):
        with pytest.raises(ValidationError):
            AtmSettings(terminals=Path("t.toml"), **wrong)
