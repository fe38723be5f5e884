"""What a policy or the settings may speak of: operations that there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

import tellerline.gateway.services
from tellerline.gateway.access.operations import known_operations, unknown_operations
from tellerline.gateway.access.policy_file import PolicyError, parse_policy, standard_policy
from tellerline.gateway.settings import ChannelSettings

ALL = "p, *, self_service, *, grant, allow,\ng, -, self_service, *\n"


@pytest.mark.parametrize(
    "operation",
    [
        "transfers.CreateTransfers",
        "transfer.*",
        "transfers.create*",
        "customers.Verify",
        "calls.Hold",
        "queues.*",
        "host.Echo",
        "settlement.DebitAccount",
    ],
)
@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_a_line_for_an_operation_that_is_not_there_is_refused_with_its_number(operation: str, effect: str) -> None:
    text = f"# ours\np, IVR, self_service, {operation}, grant, {effect},\n{ALL}"
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, "own.csv")
    assert refused.value.mistakes == (f"own.csv:2: no operation is {operation!r}, or like it",)


@pytest.mark.parametrize(
    "operation", ["*", "transfers.*", "operations.List*", "tables.Get*", "accounts.DescribeAccount"]
)
def test_a_line_for_one_that_is_there_is_taken_whichever_hosts_are_connected(operation: str) -> None:
    parse_policy(f"p, IVR, self_service, {operation}, grant, deny,\n{ALL}", "own.csv")


def test_the_standard_speaks_of_nothing_else() -> None:
    assert not unknown_operations(line.words[2] for line in standard_policy().of("p"))


@pytest.mark.parametrize("setting", ["operations", "grantless"])
def test_the_settings_are_held_to_it_too(setting: str) -> None:
    assert ChannelSettings.model_validate({setting: ("accounts.*", "customers.VerifyPin")})
    with pytest.raises(ValidationError, match="no operation is 'account"):
        ChannelSettings.model_validate({setting: ("accounts.*", "account.*")})


def _asked() -> Iterator[str]:
    """Whatever the services name as an operation, as it stands in their code: whole, or with the method put in."""
    [folder] = tellerline.gateway.services.__path__
    for file in sorted(Path(folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="admit" | "admit_channel" | "verified"), args=[operation, *_]):
                    yield from _names(operation)


def _names(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        yield str(argument.values[0].value) + "*"


def test_whatever_the_services_ask_about_is_among_them() -> None:
    asked = set(_asked())
    assert {"operations.*", "customers.RemoveAccount"} <= asked
    assert not unknown_operations(sorted(asked))
    assert len(known_operations()) > 100
