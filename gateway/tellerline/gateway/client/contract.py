"""The contract as the installed package has it: services, methods, messages, and their comments."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

from tellerline.gateway.client.comments import Comments
from tellerline.gateway.client.describing import describe_enum, describe_message, describe_service

_PREFIX = "tellerline.api."


class UnknownMethodError(LookupError):
    """No such service or method; the text names those that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractMethod:
    """``name`` is the short one (``accounts.v1.AccountService/GetBalance``), ``path`` what goes over the wire."""

    name: str
    path: str
    request: type[Message]
    response: type[Message]
    server_streaming: bool


class Contract:
    """Looks up by names with or without ``tellerline.api.``; ``/`` and ``.`` before a method are alike."""

    def __init__(self) -> None:
        self._files = FileDescriptorSet.FromString((files("tellerline.api") / "contract.binpb").read_bytes())
        for file in self._files.file:
            importlib.import_module(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
        self._pool = descriptor_pool.Default()

    @cached_property
    def comments(self) -> Comments:
        return Comments(self._files.file)

    @cached_property
    def services(self) -> Sequence[ServiceDescriptor]:
        """By name."""
        names = [f"{file.package}.{service.name}" for file in self._files.file for service in file.service]
        return [self._pool.FindServiceByName(name) for name in sorted(names)]

    @cached_property
    def methods(self) -> Sequence[ContractMethod]:
        """By service, in the order of the contract."""
        return [
            ContractMethod(
                name=f"{_short(service.full_name)}/{method.name}",
                path=f"/{service.full_name}/{method.name}",
                request=message_factory.GetMessageClass(method.input_type),
                response=message_factory.GetMessageClass(method.output_type),
                server_streaming=method.server_streaming,
            )
            for service in self.services
            for method in service.methods
        ]

    def method(self, name: str) -> ContractMethod:
        """Raises ``UnknownMethodError``."""
        wanted = _short(name.strip("/")).replace("/", ".")
        for method in self.methods:
            if method.name.replace("/", ".") == wanted:
                return method
        raise UnknownMethodError(f"no method {name!r}; there are: {', '.join(m.name for m in self.methods)}")

    def describe(self, name: str = "") -> str:
        """A service, method, message or enum in the contract's own words; all services without a name."""
        if not name:
            return "\n\n".join(describe_service(service, self.comments) for service in self.services)
        found = self._find(name)
        if isinstance(found, ServiceDescriptor):
            return describe_service(found, self.comments)
        if isinstance(found, Descriptor):
            return describe_message(found, self.comments)
        if isinstance(found, EnumDescriptor):
            return describe_enum(found, self.comments)
        method = self.method(name)
        service, _, method_name = method.path[1:].partition("/")
        text = self.comments.of(f"{service}.{method_name}")
        request = self._message(method.request)
        response = self._message(method.response)
        return f"{method.name}\n\n{text}\n\n{request}\n\n{response}"

    def _message(self, message: type[Message]) -> str:
        return describe_message(self._pool.FindMessageTypeByName(message.DESCRIPTOR.full_name), self.comments)

    def _find(self, name: str) -> object:
        full = name if name.startswith(_PREFIX) else _PREFIX + name
        for look_up in (
            self._pool.FindServiceByName,
            self._pool.FindMessageTypeByName,
            self._pool.FindEnumTypeByName,
        ):
            try:
                return look_up(full)
            except KeyError:
                continue
        return None


def _short(name: str) -> str:
    return name.removeprefix(_PREFIX)
