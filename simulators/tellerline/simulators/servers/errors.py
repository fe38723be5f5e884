"""What can go wrong with a server: it is not on this machine, or it does not run."""

from __future__ import annotations


class ServerMissingError(RuntimeError):
    """The server's programs are not on this machine; ``command`` is what a person has to run to get them."""

    def __init__(self, name: str, command: str) -> None:
        super().__init__(f"{name} is not installed; run: {command}")
        self.name = name
        self.command = command


class ServerFailedError(RuntimeError):
    """The server was started and did not come up; the message ends with the last lines of its log."""
