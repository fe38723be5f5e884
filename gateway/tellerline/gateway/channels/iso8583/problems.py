"""What ends a request before any service is asked."""

from __future__ import annotations

from tellerline.gateway.channels.iso8583.answer_codes import Answer


class AnsweredError(Exception):
    """Ends a request with ``answer``. ``why`` is a stable word for logs, free of customers' data."""

    def __init__(self, answer: Answer, why: str) -> None:
        super().__init__(why)
        self.answer = answer
        self.why = why
