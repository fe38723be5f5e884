"""Settings: one file and the environment, refused when they make no sense."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tellerline.api.operations.v1 import operations_pb2
from tellerline.gateway.access.policy import CallerRights, ChannelDirectory
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.settings import GatewaySettings, standard_channels


def written(folder: Path, text: str) -> Path:
    file = folder / "tellerline.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_standard_is_complete() -> None:
    settings = GatewaySettings.load()
    assert settings.limit_rules().standard.single == 2_000_000
    assert set(settings.channels) == {"IVR", "AGENT", "ATM", "ONLINE_BANKING", "COUNTER"}
    assert not settings.channels["IVR"].foreign_currency


def test_a_channel_in_the_file_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    file = written(tmp_path, '[channels.IVR]\npeers = ["ivr.bank"]\n[channels.KIOSK]\n')
    channels = GatewaySettings.load(file).channels
    assert channels["IVR"].peers == ("ivr.bank",)
    assert not channels["IVR"].foreign_currency
    assert "KIOSK" in channels
    assert channels["AGENT"].accepts_grants_of == ("IVR",)


def standard_rights() -> dict[str, CallerRights]:
    """Of callers without identity."""
    directory = ChannelDirectory({name: each.policy() for name, each in standard_channels().items()})
    return {name: directory.rights(name, "") for name in standard_channels()}


def test_whose_a_telephone_number_is_no_agents_program_is_told() -> None:
    lookup = "customers.FindCustomersByPhone"
    may = standard_rights()
    assert not may["IVR"].needs_grant(lookup)
    assert not may["COUNTER"].needs_grant(lookup)
    for name in {*may} - {"IVR", "COUNTER"}:
        with pytest.raises(RefusalError, match="CHANNEL_NOT_ALLOWED"):
            may[name].needs_grant(lookup)


def test_agents_look_through_transactions_under_a_grant_alone() -> None:
    agent = standard_rights()["AGENT"]
    assert agent.needs_grant("operations.SearchTransactions")
    methods = operations_pb2.DESCRIPTOR.services_by_name["OperationsService"].methods_by_name
    others = {f"operations.{method}" for method in methods} - {"operations.SearchTransactions"}
    assert {name for name in others if agent.verdict(name).allowed} == set()


def test_a_host_on_the_queue_needs_a_broker(tmp_path: Path) -> None:
    file = written(tmp_path, '[hosts.core]\nurl = "http://core"\n[hosts.credit]\n')
    with pytest.raises(ValidationError, match=r"hosts\.credit has no url, so it needs mq\.kind amqp"):
        GatewaySettings.load(file)
    file.write_text(file.read_text() + '[mq]\nkind = "amqp"\nurl = "amqp://broker"\n')
    assert GatewaySettings.load(file).hosts["credit"].url == ""


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'instance = "file"\n[front]\nport = 1\nkind = "grpcio"\n')
    script = (
        "import sys; from pathlib import Path; from tellerline.gateway.settings import GatewaySettings as S;"
        "s = S.load(Path(sys.argv[1])); print(s.instance, s.front.port, s.front.kind)"
    )
    environment = {**os.environ, "TELLERLINE_FRONT__PORT": "2"}
    ran = subprocess.run([sys.executable, "-c", script, str(file)], env=environment, capture_output=True, check=True)
    assert ran.stdout.decode().split() == ["file", "2", "grpcio"]


@pytest.mark.parametrize(
    "text",
    [
        'zone = "Mars/Olympus"\n',
        'base_currency = "yuan"\n',
        "unknown = 1\n",
        "[front]\nunknown = 1\n",
        '[store]\nkind = "postgresql"\n',
        '[mq]\nkind = "amqp"\n',
        "[limits.standard]\nsingle = -1\n",
        "[telemetry]\ntrace_ratio = 2.0\n",
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings.load(written(tmp_path, text))


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        GatewaySettings.load(tmp_path / "nothing.toml")


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    file = written(tmp_path, '[store]\nkind = "postgresql"\ndsn = "postgresql://u:hush@h/d"\n')
    assert "hush" not in repr(GatewaySettings.load(file))


@pytest.mark.parametrize(
    "mistake",
    [
        {"store": {"kind": "postgresql", "dsn": "postgresql://u:s3cret@h/d", "pasword": "s3cret"}},
        {"store": "postgresql://u:s3cret@h/d"},
        {"mq": {"kind": "amqp", "password": "s3cret"}},
        {"password": "s3cret"},
    ],
)
def test_a_mistake_is_named_without_the_secret_that_was_typed(mistake: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        GatewaySettings(**mistake)
    assert "s3cret" not in str(caught.value)
    assert str(caught.value.errors()[0]["loc"][0]) in str(caught.value)
