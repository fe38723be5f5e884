"""Reflection: the whole schema in development, nothing otherwise."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from front_fixtures import Running, Serve
from front_probe import NAME
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse


async def ask(running: Running, version: str, *requests: ServerReflectionRequest) -> list[ServerReflectionResponse]:
    path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    stub: Any = running.client.channel.stream_stream(
        path, ServerReflectionRequest.SerializeToString, ServerReflectionResponse.FromString
    )
    return [answer async for answer in stub(iter(requests), timeout=20)]


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_shows_services_and_their_files(front_name: str, serve_front: Serve, version: str) -> None:
    running = await serve_front(front_name, reflection=True)
    names, file = await ask(
        running,
        version,
        ServerReflectionRequest(list_services="*"),
        ServerReflectionRequest(file_containing_symbol=NAME),
    )
    listed = {service.name for service in names.list_services_response.service}
    assert {NAME, "grpc.health.v1.Health"} <= listed
    files = map(FileDescriptorProto.FromString, file.file_descriptor_response.file_descriptor_proto)
    assert "ProbeService" in {service.name for one in files for service in one.service}


async def test_an_unknown_symbol_is_not_found(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, reflection=True)
    (answer,) = await ask(running, "v1", ServerReflectionRequest(file_containing_symbol="no.such.Thing"))
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
