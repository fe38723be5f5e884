"""A record's codec: compiled functions, and the interpreter behind them for whatever they do not take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellerline.adapters.copybook.charset import ALPHABETS, Charset
from tellerline.adapters.copybook.compiler import MisfitError, compile_group
from tellerline.adapters.copybook.errors import CodecError
from tellerline.adapters.copybook.interpreter import Interpreter
from tellerline.adapters.copybook.layout import Group

_ENCODE_TROUBLE = (MisfitError, KeyError, TypeError, ValueError, AttributeError)


class RecordCodec:
    """Encodes and decodes one record.

    Values are a mapping by field name: text as ``str`` without trailing spaces (they carry no meaning and are lost),
    numbers as whole ``int`` of their smallest place, groups as mappings, tables as sequences. A table that depends on a
    count has exactly so many rows; its place in the record does not shrink. ``FILLER`` has no value.
    """

    def __init__(self, record: Group, charset: Charset) -> None:
        self.record = record
        self.length = record.length
        self._interpreter = Interpreter(ALPHABETS[charset])
        self._encode, self._decode = compile_group(record, charset)

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """Exactly ``length`` bytes; raises ``CodecError`` naming the field. Never cuts a value to make it fit."""
        try:
            return self._encode(values)
        except _ENCODE_TROUBLE:
            return self._interpreter.encode(self.record, values)

    def decode(self, raw: bytes) -> dict[str, Any]:
        """The values of all fields; raises ``CodecError`` with the raw bytes, and nothing else."""
        try:
            return self._decode(raw)
        except (MisfitError, ValueError):
            if len(raw) != self.length:
                raise CodecError("", f"{len(raw)} bytes instead of {self.length}", raw) from None
            return self._interpreter.decode(self.record, raw)


def compile_record(record: Group, charset: Charset) -> RecordCodec:
    """Compile a record that was parsed from a copybook. Takes milliseconds: once, at start."""
    return RecordCodec(record, charset)
