"""Generate the OpenAPI of the HTTP channel from the contract: `python tools/generate_openapi.py [--check]`."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator

from contract_image import ROOT
from generated import run
from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

import tellerline.api
from tellerline.gateway.channels.http.openapi import DOCUMENT
from tellerline.gateway.channels.http.openapi.document import openapi
from tellerline.gateway.channels.http.transcoding.routes import routes_of
from tellerline.gateway.client.comments import Comments

_CONTRACT = ROOT / "stubs" / "tellerline" / "api" / "contract.binpb"


def document() -> str:
    """As JSON, one member a line."""
    comments = Comments(FileDescriptorSet.FromString(_CONTRACT.read_bytes()).file)
    services = sorted(_services(), key=lambda service: service.full_name)
    return json.dumps(openapi(routes_of(services), comments), ensure_ascii=False, indent=1) + "\n"


def _services() -> Iterator[ServiceDescriptor]:
    for module in pkgutil.walk_packages(tellerline.api.__path__, "tellerline.api."):
        if module.name.endswith("_pb2"):
            file: FileDescriptor = importlib.import_module(module.name).DESCRIPTOR
            yield from file.services_by_name.values()


if __name__ == "__main__":
    raise SystemExit(run(__doc__, {DOCUMENT: document()}, DOCUMENT))
