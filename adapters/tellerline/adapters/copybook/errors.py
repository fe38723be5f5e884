"""What can be wrong with a copybook, and with a record."""

from __future__ import annotations


class CopybookError(Exception):
    """The copybook cannot be used: not COBOL, or a clause that is not supported. ``line`` is the line in the file."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


class CodecError(Exception):
    """Values do not fit the record, or bytes are no such record.

    ``field`` is the dotted name of the first field that is wrong (empty for the record as a whole); ``raw`` are the
    bytes as they came, empty when encoding.
    """

    def __init__(self, field: str, why: str, raw: bytes = b"") -> None:
        super().__init__(f"{field or 'record'}: {why}")
        self.field = field
        self.why = why
        self.raw = raw
