"""The core host's WSDL."""

from __future__ import annotations

from importlib.resources import files

from tellerline.simulators.soap.contract import Contract


def core_contract() -> Contract:
    """Reads `core.wsdl` anew: some milliseconds."""
    return Contract(files(__package__).joinpath("core.wsdl").read_bytes())
