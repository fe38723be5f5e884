"""The telephony bar 话务条 as an agent's program presses it, and the list of its keys, taken from the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from site_services import context

from tellerline.api.agents.v1 import agents_pb2
from tellerline.api.calls.v1 import calls_pb2

_SERVICES = (
    agents_pb2.DESCRIPTOR.services_by_name["AgentService"],
    calls_pb2.DESCRIPTOR.services_by_name["CallService"],
)
_METHODS: dict[str, MethodDescriptor] = {method.name: method for service in _SERVICES for method in service.methods}


def bar_keys() -> frozenset[str]:
    """Each method of the bar's services; where its request chooses from a list, ``Method.CHOICE`` for each choice."""
    return frozenset(key for method in _METHODS.values() for key in _keys(method))


def _keys(method: MethodDescriptor) -> Iterator[str]:
    field, choices = _choices(method)
    if not field:
        yield method.name
    yield from (f"{method.name}.{name}" for number, name in choices.items() if number)


def _choices(method: MethodDescriptor) -> tuple[str, Mapping[int, str]]:
    """The field that chooses from a list, and the names of what it may choose; empty where there is none."""
    for field in method.input_type.fields:
        if field.enum_type is not None:
            return field.name, {value.number: value.name for value in field.enum_type.values}
    return "", {}


class Bar:
    """Remembers in ``pressed`` what was taken."""

    def __init__(self, agents: Any, calls: Any) -> None:
        self.pressed: set[str] = set()
        self._stubs = {"AgentService": agents, "CallService": calls}

    async def press(self, key: str, who: str, **fields: Any) -> Any:
        """As this agent; the reply, for a stream the call."""
        method = _METHODS[key]
        request: Any = GetMessageClass(method.input_type)(context=context(who), **fields)
        call = getattr(self._stubs[method.containing_service.name], key)(request)
        reply = call if method.server_streaming else await call
        field, choices = _choices(method)
        self.pressed.add(f"{key}.{choices[getattr(request, field)]}" if field else key)
        return reply
