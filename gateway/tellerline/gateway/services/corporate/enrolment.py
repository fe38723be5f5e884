"""How a company comes to be a registered customer, with the accounts that the corporate front-end keeps for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_port import TellAccount
from tellerline.gateway.journal.customer_records import Change, Interaction, InteractionKind
from tellerline.gateway.journal.records import Customer, RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers.telling import told
from tellerline.gateway.services.names import customer_name
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.results import result_of
from tellerline.routing.model.codes import Code
from tellerline.routing.model.corporate import CompanyDescription, DescribeCompany, Keeper

_NUMBER = re.compile(r"[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """``customer`` is the company as it is registered now."""

    customer: Customer
    company: CompanyDescription


class Enrolment:
    """The caller has let the request in."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def enrol(
        self,
        context: RequestContext,
        call: CallContext,
        number: str,
        credit_code: str,
        *,
        legal_name: str = "",
        tier: str = "GROUP",
        mobile: str = "",
    ) -> Enrolled:
        """The company and each of its accounts, unless they are known already: safe to repeat.

        ``CUSTOMER_NOT_FOUND`` when the front-end does not know it, or by another name than ``legal_name`` where one is
        given; ``CUSTOMER_ALREADY_REGISTERED`` when number or code are another customer's.
        """
        asking = request_from(context, DescribeCompany(company=number, credit_code=credit_code), number)
        settled = await self._parts.pipeline.run(asking, call)
        company = result_of(settled, CompanyDescription)
        if legal_name and company.name != legal_name:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        customer = await self._customer(asking, company, tier, mobile)
        for account in self._accounts(company, settled.host):
            await self._parts.registry.add_account(account, registered_by(asking))
        return Enrolled(customer, company)

    async def _customer(self, asking: Request, company: CompanyDescription, tier: str, mobile: str) -> Customer:
        registry, wanted = self._parts.registry, self._wanted(company, tier, mobile)
        event = told(asking, wanted.registered_at, wanted.number, InteractionKind.REGISTRATION, "customer_registered")
        if await registry.add_customer(wanted, event):
            return wanted
        known = await registry.customer(wanted.number)
        if known is None or known.identity_document != wanted.identity_document:
            raise RefusalError(Code.CUSTOMER_ALREADY_REGISTERED, metadata={"customer": customer_name(wanted.number)})
        return known

    def _wanted(self, company: CompanyDescription, tier: str, mobile: str) -> Customer:
        return Customer(
            number=company.company,
            name=company.name,
            identity_document=company.credit_code,
            tier=tier,
            registered_at=self._parts.clock.now(),
            mobile=mobile,
            kind="CORPORATE",
            document_kind="CREDIT_CODE",
        )

    def _accounts(self, company: CompanyDescription, host: str) -> list[RegisteredAccount]:
        return [
            RegisteredAccount(
                customer=company.company,
                sequence=0,
                account=account.account,
                host="core" if account.kept_at is Keeper.CORE else host,
                kind="ACCOUNT",
                currency=account.currency,
                limits=self._parts.limits.standard,
                registered_at=self._parts.clock.now(),
            )
            for account in company.accounts
        ]


def company_number(text: str, field: str) -> str:
    """A number of the corporate front-end: ten digits."""
    if not _NUMBER.fullmatch(text):
        raise invalid(field, "malformed" if text else "missing")
    return text


def registered_by(asking: Request) -> TellAccount:
    """Tells who registered an account."""

    def tell(account: RegisteredAccount) -> Interaction:
        return told(
            asking,
            account.registered_at,
            account.customer,
            InteractionKind.REGISTRATION,
            "account_registered",
            sequence=account.sequence,
            changes=(Change("number_ending", "", account.account[-4:]),),
        )

    return tell
