"""Options become settings, or a reason why they cannot."""

from __future__ import annotations

from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from tellerline.cli.system.command_settings import WishError, Wishes, prepared
from tellerline.cli.system.lifecycle import fresh_directory


def test_a_configuration_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('instance = "g-7"\n')
    with prepared(Wishes(config=file, customers=5), tmp_path) as settings:
        assert settings.instance == "g-7"


@pytest.mark.parametrize(
    "beside", [{"store": "sqlite"}, {"mq": "memory"}, {"front": "grpcio"}, {"port": 1}, {"processes": 2}]
)
def test_nothing_stands_beside_a_configuration(tmp_path: Path, beside: dict[str, Any]) -> None:
    with (
        pytest.raises(WishError, match=f"--{next(iter(beside))}"),
        prepared(Wishes(config=Path("x"), **beside), tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        (Wishes(processes=2), "--store postgresql"),
        (Wishes(store="oracle"), "sqlite or postgresql"),
        (Wishes(mq="kafka"), "memory or rabbitmq"),
        (Wishes(dsn="postgresql://x"), "--store postgresql"),
        (Wishes(amqp="amqp://x"), "--mq rabbitmq"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, wishes: Wishes, reason: str) -> None:
    with pytest.raises(WishError, match=reason), prepared(wishes, tmp_path):
        pass


def test_a_systems_directory_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLERLINE_HOME", str(tmp_path))
    assert S_IMODE(fresh_directory("up").stat().st_mode) == 0o700
