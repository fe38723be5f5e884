"""Routing rules judged from the settings alone: second versions of hosts, mistakes, explanations."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tellerline.cli.system.node import host_folders
from tellerline.gateway.routes.offline import router_of
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.transactions.table import RoutingError

RULES = 'version = "1"\n[[rules]]\nname = "all"\noperations = ["accounts.*"]\nhost = "core-v2"\n'


def settings(rules: Path | None = None, of: str = "core") -> GatewaySettings:
    hosts = {"core": {"url": "http://127.0.0.1:1"}, "core-v2": {"url": "http://127.0.0.1:2", "of": of}}
    return GatewaySettings.model_validate({"hosts": hosts, "routing_rules": rules})


def test_a_second_version_takes_only_what_rules_give_it(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULES, "utf-8")
    without, within = settings(), settings(file)
    plain = router_of(without, host_folders(without)).explain("accounts.GetBalance")
    routed = router_of(within, host_folders(within)).explain("accounts.GetBalance")
    assert plain is not None
    assert routed is not None
    assert (plain.host, routed.host) == ("core", "core-v2")


@pytest.mark.parametrize("text", [None, RULES.replace("core-v2", "core-v3"), "version ="])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "rules.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    with pytest.raises(RoutingError, match=r"rules\.toml: "):
        router_of(settings(file), host_folders(settings(file)))


@pytest.mark.parametrize("of", ["nobody", "core-v2"])
def test_a_version_is_of_a_host_of_the_settings(of: str) -> None:
    with pytest.raises(ValidationError, match="is no host of these settings"):
        settings(of=of)
