"""Signed messages over any SOAP transport: requests signed on the way out, replies verified on the way in."""

from __future__ import annotations

from dataclasses import replace

from tellerline.adapters.exchange import Exchanged, Fate, Transport, WireRequest
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.signing import RequestSigner
from tellerline.adapters.soap.verifying import ReplyVerifier


class SecuredTransport:
    """``Transport`` around another one. A reply that does not prove who it is from is REPLIED_UNREADABLE, with the
    verifier's word as its reason and the whole reply as evidence; of one that does, only what was signed is handed on.
    """

    def __init__(self, inner: Transport, signer: RequestSigner, verifier: ReplyVerifier) -> None:
        self._inner = inner
        self._signer = signer
        self._verifier = verifier

    async def start(self) -> None:
        await self._inner.start()

    async def close(self) -> None:
        await self._inner.close()

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        exchanged = await self._inner.exchange(replace(request, body=self._signer.sign(request.body)), deadline)
        if exchanged.fate is not Fate.REPLIED:
            return exchanged
        try:
            return Exchanged(Fate.REPLIED, self._verifier.open(exchanged.body))
        except UnreadableReplyError as error:
            return Exchanged(Fate.REPLIED_UNREADABLE, exchanged.body, error.reason)
