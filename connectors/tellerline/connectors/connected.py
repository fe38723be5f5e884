"""A connector bound to a transport: commands in, fates and outcomes out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from tellerline.adapters.exchange import Exchanged, Fate, Transport, Unsolicited, UnsolicitedHandler
from tellerline.adapters.telemetry import TRACEPARENT
from tellerline.connectors.connector import Connector
from tellerline.connectors.host import Answer, LateReply
from tellerline.connectors.manifest import HostManifest
from tellerline.routing.model import outcome
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect, HostCall
from tellerline.routing.model.outcome import Done, NotSent, Rejected, Unknown

_REMEMBERED = 10_000
_RAW_KEPT = 64 * 1024
_NOT_SENT_CODES = {
    "deadline_over": Code.DEADLINE_EXCEEDED,
    "too_many_outstanding": Code.HOST_BUSY,
    "broker_blocked": Code.HOST_BUSY,
    "broker_nack": Code.HOST_BUSY,
}
_LOST = frozenset({"connection_lost", "closed"})

MakeTransport = Callable[[UnsolicitedHandler], Transport]


def correlation_of(call: HostCall) -> str:
    """The correlation of one attempt; ``reference_of`` gives the reference back."""
    return f"{call.reference}.{call.attempt}"


def reference_of(correlation: str) -> str:
    return correlation.rpartition(".")[0] or correlation


class ConnectedHost:
    """Implements ``Host``. What changed something is remembered a while, so that a late reply can be understood.

    ``name`` is the manifest's own unless this is another version of that host, connected beside it.
    """

    def __init__(
        self, manifest: HostManifest, connector: Connector, make_transport: MakeTransport, name: str = ""
    ) -> None:
        self.manifest = manifest
        self._name = name or manifest.name
        self._connector = connector
        self._transport = make_transport(self._unsolicited)
        self._operations = frozenset(manifest.operations)
        self._sent: OrderedDict[str, tuple[Command, HostCall]] = OrderedDict()
        self._on_late_reply: Callable[[LateReply], None] | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def operations(self) -> frozenset[str]:
        return self._operations

    async def start(self, on_late_reply: Callable[[LateReply], None]) -> None:
        self._on_late_reply = on_late_reply
        await self._transport.start()

    async def close(self) -> None:
        await self._transport.close()

    async def execute(self, command: Command, call: HostCall, deadline: float) -> Answer:
        request = self._connector.build(command, call)
        if trace := TRACEPARENT.get():
            request.trace = trace
        if command.effect is not Effect.ENQUIRY:
            self._remember(request.correlation, command, call)
        exchanged = await self._transport.exchange(request, deadline)
        if exchanged.fate is not Fate.REPLIED:
            return _without_reply(exchanged)
        result = self._parse(command, call, exchanged.body)
        fate = outcome.Fate.REPLIED_UNREADABLE if isinstance(result, Unknown) else outcome.Fate.REPLIED
        return Answer(fate=fate, outcome=result)

    def _parse(self, command: Command, call: HostCall, body: bytes) -> Done | Rejected | Unknown:
        """A connector that trips over a reply has not understood it: that is a doubt, not a crash."""
        try:
            return self._connector.parse(command, call, body)
        except Exception:
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="parse_failed", raw=body[:_RAW_KEPT])

    def _remember(self, correlation: str, command: Command, call: HostCall) -> None:
        self._sent[correlation] = (command, call)
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    def _unsolicited(self, reply: Unsolicited) -> None:
        if self._on_late_reply is None:
            return
        known = self._sent.get(reply.correlation)
        raw = reply.body[:_RAW_KEPT]
        if known is None:
            unknown = Unknown(code=Code.OUTCOME_UNKNOWN, reason="unknown_correlation", raw=raw)
            late = LateReply(host=self.name, reference=reference_of(reply.correlation), outcome=unknown, raw=raw)
        else:
            command, call = known
            parsed = self._parse(command, call, reply.body)
            late = LateReply(host=self.name, reference=call.reference, outcome=parsed, raw=raw)
        self._on_late_reply(late)


def _without_reply(exchanged: Exchanged) -> Answer:
    reason = exchanged.reason
    if exchanged.fate is Fate.NOT_SENT:
        code = _NOT_SENT_CODES.get(reason, Code.HOST_UNAVAILABLE)
        return Answer(fate=outcome.Fate.NOT_SENT, outcome=NotSent(code=code, reason=reason))
    if exchanged.fate is Fate.REPLIED_UNREADABLE:
        unreadable = Unknown(code=Code.HOST_REPLY_UNREADABLE, reason=reason, raw=exchanged.body[:_RAW_KEPT])
        return Answer(fate=outcome.Fate.REPLIED_UNREADABLE, outcome=unreadable)
    code = Code.OUTCOME_UNKNOWN if reason in _LOST else Code.COMMUNICATION_TIMEOUT
    return Answer(fate=outcome.Fate.SENT_NO_REPLY, outcome=Unknown(code=code, reason=reason))
