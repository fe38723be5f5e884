"""Handlers of ``AccountService``."""

from __future__ import annotations

from tellerline.adapters.telemetry import mask_number
from tellerline.api.accounts.v1 import accounts_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts import convert
from tellerline.gateway.services.accounts.unsigned import UnsignedDesk
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import customer_of, segments
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import context_customer, request_from, wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.routing.model.accounts import (
    AccountKind,
    Balance,
    GetBalance,
    GetLossReport,
    ListStatementEntries,
    LossReport,
    ReportLoss,
    Statement,
)
from tellerline.routing.model.codes import Code


class AccountHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)
        self._unsigned = UnsignedDesk(parts.pins, parts.grants, parts.registry)

    async def list_accounts(self, request: pb.ListAccountsRequest, call: CallContext) -> pb.ListAccountsResponse:
        customer = customer_of(request.parent, "parent")
        if request.context.customer and context_customer(request.context) != customer:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        size, after = page_size(request.page_size), number_of(request, request.page_token)
        await self._parts.admission.admit(
            "accounts.ListAccounts", request_from(request.context, customer=customer), call, whole=True
        )
        accounts = [a for a in await self._parts.registry.accounts(customer) if a.sequence > after]
        more = len(accounts) > size
        return pb.ListAccountsResponse(
            accounts=[convert.account_to_proto(account) for account in accounts[:size]],
            next_page_token=page_token(request, str(accounts[size - 1].sequence)) if more else "",
        )

    async def get_balance(self, request: pb.GetBalanceRequest, call: CallContext) -> pb.Balance:
        parts = segments(request.name, "customers/*/accounts/*/balance", "name")
        account = await self._directory.find(request.context, parts, "name", GetBalance.operation, call)
        settled = await self._parts.pipeline.run(
            request_from(request.context, GetBalance(account=account.account), account.customer), call
        )
        return convert.balance_to_proto(result_of(settled, Balance), request.name, last_known=settled.last_known)

    async def list_statement_entries(
        self, request: pb.ListStatementEntriesRequest, call: CallContext
    ) -> pb.ListStatementEntriesResponse:
        parts = segments(request.parent, "customers/*/accounts/*", "parent")
        size, after = page_size(request.page_size), number_of(request, request.page_token)
        account = await self._directory.find(request.context, parts, "parent", ListStatementEntries.operation, call)
        command = convert.statement_command(request, account.account, after=after, limit=size)
        settled = await self._parts.pipeline.run(request_from(request.context, command, account.customer), call)
        statement = result_of(settled, Statement)
        response = convert.statement_to_proto(statement, request.parent)
        if statement.more and statement.entries:
            response.next_page_token = page_token(request, str(statement.entries[-1].sequence))
        return response

    async def report_loss(self, request: pb.ReportLossRequest, call: CallContext) -> pb.ReportLossResponse:
        lost = request.WhichOneof("lost")
        if lost == "unsigned_account":
            return await self._report_unsigned(request, call)
        if lost is None:
            raise invalid("lost", "missing")
        parts = segments(request.account, "customers/*/accounts/*", "account")
        account = await self._directory.find(request.context, parts, "account", ReportLoss.operation, call)
        kind = convert.KINDS.from_proto(request.kind, "kind") if request.kind else AccountKind(account.kind)
        command = convert.loss_command(request, account.account, kind)
        settled = await self._parts.pipeline.run(request_from(request.context, command, account.customer), call)
        return _loss_response(request, settled, account.account, request.account)

    async def _report_unsigned(self, request: pb.ReportLossRequest, call: CallContext) -> pb.ReportLossResponse:
        typed = request.unsigned_account
        kind = convert.KINDS.from_proto(typed.kind, "unsigned_account.kind")
        number = self._unsigned.checked_number(typed.account_number)
        command = convert.loss_command(request, number, kind)
        pin = self._parts.pin_blocks.clear(typed.pin, typed.pin_block, "unsigned_account.pin", request.context.call)
        settled = await self._unsigned.run(self._parts.pipeline, request.context, command, pin, call)
        return _loss_response(request, settled, number, "")

    async def get_loss_report(self, request: pb.GetLossReportRequest, call: CallContext) -> pb.LossReport:
        parts = segments(request.name, "customers/*/accounts/*/lossReport", "name")
        account = await self._directory.find(request.context, parts, "name", GetLossReport.operation, call)
        settled = await self._parts.pipeline.run(
            request_from(request.context, GetLossReport(account=account.account), account.customer), call
        )
        return convert.loss_report_to_proto(result_of(settled, LossReport), request.name.removesuffix("/lossReport"))


def _loss_response(request: pb.ReportLossRequest, settled: Settled, number: str, parent: str) -> pb.ReportLossResponse:
    report = result_if_done(settled, LossReport)
    return pb.ReportLossResponse(
        masked_number=mask_number(number),
        loss_report=convert.loss_report_to_proto(report, parent) if report else None,
        transaction=info_of_settled(settled, english=wants_english(request.context)),
    )


def build(parts: Parts) -> Service:
    handlers = AccountHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["AccountService"].full_name,
        methods=(
            unary("ListAccounts", pb.ListAccountsRequest, pb.ListAccountsResponse, handlers.list_accounts),
            unary("GetBalance", pb.GetBalanceRequest, pb.Balance, handlers.get_balance),
            unary(
                "ListStatementEntries",
                pb.ListStatementEntriesRequest,
                pb.ListStatementEntriesResponse,
                handlers.list_statement_entries,
            ),
            unary("ReportLoss", pb.ReportLossRequest, pb.ReportLossResponse, handlers.report_loss),
            unary("GetLossReport", pb.GetLossReportRequest, pb.LossReport, handlers.get_loss_report),
        ),
    )
