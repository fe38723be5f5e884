"""``CustomerService`` from its parts."""

from __future__ import annotations

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.channels.service import Service
from tellerline.gateway.services.customers.identity import IdentityHandlers
from tellerline.gateway.services.customers.knowledge import KnowledgeHandlers
from tellerline.gateway.services.customers.limits import LimitHandlers
from tellerline.gateway.services.customers.pins import PinHandlers
from tellerline.gateway.services.customers.registration import RegistrationHandlers
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.parts import Parts


def build(parts: Parts) -> Service:
    registration, identity, knowledge = RegistrationHandlers(parts), IdentityHandlers(parts), KnowledgeHandlers(parts)
    limits = LimitHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CustomerService"].full_name,
        methods=(
            unary("RegisterCustomer", pb.RegisterCustomerRequest, pb.Customer, registration.register_customer),
            unary("RegisterAccount", pb.RegisterAccountRequest, accounts_pb2.Account, registration.register_account),
            unary("UpdateCustomer", pb.UpdateCustomerRequest, pb.Customer, registration.update_customer),
            unary("GetCustomer", pb.GetCustomerRequest, pb.Customer, knowledge.get_customer),
            unary(
                "FindCustomersByPhone",
                pb.FindCustomersByPhoneRequest,
                pb.FindCustomersByPhoneResponse,
                knowledge.find_customers_by_phone,
            ),
            unary("GetLimits", pb.GetLimitsRequest, pb.Limits, limits.get_limits),
            unary("UpdateLimits", pb.UpdateLimitsRequest, pb.Limits, limits.update_limits),
            unary("VerifyPin", pb.VerifyPinRequest, pb.Grant, identity.verify_pin),
            unary("ChangePin", pb.ChangePinRequest, pb.PinChange, PinHandlers(parts).change_pin),
            unary("GetPinKey", pb.GetPinKeyRequest, pb.PinKey, identity.get_pin_key),
            unary("RevokeGrant", pb.RevokeGrantRequest, pb.RevokeGrantResponse, identity.revoke_grant),
        ),
    )
