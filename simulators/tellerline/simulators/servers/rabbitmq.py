"""A private RabbitMQ node on loopback, with its own directories, cookie and port mapper."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tellerline.adapters.clock import SystemRandomness
from tellerline.simulators.servers import debian
from tellerline.simulators.servers.errors import ServerFailedError, ServerMissingError
from tellerline.simulators.servers.ports import free_port
from tellerline.simulators.servers.process import ServerProcess

_NAME = "RabbitMQ"
_PACKAGE = "rabbitmq-server"
_DEBIAN = Path("/usr/lib/rabbitmq/bin")
_START_SECONDS = 90.0
_STOP_SECONDS = 30.0
_CONTROL_SECONDS = 60.0
_GREETING = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01"
_USER = "tellerline"
_SCHEDULING = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitmqServer:
    """A node that lives on one directory and one port from ``start`` to ``close``, through any ``kill`` between.

    No plugin is enabled. The user's password is in ``url`` alone. The node finds no other node and none finds it. All
    methods block; none is safe to call from two threads at once.
    """

    def __init__(self) -> None:
        self._password = SystemRandomness().bytes(16).hex()
        self._port, self._inner_port, self._mapper_port = free_port(), free_port(), free_port()
        self._directory: Path | None = None
        self._mapper: ServerProcess | None = None
        self._process: ServerProcess | None = None

    @staticmethod
    def install() -> None:
        """Make sure the programs are on this machine; raise ``ServerMissingError`` if they cannot be brought there."""
        try:
            binaries()
        except ServerMissingError:
            debian.install(_NAME, _PACKAGE)
            binaries()

    @property
    def url(self) -> str:
        """The address for clients; the same after every restart."""
        return f"amqp://{_USER}:{self._password}@127.0.0.1:{self._port}/%2F"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Return when the broker greets clients; does nothing if it does. Recovery after a ``kill`` is included."""
        if self.running:
            return
        programs = binaries()
        directory = self._directory = self._directory or self._create()
        environment = self._environment(directory)
        if self._mapper is None or not self._mapper.running:
            self._mapper = self._start_mapper(directory, environment)
        self._process = ServerProcess(
            [str(programs / "rabbitmq-server")],
            directory=directory,
            log=directory / "server.log",
            environment=environment,
        )
        self._process.wait_until(self._greets, _START_SECONDS)

    def stop(self) -> None:
        """End the node in good order; its data stays."""
        if self._process:
            self._process.stop(signal.SIGTERM, _STOP_SECONDS)

    def kill(self) -> None:
        """End every process of the node at once with SIGKILL; its data stays as it lies.

        Confirmed messages survive. A quorum queue declared within the last second may not: the node writes its register
        of such queues that much later, and such a queue then times out until it is deleted.
        """
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """End the node and its port mapper, and remove its data."""
        self.kill()
        if self._mapper:
            self._mapper.kill()
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def control(self, *arguments: str) -> str:
        """What ``rabbitmqctl`` prints for ``arguments`` (takes about 1 s); raises ``ServerFailedError`` if it fails."""
        if self._directory is None:
            raise ServerFailedError("the node was never started")
        done = subprocess.run(  # noqa: S603 a program found by this module
            [str(binaries() / "rabbitmqctl"), "--quiet", *arguments],
            env=self._environment(self._directory),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_CONTROL_SECONDS,
        )
        if done.returncode:
            raise ServerFailedError(f"rabbitmqctl ended with {done.returncode}\n{done.stdout}")
        return done.stdout

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _create(self) -> Path:
        directory = Path(tempfile.mkdtemp(prefix="tellerline-rabbitmq-"))
        (directory / "enabled_plugins").write_text("[].\n")
        (directory / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\n"
            f"default_user = {_USER}\n"
            f"default_pass = {self._password}\n"
            "log.file = false\n"
            "log.console = true\n"
            "log.console.level = error\n"
        )
        cookie = directory / ".erlang.cookie"
        cookie.write_text(SystemRandomness().bytes(16).hex())
        cookie.chmod(0o400)
        return directory

    def _environment(self, directory: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(directory),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "RABBITMQ_NODENAME": f"tellerline{self._port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._inner_port),
            "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_PID_FILE": str(directory / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{127,0,0,1}} {_SCHEDULING}",
        }

    def _start_mapper(self, directory: Path, environment: dict[str, str]) -> ServerProcess:
        """Start Erlang's port mapper as a child, so that the node does not leave one behind as a daemon."""
        program = shutil.which("epmd")
        if program is None:
            raise ServerMissingError(_NAME, debian.install_command(_PACKAGE))
        mapper = ServerProcess([program], directory=directory, log=directory / "mapper.log", environment=environment)
        mapper.wait_until(lambda: _connects(self._mapper_port), _START_SECONDS)
        return mapper

    def _greets(self) -> bool:
        """Whether the broker answers the protocol's first bytes: an open port alone says less."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1.0) as client:
                client.sendall(_GREETING)
                return client.recv(1) == _METHOD_FRAME
        except OSError:
            return False


def binaries(debian_folder: Path = _DEBIAN) -> Path:
    """The folder of the server's programs on this machine; raises ``ServerMissingError`` if there are none."""
    if (debian_folder / "rabbitmq-server").exists() and shutil.which("epmd"):
        return debian_folder
    on_path = shutil.which("rabbitmq-server")
    if on_path is None or shutil.which("epmd") is None:
        raise ServerMissingError(_NAME, debian.install_command(_PACKAGE))
    return Path(on_path).resolve().parent


def _connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
