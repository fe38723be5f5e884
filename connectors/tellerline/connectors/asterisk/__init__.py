"""Asterisk behind the port of a telephone switch, through its REST interface (ARI)."""

from tellerline.connectors.asterisk.settings import AsteriskSettings
from tellerline.connectors.asterisk.switch import AsteriskSwitch

__all__ = ["AsteriskSettings", "AsteriskSwitch"]
