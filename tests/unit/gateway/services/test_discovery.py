"""Every service of the gateway's contract is served, whole, with its own messages."""

from __future__ import annotations

from typing import Any

from contract_areas import CALL_CENTRE

from tellerline.gateway.client import Contract


def test_the_contract_and_what_is_served_are_the_same(platform: Any) -> None:
    promised = {
        method.path: (method.request, method.response, method.server_streaming)
        for method in Contract().methods
        if not method.path.startswith(CALL_CENTRE)
    }
    served = {
        f"/{service.full_name}/{method.name}": (method.request, method.response, method.stream is not None)
        for service in platform.services
        for method in service.methods
    }
    assert served == promised
    assert all(
        (method.unary is None) != (method.stream is None) for service in platform.services for method in service.methods
    )
