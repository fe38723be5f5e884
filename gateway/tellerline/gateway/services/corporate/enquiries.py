"""A company's balances, statement and remittances."""

from __future__ import annotations

from typing import Any

from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.services.accounts.convert import statement_to_proto
from tellerline.gateway.services.corporate import convert
from tellerline.gateway.services.corporate.company import Caller, Companies
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.results import result_of
from tellerline.gateway.services.values import date_from_proto
from tellerline.routing.model import corporate as model
from tellerline.routing.model.accounts import Statement

_Remitted = type[model.ListIncomingRemittances] | type[model.ListOutgoingRemittances]


class EnquiryHandlers:
    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    async def get_balances(self, request: pb.GetBalancesRequest, call: CallContext) -> pb.GetBalancesResponse:
        caller, number = self._companies.caller(request), ""
        if request.account:
            found = await self._companies.account(request, caller, model.GetBalances.operation, call)
            number = found.account
        command = model.GetBalances(**caller.fields, account=number)
        balances = result_of(await self._companies.run(request, caller, command, call), model.CompanyBalances)
        return convert.balances_to_proto(balances, await self._companies.names(caller))

    async def list_statement_entries(
        self, request: pb.ListStatementEntriesRequest, call: CallContext
    ) -> pb.ListStatementEntriesResponse:
        caller = self._companies.caller(request)
        fields = await self._period(request, caller, model.ListStatementEntries.operation, call)
        command = model.ListStatementEntries(**caller.fields, **fields)
        statement = result_of(await self._companies.run(request, caller, command, call), Statement)
        page = statement_to_proto(statement, request.account)
        more = statement.more and statement.entries
        return pb.ListStatementEntriesResponse(
            statement_entries=page.statement_entries,
            next_page_token=page_token(request, str(statement.entries[-1].sequence)) if more else "",
            opening_amount=page.opening_amount,
            closing_amount=page.closing_amount,
        )

    async def list_incoming_remittances(
        self, request: pb.ListIncomingRemittancesRequest, call: CallContext
    ) -> pb.ListIncomingRemittancesResponse:
        listed, token = await self._remittances(request, model.ListIncomingRemittances, call)
        return pb.ListIncomingRemittancesResponse(remittances=listed, next_page_token=token)

    async def list_outgoing_remittances(
        self, request: pb.ListOutgoingRemittancesRequest, call: CallContext
    ) -> pb.ListOutgoingRemittancesResponse:
        listed, token = await self._remittances(request, model.ListOutgoingRemittances, call)
        return pb.ListOutgoingRemittancesResponse(remittances=listed, next_page_token=token)

    async def _remittances(self, request: Any, kind: _Remitted, call: CallContext) -> tuple[list[pb.Remittance], str]:
        caller = self._companies.caller(request)
        fields = await self._period(request, caller, kind.operation, call)
        settled = await self._companies.run(request, caller, kind(**caller.fields, **fields), call)
        page = result_of(settled, model.Remittances)
        more = page.more and page.remittances
        token = page_token(request, str(page.remittances[-1].sequence)) if more else ""
        return [convert.remittance_to_proto(each) for each in page.remittances], token

    async def _period(self, request: Any, caller: Caller, operation: str, call: CallContext) -> dict[str, Any]:
        """Account, days and page of a request that names them."""
        start, end = date_from_proto(request.start_date, "start_date"), date_from_proto(request.end_date, "end_date")
        if end < start:
            raise invalid("end_date", "before_start_date")
        size, after = page_size(request.page_size), number_of(request, request.page_token)
        account = await self._companies.account(request, caller, operation, call)
        return {
            "account": account.account,
            "from_date": start,
            "to_date": end,
            "after_sequence": after,
            "limit": size,
        }
