"""The gateway put together, in the order of its parts' needs; nothing is opened before it starts."""

from tellerline.gateway.assembly.gateway import Gateway
from tellerline.gateway.assembly.surroundings import Surroundings
from tellerline.gateway.assembly.wiring import build_gateway

__all__ = ["Gateway", "Surroundings", "build_gateway"]
