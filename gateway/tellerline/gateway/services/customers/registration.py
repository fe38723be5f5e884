"""The counter's part of ``CustomerService``: customers and accounts."""

from __future__ import annotations

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_records import Interaction, InteractionKind
from tellerline.gateway.journal.records import Customer, RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts import convert as accounts_convert
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.corporate.enrolment import Enrolment, company_number, registered_by
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telephones import mask_mobile
from tellerline.gateway.services.customers.telling import changed, reason_of, told
from tellerline.gateway.services.names import account_name, customer_name, customer_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import context_customer, request_from
from tellerline.gateway.services.results import result_of
from tellerline.routing.model.accounts import AccountDescription, AccountStatus, DescribeAccount
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import CustomerDescription, DescribeCustomer

_REGISTRATION = InteractionKind.REGISTRATION


class RegistrationHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._registry = parts.registry
        self._directory = AccountDirectory(parts.registry, parts.admission)
        self._enrolment = Enrolment(parts)

    async def register_customer(self, request: pb.RegisterCustomerRequest, call: CallContext) -> pb.Customer:
        document, name = convert.identity_document(request), convert.display_name(request)
        asking = request_from(request.context, DescribeCustomer(identity_document=document))
        await self._parts.admission.admit("customers.RegisterCustomer", asking, call)
        if convert.is_company(request.customer):
            return await self._register_company(request, call, name)
        person = result_of(await self._parts.pipeline.run(asking, call), CustomerDescription)
        customer = convert.customer_from_proto(request, person.host_customer, self._parts.clock.now())
        if person.name != customer.name:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        event = told(asking, customer.registered_at, customer.number, _REGISTRATION, "customer_registered")
        if not await self._registry.add_customer(customer, event):
            raise RefusalError(Code.CUSTOMER_ALREADY_REGISTERED, metadata={"customer": customer_name(customer.number)})
        return convert.customer_to_proto(customer, to_staff=True)

    async def _register_company(
        self, request: pb.RegisterCustomerRequest, call: CallContext, legal_name: str
    ) -> pb.Customer:
        number = company_number(request.customer_id, "customer_id")
        if await self._registry.customer(number) is not None:
            raise RefusalError(Code.CUSTOMER_ALREADY_REGISTERED, metadata={"customer": customer_name(number)})
        enrolled = await self._enrolment.enrol(
            request.context,
            call,
            number,
            convert.identity_document(request),
            legal_name=legal_name,
            tier=convert.tier_of(request.customer, pb.Customer.TIER_GROUP),
            mobile=convert.mobile_of(request.customer),
        )
        return convert.customer_to_proto(enrolled.customer, to_staff=True)

    async def update_customer(self, request: pb.UpdateCustomerRequest, call: CallContext) -> pb.Customer:
        number = customer_of(request.customer.name, "customer.name")
        asking = request_from(request.context, customer=number)
        if asking.customer != number:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        await self._parts.admission.admit("customers.UpdateCustomer", asking, call)
        reason, now = reason_of(request.reason), self._parts.clock.now()

        def tell(before: Customer, after: Customer) -> Interaction:
            mobiles = mask_mobile(before.mobile), mask_mobile(after.mobile)
            changes = changed(tier=(before.tier, after.tier), mobile_number=mobiles)
            return told(asking, now, number, _REGISTRATION, "customer_changed", changes=changes, reason=reason)

        customer = await self._registry.update_customer(number, convert.customer_change(request, now), tell)
        if customer is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        return convert.customer_to_proto(customer, to_staff=True)

    async def register_account(self, request: pb.RegisterAccountRequest, call: CallContext) -> accounts_pb2.Account:
        number = customer_of(request.parent, "parent")
        if request.context.customer and context_customer(request.context) != number:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        account = checked_text(request.account_number, "account_number", 34, required=True)
        asking = request_from(request.context, DescribeAccount(account=account), number)
        await self._parts.admission.admit("customers.RegisterAccount", asking, call)
        customer = await self._registry.customer(number)
        if customer is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        settled = await self._parts.pipeline.run(asking, call)
        described = result_of(settled, AccountDescription)
        _check_ownership(described, customer)
        wanted = self._new_account(described, customer, settled.host)
        registered = await self._registry.add_account(wanted, registered_by(asking))
        if registered is None:
            raise await self._already_registered(described.account, number)
        return accounts_convert.account_to_proto(registered)

    def _new_account(self, described: AccountDescription, customer: Customer, host: str) -> RegisteredAccount:
        return RegisteredAccount(
            customer=customer.number,
            sequence=0,
            account=described.account,
            host=host,
            kind=described.kind.value,
            currency=described.currency,
            limits=self._parts.limits.standard,
            registered_at=self._parts.clock.now(),
        )

    async def _already_registered(self, account: str, customer: str) -> RefusalError:
        """Names the account to its own customer only."""
        known = await self._registry.find_account(account)
        own = known is not None and known.customer == customer
        metadata = {"account": account_name(known.customer, known.sequence)} if known and own else {}
        return RefusalError(Code.ACCOUNT_ALREADY_REGISTERED, metadata=metadata)


def _check_ownership(described: AccountDescription, customer: Customer) -> None:
    if described.owner_identity_document != customer.identity_document:
        raise RefusalError(Code.ACCOUNT_NOT_OWNED)
    if described.status is AccountStatus.CLOSED:
        raise RefusalError(Code.ACCOUNT_CLOSED)
