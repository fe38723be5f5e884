"""The simulated bank's back door: HTTP and JSON, for tests, demos and people. Never for a gateway."""

from tellerline.simulators.admin.server import AdminServer

__all__ = ["AdminServer"]
