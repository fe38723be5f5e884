"""The counter's part and the proof by PIN: how a company and its representatives come to be known."""

from __future__ import annotations

from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.counter.documents import is_credit_code
from tellerline.gateway.services.corporate import convert
from tellerline.gateway.services.corporate.company import Companies
from tellerline.gateway.services.corporate.enrolment import Enrolment, company_number
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import instant_to_proto

_REGISTER = "customers.RegisterCustomer"


class RegistrationHandlers:
    def __init__(self, parts: Parts, companies: Companies) -> None:
        self._parts = parts
        self._companies = companies
        self._enrolment = Enrolment(parts)

    async def register_company(self, request: pb.RegisterCompanyRequest, call: CallContext) -> pb.Company:
        number = company_number(request.company_number, "company_number")
        if not is_credit_code(request.credit_code):
            raise invalid("credit_code", "malformed")
        await self._parts.admission.admit(_REGISTER, request_from(request.context, customer=number), call)
        company = (await self._enrolment.enrol(request.context, call, number, request.credit_code)).company
        return convert.company_to_proto(company, await self._companies.all_names(company.company))

    async def verify_representative(
        self, request: pb.VerifyRepresentativeRequest, call: CallContext
    ) -> pb.RepresentativeGrant:
        caller = self._companies.caller(request)
        typed = self._parts.pin_blocks.clear(request.pin, request.pin_block, "pin", request.context.call)
        grant, _ = await self._companies.prove(request.context, caller, typed, call)
        expires = instant_to_proto(grant.expires_at)
        return pb.RepresentativeGrant(name=request.representative, token=grant.token, expire_time=expires)
