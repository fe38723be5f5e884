"""A raw HTTP/2 client on nghttp2, for what a well-behaved gRPC client never sends."""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping

import ngh2
from front_probe import NAME
from google.protobuf.message import Message

Headers = list[tuple[bytes, bytes]]


class RawClient:
    """One cleartext connection; blocking, to be used in a thread."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.session = ngh2.Connection(ngh2.Role.CLIENT)
        self.session.initiate_connection()
        self.closed = ""

    def headers(self, method: str, extra: Mapping[str, str]) -> Headers:
        fixed = {
            ":method": "POST",
            ":scheme": "http",
            ":authority": "127.0.0.1",
            ":path": f"/{NAME}/{method}",
            "content-type": "application/grpc",
            "te": "trailers",
        }
        return [(name.encode(), value.encode()) for name, value in {**fixed, **extra}.items() if value]

    def flush(self) -> None:
        self.socket.sendall(self.session.data_to_send())

    def unary(self, method: str, body: bytes, extra: Mapping[str, str], *, end: bool = True) -> dict[str, str]:
        """The response's headers and trailers in one; ``reset`` or ``closed`` tell what came instead.

        Without ``end`` the request is left open, as by a caller that stops in the middle.
        """
        stream = self.session.send_request(self.headers(method, extra))
        self.session.send_data(stream, body, end_stream=end)
        answer: dict[str, str] = {}
        while True:
            self.flush()
            data = self.socket.recv(65536)
            if not data:
                return {**answer, "closed": "by the server"}
            self.session.receive_data(data)
            for event in self.session.events():
                if getattr(event, "stream_id", stream) != stream:
                    continue
                match event:
                    case ngh2.ResponseReceived() | ngh2.TrailersReceived():
                        answer |= {name.decode(): value.decode() for name, value in event.headers}
                        if getattr(event, "end_stream", True):
                            return answer
                    case ngh2.StreamReset():
                        return {**answer, "reset": str(event.error_code)}
                    case ngh2.DataReceived() if event.end_stream:
                        return answer

    def reset_many(self, method: str, body: bytes, count: int) -> int:
        """Open and at once reset streams; returns how many went out before the server had enough of it."""
        for sent in range(count):
            try:
                stream = self.session.send_request(self.headers(method, {}))
                self.session.send_data(stream, body, end_stream=True)
                self.flush()
                self.session.reset_stream(stream)
                self.flush()
                if sent % 20 == 0 and not self._listen():
                    return sent
            except (OSError, ngh2.NGH2Error) as error:
                self.closed = str(error)
                return sent
        return count

    def _listen(self) -> bool:
        """Read what is there; False once the server says goodbye."""
        if not select.select([self.socket], [], [], 0)[0]:
            return True
        data = self.socket.recv(65536)
        if not data:
            return False
        self.session.receive_data(data)
        for event in self.session.events():
            if isinstance(event, ngh2.GoAwayReceived):
                self.closed = f"GOAWAY {event.error_code} {event.debug_data!r}"
                return False
        return True

    def close(self) -> None:
        self.socket.close()


def frame(message: Message, flag: int = 0) -> bytes:
    data = message.SerializeToString()
    return bytes((flag,)) + len(data).to_bytes(4, "big") + data


def raw_unary(port: int, body: bytes, extra: Mapping[str, str], *, end: bool = True) -> dict[str, str]:
    client = RawClient(port)
    try:
        return client.unary("Echo", body, extra, end=end)
    finally:
        client.close()


def reset_many(port: int, method: str, body: bytes, count: int) -> tuple[int, str]:
    """How many streams went out and what the server said at last."""
    client = RawClient(port)
    try:
        return client.reset_many(method, body, count), client.closed
    finally:
        client.close()
