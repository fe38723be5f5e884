"""The counter's part and the proof by PIN: how a company and its representatives come to be known."""

from __future__ import annotations

import re

from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import Customer, RegisteredAccount
from tellerline.gateway.services.corporate import convert
from tellerline.gateway.services.corporate.company import Companies
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.results import result_of
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.corporate import CompanyDescription, DescribeCompany, Keeper, VerifyRepresentative

_REGISTER = "customers.RegisterCustomer"
_NUMBER = re.compile(r"[0-9]{10}")
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")


class RegistrationHandlers:
    def __init__(self, parts: Parts, companies: Companies) -> None:
        self._parts = parts
        self._companies = companies

    async def register_company(self, request: pb.RegisterCompanyRequest, call: CallContext) -> pb.Company:
        if not _NUMBER.fullmatch(request.company_number):
            raise invalid("company_number", "malformed")
        if not _CREDIT_CODE.fullmatch(request.credit_code):
            raise invalid("credit_code", "malformed")
        command = DescribeCompany(company=request.company_number, credit_code=request.credit_code)
        asking = request_from(request.context, command, request.company_number)
        await self._parts.admission.admit(_REGISTER, asking, call)
        settled = await self._parts.pipeline.run(asking, call)
        company = result_of(settled, CompanyDescription)
        await self._register(company, settled.host)
        return convert.company_to_proto(
            company, await self._companies.names(company.company, [each.account for each in company.accounts])
        )

    async def verify_representative(
        self, request: pb.VerifyRepresentativeRequest, call: CallContext
    ) -> pb.RepresentativeGrant:
        caller = self._companies.caller(request)
        typed = self._parts.pin_blocks.clear(request.pin, request.pin_block, "pin", request.context.call)
        pin = checked_text(typed, "pin", 12)
        asking = request_from(request.context, VerifyRepresentative(**caller.fields, pin=pin), caller.holder)
        grant = await self._parts.pins.verify(asking, call)
        expires = instant_to_proto(grant.expires_at)
        return pb.RepresentativeGrant(name=request.representative, token=grant.token, expire_time=expires)

    async def _register(self, company: CompanyDescription, host: str) -> None:
        """The company and each of its accounts, unless they are known already."""
        registry, now = self._parts.registry, self._parts.clock.now()
        await registry.add_customer(
            Customer(
                number=company.company,
                name=company.name,
                identity_document=company.credit_code,
                tier="GROUP",
                registered_at=now,
            )
        )
        for account in company.accounts:
            await registry.add_account(
                RegisteredAccount(
                    customer=company.company,
                    sequence=0,
                    account=account.account,
                    host="core" if account.kept_at is Keeper.CORE else host,
                    kind="ACCOUNT",
                    currency=account.currency,
                    limits=self._parts.limits.standard,
                    registered_at=now,
                )
            )
