"""From bytes to a request that its terminal is known to have made now, before anything is done for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.iso8583.answer_codes import (
    BAD_FORMAT,
    BAD_MAC,
    BAD_TRANSACTION,
    NO_KEYS,
    NO_MODULE,
    NOT_THIS_TERMINAL,
    OUT_OF_DATE,
    Answer,
)
from tellerline.gateway.channels.iso8583.codec.message import (
    MAC_BYTES,
    BadFrameError,
    Layout,
    Message,
    decode,
    layout_of,
    stated_mac,
)
from tellerline.gateway.channels.iso8583.dates import DateRules
from tellerline.gateway.channels.iso8583.dialect import ADVICES, MOVING, NETWORK, Dialect, Task, answer_type, is_repeat
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, HsmError
from tellerline.gateway.channels.iso8583.problems import AnsweredError
from tellerline.gateway.channels.iso8583.session import Session
from tellerline.gateway.channels.iso8583.terminals import Terminal

_EBCDIC: Final = frozenset({"cp037", "cp500"})
_DIALECTS: Final = {version: Dialect(version) for version in ("1987", "1993")}
WRONG_MAC: Final = "mac"
"""Why a frame is refused that somebody changed, or made without the keys."""


class UnanswerableError(Exception):
    """Bytes that cannot even be refused. Its text is a stable word for logs."""


class RefusedFrameError(Exception):
    """A frame to be answered with ``answer`` and nothing else. ``message`` is as much of it as could be read."""

    def __init__(self, answer: Answer, why: str, message: Message, layout: Layout) -> None:
        super().__init__(why)
        self.answer = answer
        self.why = why
        self.message = message
        self.layout = layout


@dataclass(slots=True)
class Admitted:
    """A request of ``terminal``, proved by its MAC; a key exchange may come without one."""

    message: Message
    terminal: Terminal
    dialect: Dialect
    task: Task
    at: datetime
    late: bool = False
    """A repeat that comes too late to be done: only to be told what has become of the first."""

    @property
    def repeats(self) -> bool:
        """Whether it may have been done already, and says so."""
        return self.task in MOVING and is_repeat(self.message.mti)


class Gatekeeper:
    """Reads no further than to the terminal's name before the MAC is right."""

    def __init__(self, terminals: Mapping[str, Terminal], hsm: Hsm, dates: DateRules, clock: Clock) -> None:
        self._terminals = terminals
        self._hsm = hsm
        self._dates = dates
        self._clock = clock

    async def admit(self, frame: bytes, session: Session) -> Admitted:
        """The request in ``frame``. Raises ``RefusedFrameError`` or ``UnanswerableError``."""
        layout = self._expected(layout_of(frame), session)
        try:
            message = decode(frame, layout)
        except BadFrameError as error:
            if not answer_type(error.partly.mti):
                raise UnanswerableError("not_a_message") from None
            raise RefusedFrameError(BAD_FORMAT, f"field_{error.at}", error.partly, layout) from None
        if not answer_type(message.mti):
            raise UnanswerableError("not_a_request")
        try:
            return await self._admitted(frame, message, layout, session)
        except AnsweredError as error:
            raise RefusedFrameError(error.answer, error.why, message, layout) from None

    def _expected(self, seen: Layout | None, session: Session) -> Layout:
        """The two EBCDIC pages differ in marks alone, so the first byte does not tell them apart."""
        if seen is None:
            raise UnanswerableError("not_a_message")
        known = session.terminal
        if known is not None and seen.encoding != "ascii" and known.encoding != "ascii":
            return replace(seen, encoding=known.encoding)
        return seen

    async def _admitted(self, frame: bytes, message: Message, layout: Layout, session: Session) -> Admitted:
        terminal = self._terminal(message, layout, session)
        dialect = _DIALECTS[layout.version]
        task = _task(dialect, message)
        if session.keys is not None or task is not Task.KEY_EXCHANGE:
            await self._check_mac(frame, message, session)
        task = task or dialect.task(message)
        if task not in NETWORK and not session.signed_on:
            raise AnsweredError(NOT_THIS_TERMINAL, "not_signed_on")
        admitted = Admitted(message, terminal, dialect, task, self._clock.now())
        _check_named(admitted)
        self._check_dates(admitted)
        return admitted

    def _check_dates(self, admitted: Admitted) -> None:
        message, version = admitted.message, admitted.dialect.version
        try:
            self._dates.check(message, version, admitted.at, advice=admitted.task in ADVICES)
        except AnsweredError as error:
            if error.answer is not OUT_OF_DATE or not admitted.repeats:
                raise
            admitted.late = True

    def _terminal(self, message: Message, layout: Layout, session: Session) -> Terminal:
        terminal = self._terminals.get(message.get(41).strip())
        if terminal is None:
            raise AnsweredError(NOT_THIS_TERMINAL, "unknown_terminal")
        if session.terminal is not None and session.terminal is not terminal:
            raise AnsweredError(NOT_THIS_TERMINAL, "another_terminal")
        if layout.version != terminal.version or not (
            layout.encoding == terminal.encoding or {layout.encoding, terminal.encoding} <= _EBCDIC
        ):
            raise AnsweredError(BAD_FORMAT, "layout")
        return terminal

    async def _check_mac(self, frame: bytes, message: Message, session: Session) -> None:
        if session.keys is None:
            raise AnsweredError(NO_KEYS, "no_keys")
        try:
            right = await self._hsm.check_mac(session.keys.mac, frame[:-MAC_BYTES], stated_mac(message))
        except HsmError:
            raise AnsweredError(NO_MODULE, "hsm") from None
        if not right:
            raise AnsweredError(BAD_MAC, WRONG_MAC)


def _task(dialect: Dialect, message: Message) -> Task | None:
    """None for what nobody asks: that is said only to who has proved that he is a terminal."""
    try:
        return dialect.task(message)
    except AnsweredError:
        return None


def _check_named(admitted: Admitted) -> None:
    """Without fields 7 and 11 an answer belongs to nothing, and without its time a transaction may be any day's."""
    message = admitted.message
    if not (message.get(7) and message.get(11)):
        raise AnsweredError(BAD_FORMAT, "no_number")
    if message.mti[1:3] == "80":
        return
    if not admitted.dialect.when(message, admitted.at):
        raise AnsweredError(BAD_FORMAT, "no_time")
    if not message.get(3):
        raise AnsweredError(BAD_TRANSACTION, "no_processing_code")
