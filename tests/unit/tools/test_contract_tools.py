"""The tools that keep generated files and the contract honest, run as people run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

ROOT = Path(__file__).resolve().parents[3]


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / tool), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=280)


@pytest.mark.parametrize(
    "tool",
    ["generate_stubs.py", "generate_reference.py", "generate_errors.py", "generate_hosts.py", "generate_openapi.py"],
)
def test_what_is_committed_is_what_is_generated(tool: str) -> None:
    checked = run(tool, "--check")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_contract_is_well_formed_and_breaks_nobody() -> None:
    checked = run("check_breaking.py")
    assert (checked.returncode, checked.stdout) == (0, "")


def accounts(image: FileDescriptorSet) -> FileDescriptorProto:
    return next(file for file in image.file if file.name.endswith("/accounts.proto"))


def had_another_field(image: FileDescriptorSet) -> None:
    field = accounts(image).message_type[0].field.add(name="lost", number=90, json_name="lost")
    field.type, field.label = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.LABEL_OPTIONAL


def had_another_type(image: FileDescriptorSet) -> None:
    accounts(image).message_type[0].field[0].type = FieldDescriptorProto.TYPE_INT64


def had_another_method(image: FileDescriptorSet) -> None:
    service = accounts(image).service[0]
    service.method.add().CopyFrom(service.method[0])
    service.method[-1].name = "CloseAccount"


@pytest.mark.parametrize("change", [had_another_field, had_another_type, had_another_method])
def test_a_change_that_breaks_users_is_found(tmp_path: Path, change: Callable[[FileDescriptorSet], None]) -> None:
    before = FileDescriptorSet.FromString((ROOT / "proto" / "baseline.binpb").read_bytes())
    change(before)
    baseline = tmp_path / "baseline.binpb"
    baseline.write_bytes(before.SerializeToString())
    checked = run("check_breaking.py", "--against", str(baseline))
    assert checked.returncode != 0
    assert "accounts.proto" in checked.stdout
