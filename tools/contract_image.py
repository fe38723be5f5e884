"""Compile the contract with the compiler of grpcio-tools; no network, no other program."""

from __future__ import annotations

import sysconfig
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"


def sources() -> list[str]:
    """Every proto of the contract, relative to ``proto/``, sorted."""
    return sorted(path.relative_to(PROTO).as_posix() for path in PROTO.rglob("*.proto"))


def run_protoc(arguments: Sequence[str]) -> None:
    """Compile all sources; raises ``SystemExit`` when the compiler refuses (its message is on stderr)."""
    includes = [f"-I{PROTO}", f"-I{sysconfig.get_path('purelib')}", f"-I{files('grpc_tools') / '_proto'}"]
    if protoc.main(["protoc", *includes, *arguments, *sources()]) != 0:
        raise SystemExit("the contract does not compile")


def compile_image(target: Path, *, comments: bool) -> FileDescriptorSet:
    """Write the contract and what it imports to ``target`` as a ``FileDescriptorSet``, and return it."""
    options = ["--include_source_info"] if comments else []
    run_protoc([f"--descriptor_set_out={target}", "--include_imports", *options])
    return FileDescriptorSet.FromString(target.read_bytes())
