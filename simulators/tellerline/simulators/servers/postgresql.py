"""A private PostgreSQL on loopback, with a data directory of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tellerline.simulators.servers import debian
from tellerline.simulators.servers.errors import ServerFailedError, ServerMissingError
from tellerline.simulators.servers.private import PrivateServer
from tellerline.simulators.servers.process import ServerProcess

_DEBIAN = Path("/usr/lib/postgresql")


class PostgresqlServer(PrivateServer):
    """A database server, set up with ``settings`` of postgresql.conf over the defaults.

    Nothing is weakened unless they say so. The super-user has a password, which is in ``dsn`` alone. As root it runs
    as the user ``postgres`` or ``nobody``, because PostgreSQL refuses root.
    """

    NAME = "PostgreSQL"
    PACKAGE = "postgresql"
    START_SECONDS = 60.0
    STOP_SECONDS = 20.0
    STOP_SIGNAL = signal.SIGINT

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._settings = dict(settings or {})

    @property
    def dsn(self) -> str:
        """The address for clients; the same after every restart."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self._port}/postgres"

    @staticmethod
    def _programs() -> Path:
        return binaries()

    def _launch(self, programs: Path) -> ServerProcess:
        directory = self._directory = self._directory or self._create(programs)
        return ServerProcess(
            [str(programs / "postgres"), "-D", str(directory / "data")],
            directory=directory,
            log=directory / "server.log",
            owner=_owner(),
        )

    def _create(self, programs: Path) -> Path:
        directory = Path(tempfile.mkdtemp(prefix="tellerline-postgresql-"))
        secret = directory / "password"
        secret.write_text(self._password)
        owner = _owner()
        if owner:
            os.chown(directory, owner.pw_uid, owner.pw_gid)
            os.chown(secret, owner.pw_uid, owner.pw_gid)
        made = subprocess.run(  # noqa: S603 a program found by this module
            [
                *(str(programs / "initdb"), "--pgdata", str(directory / "data"), "--username", "postgres"),
                *("--auth", "scram-sha-256", "--pwfile", str(secret)),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if made.returncode:
            shutil.rmtree(directory, ignore_errors=True)
            raise ServerFailedError(f"initdb ended with {made.returncode}\n{made.stdout}")
        settings = {"listen_addresses": "127.0.0.1", "port": str(self._port), "unix_socket_directories": ""}
        lines = [
            f"{name} = '{value}'\n" for name, value in (settings | {"max_connections": "200"} | self._settings).items()
        ]
        with (directory / "data" / "postgresql.conf").open("a") as configuration:
            configuration.writelines(lines)
        return directory

    def _ready(self) -> bool:
        """Whether the server itself says in its pid file that it takes connections."""
        if self._directory is None or self._process is None:
            return False
        try:
            lines = (self._directory / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self._process.pid)] and [line.strip() for line in lines[7:8]] == ["ready"]


def binaries(debian_folder: Path = _DEBIAN) -> Path:
    """The folder of the newest server programs on this machine; raises ``ServerMissingError`` if there are none."""
    found = [path.parent for path in debian_folder.glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("postgres")
    if on_path is None:
        raise ServerMissingError(PostgresqlServer.NAME, debian.install_command(PostgresqlServer.PACKAGE))
    return Path(on_path).resolve().parent


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as when this process is root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
