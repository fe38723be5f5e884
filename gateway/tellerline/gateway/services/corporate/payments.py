"""What one representative may do alone."""

from __future__ import annotations

from typing import Any

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.services.corporate import convert
from tellerline.gateway.services.corporate.company import Companies
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import wants_english
from tellerline.gateway.services.results import result_if_done
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.gateway.services.values import money_from_proto
from tellerline.routing.model import corporate as model


class PaymentHandlers:
    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    async def create_remittance(
        self, request: pb.CreateRemittanceRequest, call: CallContext
    ) -> pb.CreateRemittanceResponse:
        caller = self._companies.caller(request)
        account = await self._companies.account(request, caller, model.CreateRemittance.operation, call)
        command = convert.remittance_command(request, caller.who, account.account)
        settled = await self._companies.run(request, caller, command, call)
        return convert.remitted_to_proto(result_if_done(settled, model.Remitted), _info(request, settled))

    async def apply_for_draft(self, request: pb.ApplyForDraftRequest, call: CallContext) -> pb.ApplyForDraftResponse:
        caller = self._companies.caller(request)
        account = await self._companies.account(request, caller, model.ApplyForDraft.operation, call)
        command = convert.draft_command(request, caller.who, account.account)
        settled = await self._companies.run(request, caller, command, call)
        return convert.draft_to_proto(result_if_done(settled, model.DraftIssued), _info(request, settled))

    async def repay_loan(self, request: pb.RepayLoanRequest, call: CallContext) -> pb.RepayLoanResponse:
        caller = self._companies.caller(request)
        loan = checked_text(request.loan_number, "loan_number", 32, required=True)
        amount = money_from_proto(request.amount, "amount")
        account = await self._companies.account(request, caller, model.RepayLoan.operation, call)
        command = model.RepayLoan(**caller.fields, account=account.account, loan=loan, amount=amount)
        settled = await self._companies.run(request, caller, command, call)
        repaid = result_if_done(settled, model.CompanyLoanRepaid)
        return convert.repaid_to_proto(repaid, _info(request, settled), loan)


def _info(request: Any, settled: Settled) -> TransactionInfo:
    return info_of_settled(settled, english=wants_english(request.context))
