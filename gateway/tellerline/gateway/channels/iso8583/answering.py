"""An answer's bytes: what of the request is repeated, what is added, and the MAC over it."""

from __future__ import annotations

from typing import Final

from tellerline.gateway.channels.iso8583.codec.message import MAC_BYTES, Layout, Message, encode
from tellerline.gateway.channels.iso8583.dialect import answer_type
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, SessionKeys
from tellerline.gateway.channels.iso8583.work.asking import Reply

_ALWAYS: Final = (2, 3, 4, 7, 11, 12, 13, 32, 41, 42, 49)
_REPEATED: Final = {"1987": frozenset((*_ALWAYS, 70)), "1993": frozenset((*_ALWAYS, 24))}


async def answer_bytes(request: Message, reply: Reply, layout: Layout, keys: SessionKeys | None, hsm: Hsm) -> bytes:
    """The answer to ``request``, with a MAC where there are keys. Raises ``HsmError``."""
    repeated = _REPEATED[layout.version]
    fields = {number: value for number, value in request.fields.items() if number in repeated}
    fields |= reply.fields
    fields[39] = reply.answer.of(layout.version)
    answer = Message(answer_type(request.mti), fields)
    if keys is None:
        return encode(answer, layout)
    fields[answer.mac_field] = "00" * MAC_BYTES
    body = encode(answer, layout)[:-MAC_BYTES]
    return body + await hsm.mac(keys.mac, body)
