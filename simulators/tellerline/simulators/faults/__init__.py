"""Faults a host can be told to have, whatever its protocol."""

from tellerline.simulators.faults.engine import ActiveFault, FaultEngine
from tellerline.simulators.faults.injector import Attempt, Injector
from tellerline.simulators.faults.rule import FaultKind, FaultRule, GarbleStyle

__all__ = [
    "ActiveFault",
    "Attempt",
    "FaultEngine",
    "FaultKind",
    "FaultRule",
    "GarbleStyle",
    "Injector",
]
