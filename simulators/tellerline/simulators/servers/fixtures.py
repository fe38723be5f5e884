"""pytest fixtures for real servers: load with ``pytest_plugins = ["tellerline.simulators.servers.fixtures"]``.

A server that is not on the machine skips the test with the command that installs it. In a continuous-integration run
(``CI=true``) such a skip is a failure: there, nothing may go untested for want of a server or of data.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from tellerline.simulators.servers.errors import ServerMissingError
from tellerline.simulators.servers.postgresql import PostgresqlServer
from tellerline.simulators.servers.rabbitmq import RabbitmqServer

POSTGRESQL = "TELLERLINE_TEST_POSTGRESQL"
RABBITMQ = "TELLERLINE_TEST_RABBITMQ"
MISSING = "missing on this machine: "

# The shared server loses nothing when a process dies, only when the machine does; tests end before that matters.
SHARED_POSTGRESQL = {"fsync": "off"}


@pytest.fixture(scope="session")
def postgresql_dsn() -> Iterator[str]:
    """A PostgreSQL that all tests of the session share; each test keeps to a schema of its own."""
    given = os.environ.get(POSTGRESQL)
    if given:
        yield given
        return
    with or_skip(), PostgresqlServer(SHARED_POSTGRESQL) as server:
        yield server.dsn


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A RabbitMQ that all tests of the session share; each test keeps to queue names of its own."""
    given = os.environ.get(RABBITMQ)
    if given:
        yield given
        return
    with or_skip(), RabbitmqServer() as server:
        yield server.url


@pytest.fixture(scope="module")
def module_postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL of the test module's own, kept through kills."""
    with or_skip(), PostgresqlServer() as server:
        yield server


@pytest.fixture(scope="module")
def module_rabbitmq() -> Iterator[RabbitmqServer]:
    """A RabbitMQ of the test module's own, kept through kills."""
    with or_skip(), RabbitmqServer() as server:
        yield server


@pytest.fixture
def postgresql_server(module_postgresql: PostgresqlServer) -> PostgresqlServer:
    """The module's own PostgreSQL, running when the test begins, to be stopped and killed at will."""
    module_postgresql.start()
    return module_postgresql


@pytest.fixture
def rabbitmq_server(module_rabbitmq: RabbitmqServer) -> RabbitmqServer:
    """The module's own RabbitMQ, running when the test begins, to be stopped and killed at will."""
    module_rabbitmq.start()
    return module_rabbitmq


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and os.environ.get("CI") == "true":
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith(MISSING):
            report.outcome = "failed"
            report.longrepr = f"{reason}\nA continuous-integration run may not skip this."
    return report


def skip_missing(reason: str) -> None:
    """Skip the running test because this machine lacks something; ``reason`` says what to do about it."""
    pytest.skip(f"{MISSING}{reason}")


@contextmanager
def or_skip() -> Iterator[None]:
    """Skip the running test for a server that is not on this machine; what it says has the command that installs it."""
    try:
        yield
    except ServerMissingError as missing:
        skip_missing(str(missing))
