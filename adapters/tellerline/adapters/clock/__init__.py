"""Time and randomness, injected: the only place that may ask the machine for either."""

from tellerline.adapters.clock.randomness import Randomness, SeededRandomness, SystemRandomness
from tellerline.adapters.clock.scaled import ScaledClock
from tellerline.adapters.clock.system import Clock, SystemClock, Timer
from tellerline.adapters.clock.virtual import VirtualClock

__all__ = [
    "Clock",
    "Randomness",
    "ScaledClock",
    "SeededRandomness",
    "SystemClock",
    "SystemRandomness",
    "Timer",
    "VirtualClock",
]
