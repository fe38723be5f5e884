"""Handlers of ``TableService``."""

from __future__ import annotations

import re

from tellerline.adapters.telemetry import mask_text
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.information.v1 import tables_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request, TableStanding
from tellerline.gateway.services.public import version_name
from tellerline.gateway.services.refusals import checked_words, invalid
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.values import date_from_proto, date_to_proto, instant_to_proto
from tellerline.routing.information.reading import KINDS, LONGEST
from tellerline.routing.information.versions import TableVersion, Verdict

STATES = EnumPair(pb.TableVersion.State.DESCRIPTOR, "STATE_", Verdict)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_REASON = 200


class TableHandlers:
    """Who acts is ``context.agent``, as the channel that may speak here names him."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list_tables(self, request: pb.ListTablesRequest, call: CallContext) -> pb.ListTablesResponse:
        self._admit("ListTables", request.context, call)
        english = wants_english(request.context)
        standings = await self._parts.tables.standings()
        return pb.ListTablesResponse(tables=[_table(each, english=english) for each in standings])

    async def list_table_versions(
        self, request: pb.ListTableVersionsRequest, call: CallContext
    ) -> pb.ListTableVersionsResponse:
        self._admit("ListTableVersions", request.context, call)
        limit, below = page_size(request.page_size), number_of(request, request.page_token)
        [table] = segments(request.parent, "tables/*", "parent")
        versions = await self._parts.tables.page(table, min(below, 2**31), limit)
        more = len(versions) == limit and versions[-1].number > 0
        return pb.ListTableVersionsResponse(
            table_versions=[version_to_proto(each) for each in versions],
            next_page_token=page_token(request, str(versions[-1].number)) if more else "",
        )

    async def get_table_version(self, request: pb.GetTableVersionRequest, call: CallContext) -> pb.TableVersion:
        self._admit("GetTableVersion", request.context, call)
        return version_to_proto(await self._parts.tables.version(*_parts_of(request.name)))

    async def propose_table_version(self, request: pb.ProposeTableVersionRequest, call: CallContext) -> pb.TableVersion:
        operator = self._operator("ProposeTableVersion", request.context, call)
        [table] = segments(request.parent, "tables/*", "parent")
        wished = request.table_version
        if not wished.content or len(wished.content) > LONGEST:
            raise invalid("table_version.content", "too_long" if wished.content else "missing")
        if "\0" in wished.content:
            raise invalid("table_version.content", "control_character")
        effective = wished.effective_date if wished.HasField("effective_date") else None
        proposed = await self._parts.tables.propose(
            table,
            operator,
            wished.content,
            reason=checked_words(wished.reason, "table_version.reason", _REASON, required=True),
            effective_date="" if effective is None else date_from_proto(effective, "table_version.effective_date"),
        )
        return version_to_proto(proposed)

    async def approve_table_version(self, request: pb.ApproveTableVersionRequest, call: CallContext) -> pb.TableVersion:
        operator = self._operator("ApproveTableVersion", request.context, call)
        remark = checked_words(request.remark, "remark", _REASON)
        return await self._decide(request.name, operator, remark, approve=True)

    async def reject_table_version(self, request: pb.RejectTableVersionRequest, call: CallContext) -> pb.TableVersion:
        operator = self._operator("RejectTableVersion", request.context, call)
        remark = checked_words(request.remark, "remark", _REASON, required=True)
        return await self._decide(request.name, operator, remark, approve=False)

    async def _decide(self, name: str, operator: str, remark: str, *, approve: bool) -> pb.TableVersion:
        table, number = _parts_of(name)
        return version_to_proto(
            await self._parts.tables.decide(table, number, operator, approve=approve, remark=remark)
        )

    def _admit(self, method: str, context: RequestContext, call: CallContext) -> Request:
        request = request_from(context)
        self._parts.admission.admit_channel(f"tables.{method}", request.channel, call)
        return request

    def _operator(self, method: str, context: RequestContext, call: CallContext) -> str:
        """Let in, and named."""
        operator = self._admit(method, context, call).agent.strip()
        if not operator:
            raise invalid("context.agent", "missing")
        return operator


def _parts_of(name: str) -> tuple[str, int]:
    table, number = segments(name, "tables/*/versions/*", "name")
    if not _NUMBER.fullmatch(number):
        raise invalid("name", "not_a_name")
    return table, int(number)


def _table(standing: TableStanding, *, english: bool) -> pb.InformationTable:
    return pb.InformationTable(
        name=f"tables/{standing.table}",
        display_name=KINDS[standing.table].title.said(english=english),
        current=_if_there(standing.current),
        upcoming=_if_there(standing.upcoming),
        proposed=_if_there(standing.proposed),
    )


def _if_there(version: TableVersion | None) -> pb.TableVersion | None:
    return None if version is None else version_to_proto(version)


def version_to_proto(version: TableVersion) -> pb.TableVersion:
    """What people wrote is masked like a host's words: it may quote a whole number."""
    return pb.TableVersion(
        name=version_name(version.table, version.number),
        content=version.content,
        reason=mask_text(version.reason),
        effective_date=date_to_proto(version.effective_date),
        state=STATES.to_proto(version.verdict),
        proposer=version.proposer,
        propose_time=instant_to_proto(version.proposed_at),
        decider=version.decider,
        decide_time=instant_to_proto(version.decided_at),
        remark=mask_text(version.remark),
        effective_time=instant_to_proto(version.effective_at),
        digest=version.digest,
    )


def build(parts: Parts) -> Service:
    on = TableHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["TableService"].full_name,
        methods=(
            unary("ListTables", pb.ListTablesRequest, pb.ListTablesResponse, on.list_tables),
            unary(
                "ListTableVersions",
                pb.ListTableVersionsRequest,
                pb.ListTableVersionsResponse,
                on.list_table_versions,
            ),
            unary("GetTableVersion", pb.GetTableVersionRequest, pb.TableVersion, on.get_table_version),
            unary("ProposeTableVersion", pb.ProposeTableVersionRequest, pb.TableVersion, on.propose_table_version),
            unary("ApproveTableVersion", pb.ApproveTableVersionRequest, pb.TableVersion, on.approve_table_version),
            unary("RejectTableVersion", pb.RejectTableVersionRequest, pb.TableVersion, on.reject_table_version),
        ),
    )
