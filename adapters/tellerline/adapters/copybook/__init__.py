"""COBOL copybooks: read the file, lay out its records, compile encoders and decoders for their fixed-length bytes."""

from tellerline.adapters.copybook.charset import Charset
from tellerline.adapters.copybook.codec import RecordCodec, compile_record
from tellerline.adapters.copybook.errors import CodecError, CopybookError
from tellerline.adapters.copybook.layout import Condition, Field, Group, Node, Usage
from tellerline.adapters.copybook.parser import parse_copybook

__all__ = [
    "Charset",
    "CodecError",
    "Condition",
    "CopybookError",
    "Field",
    "Group",
    "Node",
    "RecordCodec",
    "Usage",
    "compile_record",
    "parse_copybook",
]
