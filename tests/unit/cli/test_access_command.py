"""``tellerline access explain`` and ``list``: what decides, by role and by certificate, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.cli.exits import Exit
from tellerline.cli.keys.folder import KeyFolder
from tellerline.cli.keys.making import make_all, make_client
from tellerline.cli.main import build_app

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def access(*words: str, spoken: str = "en") -> tuple[int, str]:
    ran = CliRunner().invoke(build_app(), ["access", *words], env={"TELLERLINE_LANG": spoken, "NO_COLOR": "1"})
    return ran.exit_code, ran.output


def explained(channel: str, operation: str, *words: str) -> Any:
    return orjson.loads(access("explain", "--channel", channel, "--operation", operation, *words, "--json")[1])


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    folder = KeyFolder(tmp_path / "keys")
    clock, randomness = VirtualClock(NOW), SeededRandomness(1)
    make_all(folder, days=90, hosts=["localhost"], clock=clock, randomness=randomness)
    for role, name in (("operator", "O9001"), ("agent", "A1001")):
        make_client(folder, role, name, days=90, clock=clock, randomness=randomness)
    return folder


def test_the_line_that_decides_is_named() -> None:
    answer = explained("AGENT", "transfers.CreateTransfer", "--role", "leader")
    assert (answer["allowed"], answer["needs_grant"]) == (True, True)
    assert answer["place"].startswith("standard.csv:")
    assert answer["line"] == "p, *, self_service, transfers.*, grant, allow,"
    number = int(answer["place"].rpartition(":")[2])
    listed = orjson.loads(access("list", "--role", "leader", "--json")[1])["rights"]
    assert number in {each["line"] for each in listed}


@pytest.mark.parametrize(
    ("words", "code", "known"),
    [
        (("explain", "--channel", "agent", "--operation", "accounts.GetBalance"), "UNKNOWN_CHANNEL", "AGENT"),
        (("explain", "--channel", "AGENT", "--role", "agnet", "--operation", "fx.GetRate"), "UNKNOWN_ROLE", "leader"),
        (("list", "--channel", "AGNET"), "UNKNOWN_CHANNEL", "IVR"),
        (("list", "--role", "agnet"), "UNKNOWN_ROLE", "self_service"),
    ],
)
def test_a_channel_or_role_that_there_is_not_is_no_answer(words: tuple[str, ...], code: str, known: str) -> None:
    ended, said = access(*words)
    assert (ended, code in said, known in said) == (Exit.USAGE, True, True), said


def test_what_no_line_allows_ends_with_1() -> None:
    words = ("explain", "--channel", "AGENT", "--role", "agent", "--operation", "operations.GetTransaction")
    assert access(*words) == (
        Exit.REFUSED,
        "roles: agent\noperations.GetTransaction: refused (CHANNEL_NOT_ALLOWED)\n  no line of the policy allows it\n",
    )
    code, said = access(*words, spoken="zh")
    assert (code, "拒绝" in said, "策略中没有允许它的行" in said) == (Exit.REFUSED, True, True)


def test_a_certificate_says_who_asks(keys: KeyFolder) -> None:
    mine = ("--certificate", str(keys.certificate("operator-O9001")))
    answer = explained("COUNTER", "operations.ConfirmResolution", *mine)
    assert (answer["allowed"], answer["needs_grant"], answer["acting"]) == (True, False, "O9001")
    assert answer["identity"] == "spiffe://tellerline/operator/O9001"
    other = explained("COUNTER", "operations.ConfirmResolution", *mine, "--agent", "O9002")
    assert (other["allowed"], other["code"]) == (False, "IDENTITY_MISMATCH")
    agents = ("--certificate", str(keys.certificate("agent-A1001")))
    assert not explained("AGENT", "operations.GetTransaction", *agents)["allowed"]
    assert explained("AGENT", "accounts.GetBalance", *agents)["needs_grant"]
    centre = ("--certificate", str(keys.certificate("call-centre")))
    assert explained("AGENT", "accounts.GetBalance", *centre, "--agent", "A1001")["acting"] == "A1001"


def test_settings_stand_in_the_policys_place(tmp_path: Path) -> None:
    config = tmp_path / "tellerline.toml"
    config.write_text('[channels.ATM]\noperations = ["accounts.*"]\ngrantless = ["accounts.GetBalance"]\n', "utf-8")
    balance = explained("ATM", "accounts.GetBalance", "--config", str(config))
    assert (balance["allowed"], balance["needs_grant"]) == (True, False)
    assert (balance["place"], balance["line"]) == ("channels.ATM.grantless", "'accounts.GetBalance'")
    cash = explained("ATM", "cash.WithdrawCash", "--config", str(config))
    assert (cash["allowed"], cash["place"]) == (False, "channels.ATM.operations")


def test_a_policy_with_mistakes_is_refused_with_each_line(tmp_path: Path) -> None:
    policy = tmp_path / "access.csv"
    policy.write_text("p, IVR, self_service, accounts.*, open, allow,\nx, y\ng, -, self_service, ivr\n", "utf-8")
    config = tmp_path / "tellerline.toml"
    config.write_text(f'[access]\npolicy = "{policy}"\n', "utf-8")
    code, said = access("list", "--config", str(config))
    assert code == Exit.USAGE
    assert "access.csv:1: what is open says why" in said
    assert "access.csv:2: a line begins with p, g, g2, g3, not 'x'" in said
    assert "access.csv:3: 'ivr' is no channel" in said
    checked = CliRunner().invoke(build_app(), ["config", "check", str(config)])
    assert (checked.exit_code, "BAD_POLICY" in checked.output) == (Exit.REFUSED, True)


def test_an_operation_that_is_not_there_is_refused_wherever_it_is_named(tmp_path: Path) -> None:
    code, said = access("explain", "--channel", "IVR", "--operation", "accounts.GetBalances")
    assert (code, "UNKNOWN_OPERATION" in said) == (Exit.USAGE, True)
    policy, config = tmp_path / "access.csv", tmp_path / "tellerline.toml"
    policy.write_text("p, *, *, transfers.CreateTransfers, grant, deny,\n", "utf-8")
    config.write_text(f'[access]\npolicy = "{policy}"\n', "utf-8")
    code, said = access("explain", "--channel", "IVR", "--operation", "accounts.GetBalance", "--config", str(config))
    assert (code, "access.csv:1: no operation is 'transfers.CreateTransfers'" in said) == (Exit.USAGE, True)
    config.write_text('[channels.ATM]\noperations = ["account.*"]\n', "utf-8")
    checked = CliRunner().invoke(build_app(), ["config", "check", str(config)])
    assert (checked.exit_code, "no operation is 'account.*'" in checked.output) == (Exit.REFUSED, True)
