"""Asterisk 22 unpacked into a folder of its own: no root, nothing of the machine's package database is touched.

Debian's stable release has no Asterisk, so it comes from a later suite and runs on the libraries and the loader that
are unpacked with it. The archive's address is the one that the machine's own apt sources name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tellerline.simulators.servers.errors import ServerMissingError

PREFIX = "TELLERLINE_ASTERISK"
"""Names a folder to install into, instead of one in the user's cache."""

_NAME = "Asterisk"
_COMMAND = "python -m tellerline.simulators.servers.asterisk"
_SUITE = "forky"
_PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "sip-tester", "baresip-core", "sox", "espeak-ng")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = Path("/etc/apt")
_TOOLS = ("apt-get", "dpkg", "dpkg-deb")
_STATE = ("etc/sources.list.d", "etc/preferences.d", "etc/apt.conf.d", "lists/partial", "cache/archives/partial")
_NEEDLESS = re.compile(
    "(perl|perl-base|perl-modules|libperl|debconf|tzdata|gnupg|gpg|dirmngr|pinentry|passwd|login|adduser|base-passwd|libpam"
    r"|pci\.ids|libasound2-data|readline-common|asterisk-config)"
)
"""Packages that come along as dependencies of dependencies; what runs here needs shared libraries alone."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Programs, libraries and sounds under ``root``."""

    root: Path

    @property
    def libraries(self) -> Path:
        return next((self.root / "usr/lib").glob("*-linux-gnu"))

    @property
    def modules(self) -> Path:
        return self.libraries / "asterisk/modules"

    @property
    def sounds(self) -> Path:
        return self.root / "usr/share/asterisk/sounds"

    @property
    def shared(self) -> Path:
        return self.root / "usr/share/asterisk"

    def command(self, program: str, *arguments: str) -> list[str]:
        """How to run one of the programs: through the loader that belongs to its libraries."""
        folders = (self.root / "usr" / place / program for place in ("sbin", "bin"))
        binary = str(next(path for path in folders if path.exists()))
        loader = next((self.root / "usr/lib64").glob("ld-linux*"), None) or next(self.libraries.glob("ld-linux*"))
        search = ":".join(str(self.libraries / part) for part in ("", "pulseaudio", "baresip/modules"))
        return [str(loader), "--library-path", search, "--argv0", binary, binary, *arguments]

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "OPENSSL_MODULES": str(self.libraries / "ossl-modules"),
            "OPENSSL_CONF": os.devnull,
            "ESPEAK_DATA_PATH": str(self.libraries / "espeak-ng-data"),
        }


def prefix() -> Path:
    """Where it is, or will be, installed."""
    given = os.environ.get(PREFIX)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else cache / "tellerline" / "asterisk"


def installed() -> Installation:
    """Raises ``ServerMissingError``, which says how to install it."""
    folder = prefix()
    if _stamp(folder) != _wanted():
        raise ServerMissingError(_NAME, _COMMAND)
    return Installation(folder / "root")


def install() -> Installation:
    """Idempotent, and safe when several processes do it at once. Blocks, the first time for a minute at most.

    Raises ``ServerMissingError`` where there is no apt or no archive to be reached; what it said is in the notes.
    """
    folder = prefix()
    with _alone(folder):
        if _stamp(folder) != _wanted():
            _install(folder)
    return installed()


def _install(folder: Path) -> None:
    archive = _archive()
    if archive is None or not _KEYRING.exists() or not all(map(shutil.which, _TOOLS)):
        raise ServerMissingError(_NAME, f"{_COMMAND} (on Debian, with apt and its archive's keyring)")
    state = folder / "apt"
    options = _apt_options(state, archive)
    _run("apt-get", *options, "update")
    _run("apt-get", *options, "-y", "-d", "--no-install-recommends", "install", *_PACKAGES)
    fresh = folder / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (fresh / "usr" / name).mkdir(parents=True)
        (fresh / name).symlink_to(f"usr/{name}")
    packages = [each for each in (state / "cache/archives").glob("*.deb") if not _NEEDLESS.match(each.name)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda package: _run("dpkg-deb", "-x", str(package), str(fresh)), packages))
    shutil.rmtree(folder / "root", ignore_errors=True)
    fresh.rename(folder / "root")
    shutil.rmtree(state)
    (folder / "stamp").write_text(_wanted())


def _apt_options(state: Path, archive: str) -> list[str]:
    """A package manager of our own, which believes that nothing is installed."""
    shutil.rmtree(state, ignore_errors=True)
    for name in (
        "etc/sources.list.d",
        "etc/preferences.d",
        "etc/apt.conf.d",
        "lists/partial",
        "cache/archives/partial",
    ):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    source = f"Types: deb\nURIs: {archive}\nSuites: {_SUITE}\nComponents: main\nSigned-By: {_KEYRING}\n"
    (state / "etc/sources.list.d/archive.sources").write_text(source)
    settings = {
        "Dir": state,
        "Dir::Etc": state / "etc",
        "Dir::State": state,
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
        "Acquire::Check-Valid-Until": "false",
        "APT::Sandbox::User": _user(),
        "Debug::NoLocking": 1,
    }
    return ["-q=2", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]


def _user() -> str:
    return _run("id", "-un").strip()


def _archive() -> str | None:
    """The Debian archive of the machine's own sources."""
    files = [
        *_SOURCES.glob("sources.list.d/*.sources"),
        *_SOURCES.glob("sources.list.d/*.list"),
        _SOURCES / "sources.list",
    ]
    for file in files:
        if file.exists():
            for line in file.read_text().splitlines():
                if line.startswith(("URIs:", "deb ")):
                    found = re.search(r"\S+/debian/?(?=\s|$)", line)
                    if found:
                        return found.group()
    return None


def _wanted() -> str:
    return hashlib.sha256(" ".join((_SUITE, *_PACKAGES)).encode()).hexdigest()


def _stamp(folder: Path) -> str:
    stamp = folder / "stamp"
    return stamp.read_text() if stamp.exists() else ""


def _run(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 programs and arguments of this module
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        missing = ServerMissingError(_NAME, _COMMAND)
        missing.add_note(f"{_short(command)} ended with {done.returncode}\n{done.stdout}")
        raise missing
    return done.stdout


def _short(command: Sequence[str]) -> str:
    return " ".join(word for word in command if "=" not in word and word != "-o")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
