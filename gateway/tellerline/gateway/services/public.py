"""What every handler of public information shares: who asks, in which language, and on which day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from google.type.date_pb2 import Date

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.information.v1 import information_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.figures import day_from_proto
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Held, HeldT
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import ResultT, result_of
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.calculators.credit import Words
from tellerline.routing.information.versions import TableVersion
from tellerline.routing.model import fx
from tellerline.routing.model.codes import Code

_HOST_SECONDS: Final = 3.0
_ANSWER_SECONDS: Final = 0.3
_HOST_HAS_SAID = frozenset({Code.CURRENCY_NOT_OFFERED})


@dataclass(frozen=True, slots=True)
class Asking:
    """One call that has been let in."""

    parts: Parts
    context: RequestContext
    call: CallContext

    @property
    def english(self) -> bool:
        return wants_english(self.context)

    def said(self, words: Words) -> str:
        return words.said(english=self.english)

    @property
    def now(self) -> datetime:
        """In the bank's time zone."""
        return self.parts.clock.now().astimezone(self.parts.limits.zone)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def home(self) -> str:
        """The bank's own currency."""
        return self.parts.limits.base_currency

    def day(self, asked: Date | None, field: str = "date") -> date:
        """The day that was asked for; today where none was."""
        return self.today if asked is None else day_from_proto(asked, field)

    async def held(self, kind: type[HeldT]) -> Held[HeldT]:
        return await self.parts.tables.held(kind)

    async def live_rates(self, currency: str) -> fx.FxRates | None:
        """What the foreign-exchange host quotes in ``currency``; None where it gives no answer."""
        return await self._live(fx.ListRates(quote_currency=currency), fx.FxRates)

    async def live_rate(self, base: str, quote: str) -> fx.FxRate | None:
        """As ``live_rates``, of one pair. Raises ``CURRENCY_NOT_OFFERED``, which is an answer."""
        return await self._live(fx.GetRate(base=base, quote_currency=quote), fx.FxRate)

    async def _live(self, command: fx.ListRates | fx.GetRate, kind: type[ResultT]) -> ResultT | None:
        until = min(self.call.deadline - _ANSWER_SECONDS, self.parts.clock.monotonic() + _HOST_SECONDS)
        if until <= self.parts.clock.monotonic():
            return None
        call = replace(self.call, deadline=until)
        try:
            return result_of(await self.parts.pipeline.run(request_from(self.context, command), call), kind)
        except RefusalError as refusal:
            if refusal.code in _HOST_HAS_SAID:
                raise
            return None


def let_in(parts: Parts, method: str, context: RequestContext, call: CallContext) -> Asking:
    """Raises what ``context`` is refused for, and ``CHANNEL_NOT_ALLOWED``."""
    request = request_from(context)
    parts.admission.admit_channel(f"information.{method}", request.channel, call)
    return Asking(parts, context, call)


def source_to_proto(version: TableVersion) -> pb.TableSource:
    return pb.TableSource(
        version=version_name(version.table, version.number), effective_time=instant_to_proto(version.effective_at)
    )


def version_name(table: str, number: int) -> str:
    return f"tables/{table}/versions/{number}"
