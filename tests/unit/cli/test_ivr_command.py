"""``tellerline ivr`` as programs and mistaken people meet it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app

ENGLISH = {"TELLERLINE_LANG": "en", "NO_COLOR": "1"}


def ivr(*words: str, typed: str = "") -> tuple[int, str]:
    ran = CliRunner().invoke(build_app(), ["ivr", *words], input=typed, env=ENGLISH)
    return ran.exit_code, ran.output


def document(*words: str, typed: str = "") -> Any:
    return orjson.loads(ivr(*words, "--json", typed=typed)[1])


def test_a_trial_as_one_document() -> None:
    told = document("try", "satisfaction", typed="2\n")["told"]
    assert told[0]["prompt"] == "satisfaction.how-was-it"
    assert told[-1] == {"asked": "hang up"}


def test_digits_typed_where_a_secret_is_collected_are_sealed_or_too_few() -> None:
    _, said = ivr("try", "verify-pin", typed="123\n246810\nrefused verify_pin PIN_LOCKED\n")
    assert "That was not a valid choice." in said
    assert "→ call verify_pin" in said
    assert "is locked" in said
    assert said.rstrip().endswith("→ end locked")
    assert "246810" not in said


def test_mistakes_as_one_document(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("version = 1\n", "utf-8")
    mistakes = document("check", str(tmp_path))["mistakes"]
    assert f"{tmp_path}/empty.toml: nodes: needs one at least" in mistakes
    assert ivr("check", str(tmp_path))[0] == Exit.REFUSED


def test_a_flow_as_one_document() -> None:
    shown = document("show", "agent-pin")
    assert shown["version"] == 1
    assert shown["mermaid"].startswith("flowchart TD")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "nobody"), Exit.USAGE, "no flow 'nobody'; there are: after-hours"),
        (("show", "nowhere.toml"), Exit.USAGE, "nowhere.toml: No such file"),
        (("try", "balance", "--language", "fr"), Exit.USAGE, "'fr' is none of zh, en"),
        (("check", "nowhere.toml"), Exit.USAGE, "does not exist"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(words: tuple[str, ...], code: Exit, said: str) -> None:
    ended, output = ivr(*words)
    assert ended == code
    assert said in " ".join(output.split())
