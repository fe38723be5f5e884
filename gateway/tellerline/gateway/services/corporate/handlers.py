"""Handlers of ``CorporateService``."""

from __future__ import annotations

from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.services.corporate.company import Companies
from tellerline.gateway.services.corporate.enquiries import EnquiryHandlers
from tellerline.gateway.services.corporate.orders import OrderHandlers
from tellerline.gateway.services.corporate.payments import PaymentHandlers
from tellerline.gateway.services.corporate.payrolls import PayrollHandlers
from tellerline.gateway.services.corporate.registration import RegistrationHandlers
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.parts import Parts


def build(parts: Parts) -> Service:
    companies = Companies(parts)
    enquiries, orders = EnquiryHandlers(companies), OrderHandlers(companies)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CorporateService"].full_name,
        methods=(
            *_registration(RegistrationHandlers(parts, companies)),
            *_enquiries(enquiries),
            *_orders(orders),
            *_payments(PaymentHandlers(companies)),
            *_payrolls(PayrollHandlers(companies)),
        ),
    )


def _registration(handlers: RegistrationHandlers) -> tuple[Method, ...]:
    return (
        unary("RegisterCompany", pb.RegisterCompanyRequest, pb.Company, handlers.register_company),
        unary(
            "VerifyRepresentative",
            pb.VerifyRepresentativeRequest,
            pb.RepresentativeGrant,
            handlers.verify_representative,
        ),
    )


def _enquiries(handlers: EnquiryHandlers) -> tuple[Method, ...]:
    return (
        unary("GetBalances", pb.GetBalancesRequest, pb.GetBalancesResponse, handlers.get_balances),
        unary(
            "ListStatementEntries",
            pb.ListStatementEntriesRequest,
            pb.ListStatementEntriesResponse,
            handlers.list_statement_entries,
        ),
        unary(
            "ListIncomingRemittances",
            pb.ListIncomingRemittancesRequest,
            pb.ListIncomingRemittancesResponse,
            handlers.list_incoming_remittances,
        ),
        unary(
            "ListOutgoingRemittances",
            pb.ListOutgoingRemittancesRequest,
            pb.ListOutgoingRemittancesResponse,
            handlers.list_outgoing_remittances,
        ),
    )


def _orders(handlers: OrderHandlers) -> tuple[Method, ...]:
    return (
        unary("CreateTransferOrder", pb.CreateTransferOrderRequest, pb.TransferOrder, handlers.create),
        unary("GetTransferOrder", pb.GetTransferOrderRequest, pb.TransferOrder, handlers.get),
        unary("ApproveTransferOrder", pb.ApproveTransferOrderRequest, pb.TransferOrder, handlers.approve),
        unary("RejectTransferOrder", pb.RejectTransferOrderRequest, pb.TransferOrder, handlers.reject),
    )


def _payments(handlers: PaymentHandlers) -> tuple[Method, ...]:
    return (
        unary("CreateRemittance", pb.CreateRemittanceRequest, pb.CreateRemittanceResponse, handlers.create_remittance),
        unary("ApplyForDraft", pb.ApplyForDraftRequest, pb.ApplyForDraftResponse, handlers.apply_for_draft),
        unary("RepayLoan", pb.RepayLoanRequest, pb.RepayLoanResponse, handlers.repay_loan),
    )


def _payrolls(handlers: PayrollHandlers) -> tuple[Method, ...]:
    return (
        unary("SubmitPayroll", pb.SubmitPayrollRequest, pb.Payroll, handlers.submit),
        unary("GetPayroll", pb.GetPayrollRequest, pb.GetPayrollResponse, handlers.get),
        unary("RunPayroll", pb.RunPayrollRequest, pb.RunPayrollResponse, handlers.run),
    )
