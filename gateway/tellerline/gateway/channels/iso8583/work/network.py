"""Network management: keys, sign-on, sign-off, echo."""

from __future__ import annotations

from tellerline.gateway.channels.iso8583.answer_codes import NETWORK_ACCEPTED, NO_MODULE
from tellerline.gateway.channels.iso8583.codec.tags import MAC_KEY, PIN_KEY, tagged
from tellerline.gateway.channels.iso8583.dialect import Task
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, HsmError
from tellerline.gateway.channels.iso8583.problems import AnsweredError
from tellerline.gateway.channels.iso8583.session import Session
from tellerline.gateway.channels.iso8583.terminals import Terminal
from tellerline.gateway.channels.iso8583.work.asking import Reply


class NetworkManagement:
    """Changes what a session holds. Not to be run beside anything else of the same connection."""

    def __init__(self, hsm: Hsm) -> None:
        self._hsm = hsm

    async def run(self, task: Task, session: Session, terminal: Terminal) -> Reply:
        """``session.keys`` are the new ones when a key exchange returns: its answer has its MAC under them."""
        if task is Task.KEY_EXCHANGE:
            return await self._exchange(session, terminal)
        if task is not Task.ECHO:
            session.signed_on = task is Task.SIGN_ON
        return Reply(NETWORK_ACCEPTED)

    async def _exchange(self, session: Session, terminal: Terminal) -> Reply:
        try:
            keys = await self._hsm.new_session(terminal.master_key.get_secret_value())
        except HsmError:
            raise AnsweredError(NO_MODULE, "hsm") from None
        session.terminal, session.keys, session.unopened = terminal, keys, 0
        blocks = {MAC_KEY: keys.mac_for_terminal, PIN_KEY: keys.pin_for_terminal}
        return Reply(NETWORK_ACCEPTED, {48: tagged(blocks)})
