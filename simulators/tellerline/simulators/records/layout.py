"""A host's copybook: its records by message type, and the header that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from tellerline.simulators.hosting.codes import REFUSED, UNREADABLE
from tellerline.simulators.hosting.copybook import RecordError, Value, read_copybook
from tellerline.simulators.records.reply import Reply

VERSION = 1
_MESSAGE_TYPE = slice(0, 8)
_REFERENCE = slice(10, 42)


class Layout:
    """The records ``<NAME>-REQUEST`` and ``<NAME>-REPLY`` for each message type of ``names``, and ``FAILURE-REPLY``.

    ``contract`` is ``package:file``; ``messages`` are the host's texts by code.
    """

    def __init__(self, contract: str, encoding: str, names: Mapping[str, str], messages: Mapping[str, str]) -> None:
        package, _, file = contract.partition(":")
        text = files(package).joinpath(file).read_text(encoding="ascii")
        records = read_copybook(text, encoding)
        self._requests = {message_type: records[f"{name}-REQUEST"] for message_type, name in names.items()}
        self._replies = {message_type: records[f"{name}-REPLY"] for message_type, name in names.items()}
        self._failure = records["FAILURE-REPLY"]
        self._encoding = encoding
        self._messages = messages

    def read(self, body: bytes) -> dict[str, Value]:
        """A request's fields; ``RecordError`` for an unknown type or version, a wrong length or a bad field."""
        record = self._requests.get(self._text(body[_MESSAGE_TYPE]))
        if record is None:
            raise RecordError("MESSAGE-TYPE: unknown")
        row = record.decode(body)
        if row["MESSAGE-VERSION"] != VERSION or not row["REFERENCE"]:
            raise RecordError("MESSAGE-VERSION or REFERENCE: not accepted")
        return row

    def reply(self, message_type: str, reply: Reply) -> bytes:
        return self._replies[message_type].encode({**self._header(message_type, reply), **reply.fields})

    def failure(self, body: bytes, accounting_date: str) -> bytes:
        """The answer to a request that cannot be read."""
        reference = self._text(body[_REFERENCE])
        reply = Reply(reference=reference, host_code=UNREADABLE, accounting_date=accounting_date)
        return self._failure.encode(self._header("FAILURE", reply))

    def original(self, message_type: str, original: Reply, *, reversed_since: bool) -> dict[str, Value]:
        """What an inquiry's reply says of ``original``, with what it was answered."""
        return {
            **original.fields,
            "FOUND": "Y",
            "ORIGINAL-MESSAGE-TYPE": message_type,
            "ORIGINAL-STATUS": _status(original),
            "ORIGINAL-HOST-CODE": original.host_code,
            "ORIGINAL-HOST-MESSAGE": self._message(original.host_code),
            "ORIGINAL-HOST-SERIAL": original.host_serial,
            "ORIGINAL-ACCOUNTING-DATE": date_digits(original.accounting_date),
            "REVERSED": flag(reversed_since),
        }

    def _header(self, message_type: str, reply: Reply) -> dict[str, Value]:
        return {
            "MESSAGE-TYPE": message_type,
            "MESSAGE-VERSION": VERSION,
            "REFERENCE": reply.reference,
            "REPLY-STATUS": _status(reply),
            "HOST-CODE": reply.host_code,
            "HOST-MESSAGE": self._message(reply.host_code),
            "HOST-SERIAL": reply.host_serial,
            "ACCOUNTING-DATE": date_digits(reply.accounting_date),
        }

    def _message(self, code: str) -> str:
        return self._messages.get(code, self._messages[REFUSED])

    def _text(self, data: bytes) -> str:
        return data.decode(self._encoding, "replace").replace("\ufffd", "?").rstrip(" ")


def date_digits(text: str) -> int:
    """YYYYMMDD of ISO 8601; 0 for none."""
    return int(text.replace("-", "") or 0)


def flag(value: bool) -> str:
    return "Y" if value else "N"


def _status(reply: Reply) -> str:
    return "OK" if reply.done else "REJECTED"
