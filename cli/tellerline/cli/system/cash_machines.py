"""Cash machines of a simulated bank: with keys made for this run, for whoever has the folder that they lie in."""

from __future__ import annotations

from pathlib import Path

from tellerline.adapters.clock import Randomness
from tellerline.gateway.settings import GatewaySettings


def serving_cash_machines(settings: GatewaySettings, directory: Path, randomness: Randomness) -> GatewaySettings:
    """The settings with development terminals, whose keys are written into ``directory``; as they are if they name
    terminals of their own."""
    if settings.atm is not None:
        return settings
    from tellerline.gateway.channels.iso8583.development import make_terminals

    return settings.model_copy(update={"atm": make_terminals(directory / "atm", randomness)})
