"""Payroll files: handed in, looked at, run."""

from __future__ import annotations

from typing import Any

from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.services.corporate import convert
from tellerline.gateway.services.corporate.company import Caller, Companies
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.routing.model import corporate as model

_PAGE = 200


class PayrollHandlers:
    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    async def submit(self, request: pb.SubmitPayrollRequest, call: CallContext) -> pb.Payroll:
        caller, lines = self._companies.caller(request), convert.payroll_lines(request.lines)
        account = await self._companies.account(request, caller, model.SubmitPayroll.operation, call)
        command = model.SubmitPayroll(**caller.fields, account=account.account, lines=lines)
        settled = await self._companies.run(request, caller, command, call)
        info = info_of_settled(settled, english=wants_english(request.context))
        payroll = result_if_done(settled, model.Payroll)
        return convert.payroll_to_proto(payroll, request.account, info) if payroll else pb.Payroll(transaction=info)

    async def get(self, request: pb.GetPayrollRequest, call: CallContext) -> pb.GetPayrollResponse:
        size, after = page_size(request.page_size), number_of(request, request.page_token)
        caller, fields, parent = await self._payroll(request, model.GetPayroll.operation, call)
        command = model.GetPayroll(**fields, after_number=after, limit=size)
        page = result_of(await self._companies.run(request, caller, command, call), model.PayrollLines)
        response = convert.payroll_lines_to_proto(page, parent)
        if page.more and page.lines:
            response.next_page_token = page_token(request, str(page.lines[-1].number))
        return response

    async def run(self, request: pb.RunPayrollRequest, call: CallContext) -> pb.RunPayrollResponse:
        caller, fields, _ = await self._payroll(request, model.RunPayroll.operation, call)
        lines = await self._payable(request, caller, fields, call)
        if not lines:
            raise invalid("name", "nothing_to_pay")
        settled = await self._companies.run(request, caller, model.RunPayroll(**fields, lines=lines), call)
        info = info_of_settled(settled, english=wants_english(request.context))
        return convert.run_to_proto(result_if_done(settled, model.PayrollRun), info, request.name)

    async def _payable(
        self, request: Any, caller: Caller, fields: dict[str, str], call: CallContext
    ) -> tuple[model.PayrollLine, ...]:
        """Every line that the host would let pass, page by page."""
        found: list[model.PayrollLine] = []
        after, more = 0, True
        while more:
            command = model.GetPayroll(**fields, after_number=after, limit=_PAGE)
            page = result_of(await self._companies.run(request, caller, command, call), model.PayrollLines)
            found += [_line(outcome) for outcome in page.lines if not outcome.host_code]
            more = page.more and bool(page.lines)
            after = page.lines[-1].number if page.lines else after
        return tuple(found)

    async def _payroll(self, request: Any, operation: str, call: CallContext) -> tuple[Caller, dict[str, str], str]:
        """Who asks, the fields of a command on the payroll of ``request.name``, and the account's resource name."""
        caller = self._companies.caller(request)
        customer, sequence, payroll = segments(request.name, "customers/*/accounts/*/payrolls/*", "name")
        parent = f"customers/{customer}/accounts/{sequence}"
        account = await self._companies.account(request, caller, operation, call, name=parent, field="name")
        return caller, {**caller.fields, "account": account.account, "payroll": payroll}, parent


def _line(outcome: model.PayrollOutcome) -> model.PayrollLine:
    return model.PayrollLine(number=outcome.number, account=outcome.account, name=outcome.name, amount=outcome.amount)
