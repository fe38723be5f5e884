"""The project's test command: what it runs, what it tells, when it fails."""

from __future__ import annotations

import checks
import pytest

from tellerline.simulators.servers import ServerMissingError
from tellerline.simulators.servers.fixtures import POSTGRESQL, RABBITMQ


def test_a_check_that_passes_and_one_that_fails() -> None:
    passing = checks.Check(name="good", command=("python", "-c", "print('fine')"))
    failing = checks.Check(name="bad", command=("python", "-c", "import sys; sys.exit('no such account')"))
    told: list[str] = []
    assert checks.run_checks([passing, failing], told.append) == ["bad"]
    assert told[0].startswith("ok      good")
    assert told[1].startswith("FAILED  bad")
    assert told[2:] == ["no such account\n"]


def test_every_check_names_a_program_and_files_that_exist() -> None:
    for check in checks.all_checks():
        program, *arguments = check.command
        assert (checks.PROGRAMS / program).exists(), check.name
        for argument in arguments:
            if argument.startswith("tools/"):
                assert (checks.ROOT / argument).exists(), check.name


def test_servers_that_the_caller_names_are_left_alone() -> None:
    told: list[str] = []
    with checks.running_servers({POSTGRESQL: "postgresql://given", RABBITMQ: "amqp://given"}, told.append) as (
        variables,
        absent,
    ):
        assert (variables, absent, told) == ({}, [], [])


def test_a_program_that_cannot_be_had_is_a_failure() -> None:
    told: list[str] = []

    def impossible() -> None:
        raise ServerMissingError("Asterisk", "the command")

    assert checks.installed_programs({"Asterisk": impossible, "Chromium": dict}, told.append) == ["Asterisk"]
    assert "run: the command" in told[0]
    assert told[1].startswith("ok      Chromium")


def test_pytest_alone_with_arguments(capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.main(["--version"]) == 0
    assert "pytest" in "".join(capfd.readouterr())


def test_no_test_found_is_a_failure() -> None:
    assert checks.main(["tests/unit/house/test_checks.py", "-k", "nothing_is_called_so", "-q"]) == 5
