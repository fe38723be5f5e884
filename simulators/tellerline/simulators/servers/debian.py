"""Server packages from Debian's archive, installed so that no service starts by itself."""

from __future__ import annotations

import os
import shutil
import subprocess

from tellerline.simulators.servers.errors import ServerMissingError

# Debian asks policy-rc.d before it starts a service; 101 means no. A policy of the machine's own is put aside and back.
_SCRIPT = """
set -eu
exec 9>/run/lock/tellerline-install; flock 9
policy=/usr/sbin/policy-rc.d; aside=$policy.before-tellerline
mine() { grep -q tellerline "$policy" 2>/dev/null; }
restore() { if mine; then rm -f "$policy"; fi; if [ -e "$aside" ]; then mv "$aside" "$policy"; fi; }
trap restore EXIT
if [ -e "$policy" ] && ! mine; then mv "$policy" "$aside"; fi
printf '#!/bin/sh\\n# tellerline: no service starts by itself\\nexit 101\\n' > "$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
"""


def install_command(*packages: str) -> str:
    """The command for a person to type."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(name: str, *packages: str) -> None:
    """Install ``packages``, needing no answer from anybody. Blocks; safe when several processes do it at once.

    Raises ``ServerMissingError`` where this process may not install, or where apt fails (its output is in the notes).
    """
    missing = ServerMissingError(name, install_command(*packages))
    privilege = _privilege()
    if privilege is None or shutil.which("apt-get") is None:
        raise missing
    command = [*privilege, "sh", "-c", _SCRIPT, "install", *packages]
    done = subprocess.run(  # noqa: S603 the script is ours, the package names are constants
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        missing.add_note(done.stdout)
        raise missing


def _privilege() -> list[str] | None:
    """The words before a command that make it root's, or nothing if this process cannot become root silently."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    asked = subprocess.run([sudo, "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    return [sudo, "-n"] if asked.returncode == 0 else None
