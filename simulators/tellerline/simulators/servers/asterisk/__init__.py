"""A private Asterisk 22 on loopback: installed without root beside the machine's own packages, configured, run."""

from tellerline.simulators.servers.asterisk.server import AsteriskServer

__all__ = ["AsteriskServer"]
