"""The ban on registries' hosts and machines' paths."""

from __future__ import annotations

import host_ban
import pytest

_REGISTRY = ".".join(("files", "pythonhosted", "org"))
_FOLDER = "/".join(("", "work", "main"))
_HOME = "/".join(("", "home", "mei", "bank"))


@pytest.mark.parametrize("found", [_FOLDER + "/x", _HOME])
def test_paths_of_one_machine_are_found(found: str) -> None:
    assert [line for line, _ in host_ban.findings(f"fine\nopen('{found}')\n")] == [2]


def test_registries_are_found() -> None:
    assert host_ban.findings(f"index = https://{_REGISTRY}/simple") == [(1, _REGISTRY.removeprefix("files."))]


@pytest.mark.parametrize(
    "text",
    ["deploy/work/x.toml", "see ./work/item", "https://example.org/work/item", "/usr/lib/postgresql", "notpypi.organ"],
)
def test_the_rest_passes(text: str) -> None:
    assert host_ban.findings(text) == []


def test_nothing_committed_is_bound_to_one_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert host_ban.main([]) == 0, capsys.readouterr().out
