"""Handlers of ``CreditService``."""

from __future__ import annotations

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.credit.v1 import credit_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.credit import convert
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.gateway.services.values import money_from_proto
from tellerline.routing.model.credit import GetLoan, Instalments, ListInstalments, Loan, LoanRepaid, RepayLoan

_PAGE = 20


class CreditHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def get_loan(self, request: pb.GetLoanRequest, call: CallContext) -> pb.Loan:
        account, loan = await self._loan(request.context, request.name, "name", GetLoan.operation, call)
        command = GetLoan(loan=loan, account=account.account)
        settled = await self._parts.pipeline.run(request_from(request.context, command, account.customer), call)
        return convert.loan_to_proto(result_of(settled, Loan), request.name)

    async def list_instalments(
        self, request: pb.ListInstalmentsRequest, call: CallContext
    ) -> pb.ListInstalmentsResponse:
        size = page_size(request.page_size, default=_PAGE, most=_PAGE)
        after = number_of(request, request.page_token)
        account, loan = await self._loan(request.context, request.parent, "parent", ListInstalments.operation, call)
        command = ListInstalments(loan=loan, account=account.account, after_number=after, limit=size)
        settled = await self._parts.pipeline.run(request_from(request.context, command, account.customer), call)
        page = result_of(settled, Instalments)
        response = convert.instalments_to_proto(page, request.parent)
        if page.more and page.instalments:
            response.next_page_token = page_token(request, str(page.instalments[-1].number))
        return response

    async def repay_loan(self, request: pb.RepayLoanRequest, call: CallContext) -> pb.RepayLoanResponse:
        account, loan = await self._loan(request.context, request.name, "name", RepayLoan.operation, call)
        amount = money_from_proto(request.amount, "amount")
        command = RepayLoan(loan=loan, account=account.account, amount=amount)
        settled = await self._parts.pipeline.run(request_from(request.context, command, account.customer), call)
        info = info_of_settled(settled, english=wants_english(request.context))
        return convert.repaid_to_proto(result_if_done(settled, LoanRepaid), info, request.name)

    async def _loan(
        self, context: RequestContext, name: str, field: str, operation: str, call: CallContext
    ) -> tuple[RegisteredAccount, str]:
        parts = segments(name, "customers/*/accounts/*/loans/*", field)
        return await self._directory.find(context, parts, field, operation, call), parts[2]


def build(parts: Parts) -> Service:
    handlers = CreditHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CreditService"].full_name,
        methods=(
            unary("GetLoan", pb.GetLoanRequest, pb.Loan, handlers.get_loan),
            unary("ListInstalments", pb.ListInstalmentsRequest, pb.ListInstalmentsResponse, handlers.list_instalments),
            unary("RepayLoan", pb.RepayLoanRequest, pb.RepayLoanResponse, handlers.repay_loan),
        ),
    )
