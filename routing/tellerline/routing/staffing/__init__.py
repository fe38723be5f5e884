"""How many agents a load needs: the exact queueing formulas that a call centre is planned by."""

from tellerline.routing.staffing.erlang import ErlangA, ErlangC, Load, agents_needed, expected_wait

__all__ = ["ErlangA", "ErlangC", "Load", "agents_needed", "expected_wait"]
