"""Captured ISO 8583 read by tshark, whose field tables are nobody's here."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tellerline.simulators.servers.fixtures import or_skip
from tellerline.simulators.servers.tshark import installed

_OPTIONS = ("-o", "iso8583.len_endian:Big endian", "-o", "iso8583.binencode:Bin data not encoded")


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """``fields`` by number, binary ones in hexadecimal; ``complaints`` is all that the reader found wrong."""

    type: str
    fields: dict[int, str]
    complaints: tuple[str, ...]


def read_frames(capture: Path, port: int) -> list[ReadFrame]:
    """Every frame of ISO 8583 between a machine and ``port``, in order. Skips the test where there is no tshark."""
    with or_skip():
        program = installed()
    command = [str(program), "-r", str(capture), "-d", f"tcp.port=={port},iso8583", *_OPTIONS, "-T", "json"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr.decode())
    packets = [packet["_source"]["layers"] for packet in json.loads(done.stdout)]
    return [_frame(layers) for layers in packets if "tcp.payload" in layers["tcp"]]


def _frame(layers: dict[str, dict[str, str]]) -> ReadFrame:
    read = layers.get("iso8583", {})
    fields = {
        int(name.removeprefix("iso8583.bit")): value.rstrip("`")
        for name, value in read.items()
        if name.startswith("iso8583.bit") and isinstance(value, str)
    }
    complaints = tuple(name for layer in layers.values() for name in _names(layer) if name.startswith("_ws."))
    unread = () if "iso8583" in layers else ("not read as ISO 8583",)
    return ReadFrame(read.get("iso8583.mti", ""), fields, (*complaints, *unread, *_malformed(layers)))


def _malformed(layers: dict[str, dict[str, str]]) -> tuple[str, ...]:
    return tuple(name for name in layers if name.startswith("_ws."))


def _names(layer: object) -> list[str]:
    """Of everything in a layer, however deep."""
    if not isinstance(layer, dict):
        return []
    return [name for key, value in layer.items() for name in (str(key), *_names(value))]
