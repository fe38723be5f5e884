"""Telephones of tests: real SIP and real media."""

from __future__ import annotations

from tellerline.simulators.telephones.exchange import Exchange, SipTelephone
from tellerline.simulators.telephones.hearing import RATE, Samples, tones, wav_samples

__all__ = ["RATE", "Exchange", "Samples", "SipTelephone", "tones", "wav_samples"]
