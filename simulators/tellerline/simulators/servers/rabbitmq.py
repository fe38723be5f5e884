"""A private RabbitMQ node on loopback, with its own directories, cookie and port mapper."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from tellerline.adapters.clock import SystemRandomness
from tellerline.simulators.servers import debian
from tellerline.simulators.servers.errors import ServerFailedError, ServerMissingError
from tellerline.simulators.servers.ports import free_port
from tellerline.simulators.servers.private import PrivateServer
from tellerline.simulators.servers.process import ServerProcess

_DEBIAN = Path("/usr/lib/rabbitmq/bin")
_CONTROL_SECONDS = 60.0
_GREETING = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01"
_USER = "tellerline"
_SCHEDULING = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitmqServer(PrivateServer):
    """A broker's node: no plugin is enabled, it finds no other node and none finds it.

    The user's password is in ``url`` alone. Confirmed messages survive a ``kill``, if their queue does: one declared
    within the last two seconds may be gone, or, a quorum queue, time out until it is deleted, unless
    ``write_queues_down`` was called.
    """

    NAME = "RabbitMQ"
    PACKAGE = "rabbitmq-server"
    START_SECONDS = 90.0
    STOP_SECONDS = 30.0
    STOP_SIGNAL = signal.SIGTERM

    def __init__(self) -> None:
        super().__init__()
        self._inner_port, self._mapper_port = free_port(), free_port()
        self._mapper: ServerProcess | None = None

    @property
    def url(self) -> str:
        """The address for clients; the same after every restart."""
        return f"amqp://{_USER}:{self._password}@127.0.0.1:{self._port}/%2F"

    def close(self) -> None:
        """End the node and its port mapper, and remove its data."""
        self.kill()
        if self._mapper:
            self._mapper.kill()
        super().close()

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

    def write_queues_down(self) -> None:
        """Return when each queue declared so far is on disk (takes about 1 s).

        A declaration is answered when the node has written down what it did, but not yet that it decided to: a node
        killed in between takes it for undone when it comes back. Nor has it written its register of quorum queues.
        """
        self.control("eval", "[ok = dets:sync(Table) || Table <- dets:all()], ok = mnesia:sync_log().")

    @staticmethod
    def _programs() -> Path:
        return binaries()

    def _launch(self, programs: Path) -> ServerProcess:
        directory = self._directory = self._directory or self._create()
        environment = self._environment(directory)
        if self._mapper is None or not self._mapper.running:
            self._mapper = self._start_mapper(directory, environment)
        return ServerProcess(
            [str(programs / "rabbitmq-server")],
            directory=directory,
            log=directory / "server.log",
            environment=environment,
        )

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
            raise ServerMissingError(RabbitmqServer.NAME, debian.install_command(RabbitmqServer.PACKAGE))
        mapper = ServerProcess([program], directory=directory, log=directory / "mapper.log", environment=environment)
        mapper.wait_until(lambda: _connects(self._mapper_port), self.START_SECONDS)
        return mapper

    def _ready(self) -> bool:
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
        raise ServerMissingError(RabbitmqServer.NAME, debian.install_command(RabbitmqServer.PACKAGE))
    return Path(on_path).resolve().parent


def _connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
