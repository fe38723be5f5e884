"""Files that belong to packages, named ``package:file`` in a manifest and read without running the package."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files


def read_resource(path: str) -> bytes:
    """The file at ``package:file``; raises ``OSError`` or ``ModuleNotFoundError`` when it is not there."""
    package, _, name = path.partition(":")
    return files(package).joinpath(name).read_bytes()


def beside(path: str) -> tuple[str, Callable[[str], bytes]]:
    """The name of the file at ``package:file``, and a reader of it and of its neighbours by name alone."""
    package, _, name = path.partition(":")

    def read(neighbour: str) -> bytes:
        if "/" in neighbour or "\\" in neighbour:
            raise FileNotFoundError(neighbour)
        return files(package).joinpath(neighbour).read_bytes()

    return name, read
