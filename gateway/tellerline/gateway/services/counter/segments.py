"""``ClassifyCustomers``: the bank's figures, by the rule that is in force."""

from __future__ import annotations

from datetime import timedelta

from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_records import Change, Classified, Interaction, InteractionKind
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telling import told
from tellerline.gateway.services.names import customer_name, customer_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import date_from_proto, money_from_proto
from tellerline.routing.model.codes import Code

_MOST = 500


class SegmentHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def classify(self, request: pb.ClassifyCustomersRequest, call: CallContext) -> pb.ClassifyCustomersResponse:
        asking = request_from(request.context)
        await self._parts.admission.admit("customers.ClassifyCustomers", asking, call)
        day = self._day(request)
        segments = self._segments(request)
        reply = pb.ClassifyCustomersResponse(rule_version=self._parts.counter.segments.version)
        for customer, segment in segments.items():
            classified = await self._classify(asking, customer, segment, day)
            if classified is None:
                reply.unknown_customers.append(customer_name(customer))
                continue
            reply.classifications.add(
                customer=customer_name(customer),
                segment=convert.segment_to_proto(classified.segment),
                earlier_segment=convert.segment_to_proto(classified.earlier),
            )
        return reply

    async def _classify(self, asking: Request, customer: str, segment: str, day: str) -> Classified | None:
        version, now = self._parts.counter.segments.version, self._parts.clock.now()

        def tell(classified: Classified) -> Interaction:
            changes = (Change("segment", classified.earlier, classified.segment), Change("rule_version", "", version))
            kind = InteractionKind.SEGMENT
            return told(asking, now, customer, kind, "customer_classified", reference=day, changes=changes)

        return await self._parts.dossiers.classify(customer, segment, day, version, tell)

    def _day(self, request: pb.ClassifyCustomersRequest) -> str:
        """Not tomorrow, and no day after that: nobody's figures are from there."""
        day = date_from_proto(request.figures_date, "figures_date")
        if day >= self._parts.limits.day(self._parts.clock.now() + timedelta(days=1)):
            raise invalid("figures_date", "in_the_future")
        return day

    def _segments(self, request: pb.ClassifyCustomersRequest) -> dict[str, str]:
        """All figures are read before the first is put in."""
        if not 1 <= len(request.figures) <= _MOST:
            raise invalid("figures", "too_many" if request.figures else "missing")
        segments: dict[str, str] = {}
        for each in request.figures:
            customer = customer_of(each.customer, "figures.customer")
            if customer in segments:
                raise invalid("figures.customer", "twice")
            contribution = self._minor(each.contribution_amount, "figures.contribution_amount", signed=True)
            turnover = self._minor(each.turnover_amount, "figures.turnover_amount", signed=False)
            segments[customer] = self._parts.counter.segments.segment(contribution, turnover)
        return segments

    def _minor(self, amount: ProtoMoney, field: str, *, signed: bool) -> int:
        below = signed and (amount.units < 0 or amount.nanos < 0)
        plain = amount
        if below:
            plain = ProtoMoney(currency_code=amount.currency_code)
            if amount.units == -(2**63):
                raise invalid(field, "too_large", Code.INVALID_AMOUNT)
            plain.units, plain.nanos = -amount.units, -amount.nanos if amount.nanos != -(2**31) else amount.nanos
        money = money_from_proto(plain, field, positive=False)
        if money.currency != self._parts.counter.segments.currency:
            raise invalid(field, "not_the_rules_currency", Code.INVALID_AMOUNT)
        return -money.minor if below else money.minor
