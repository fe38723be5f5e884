"""How the call centre refuses: a stable code with its evidence, and a sentence for people in zh-CN and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from tellerline.adapters.rpc.status import Refusal
from tellerline.routing.tickets.approval import WhyNot
from tellerline.routing.tickets.commands import Refused, Why


class Code(StrEnum):
    """Stable words. Those that the gateway has too mean the same."""

    INVALID_REQUEST = "INVALID_REQUEST"
    INVALID_PAGE_TOKEN = "INVALID_PAGE_TOKEN"  # noqa: S105 - no password
    DUPLICATE_SERIAL_DIFFERENT_PAYLOAD = "DUPLICATE_SERIAL_DIFFERENT_PAYLOAD"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    STAFF_UNKNOWN = "STAFF_UNKNOWN"
    TICKET_NOT_FOUND = "TICKET_NOT_FOUND"
    TICKET_VERSION_OUTDATED = "TICKET_VERSION_OUTDATED"
    TICKET_CLOSED = "TICKET_CLOSED"
    ACTION_NOT_AT_THIS_STEP = "ACTION_NOT_AT_THIS_STEP"
    ACTION_NOT_ALLOWED = "ACTION_NOT_ALLOWED"
    OTHER_DEPARTMENT = "OTHER_DEPARTMENT"
    SECOND_PERSON_REQUIRED = "SECOND_PERSON_REQUIRED"
    DETAILS_MISSING = "DETAILS_MISSING"
    INSTANT_PASSED = "INSTANT_PASSED"
    NOT_ALL_TOLD = "NOT_ALL_TOLD"
    TRANSACTION_IN_DOUBT = "TRANSACTION_IN_DOUBT"
    TRANSACTION_NOT_HEARD = "TRANSACTION_NOT_HEARD"
    CLOCKS_PAUSED = "CLOCKS_PAUSED"
    CLOCKS_NOT_PAUSED = "CLOCKS_NOT_PAUSED"
    NOTHING_TO_PAUSE = "NOTHING_TO_PAUSE"
    REASON_MISSING = "REASON_MISSING"
    WORKING_DAYS_UNKNOWN = "WORKING_DAYS_UNKNOWN"
    EXPORT_NOT_FOUND = "EXPORT_NOT_FOUND"
    FLOW_NOT_FOUND = "FLOW_NOT_FOUND"
    FLOW_BROKEN = "FLOW_BROKEN"
    FLOW_VERSION_NOT_NEXT = "FLOW_VERSION_NOT_NEXT"
    FLOW_PROPOSAL_PENDING = "FLOW_PROPOSAL_PENDING"
    FLOW_NOT_PENDING = "FLOW_NOT_PENDING"


@dataclass(frozen=True, slots=True)
class Said:
    """``grpc`` is the number of the status; both sentences are whole. ``definite``: nothing was done."""

    grpc: int
    zh: str
    en: str
    definite: bool = True
    retryable: bool = False


_INVALID = code_pb2.INVALID_ARGUMENT
_STATE = code_pb2.FAILED_PRECONDITION
_DENIED = code_pb2.PERMISSION_DENIED

SAID: Mapping[Code, Said] = {
    Code.INVALID_REQUEST: Said(
        _INVALID, "请求内容不完整或有误，请核对。", "Something in the request is missing or wrong."
    ),
    Code.INVALID_PAGE_TOKEN: Said(
        _INVALID, "翻页信息已失效，请从第一页重新查询。", "Please start from the first page."
    ),
    Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD: Said(
        code_pb2.ALREADY_EXISTS, "该流水号已用于另一项请求，本次未受理。", "This serial belongs to another request."
    ),
    Code.STORE_UNAVAILABLE: Said(
        code_pb2.UNAVAILABLE,
        "系统暂时无法登记，请稍后用同一流水号重试。",
        "Nothing can be recorded at present. Please try again later with the same serial.",
        definite=False,
        retryable=True,
    ),
    Code.STAFF_UNKNOWN: Said(_DENIED, "人员名册中没有此人。", "This person is not on the bank's staff list."),
    Code.TICKET_NOT_FOUND: Said(code_pb2.NOT_FOUND, "没有此工单。", "There is no such ticket."),
    Code.TICKET_VERSION_OUTDATED: Said(
        code_pb2.ABORTED,
        "工单已被他人更新，请刷新后再操作。",
        "The ticket has changed meanwhile. Please read it again.",
    ),
    Code.TICKET_CLOSED: Said(_STATE, "工单已办结。", "The ticket has ended."),
    Code.ACTION_NOT_AT_THIS_STEP: Said(
        _STATE, "当前环节不能进行此操作。", "This cannot be done at the step where the ticket is."
    ),
    Code.ACTION_NOT_ALLOWED: Said(_DENIED, "您没有此操作的权限。", "This is not for you to do."),
    Code.OTHER_DEPARTMENT: Said(_DENIED, "该工单由其他部门受理。", "The ticket belongs to another department."),
    Code.SECOND_PERSON_REQUIRED: Said(_DENIED, "必须由另一人办理。", "Another person must do this."),
    Code.DETAILS_MISSING: Said(_STATE, "工单内容未填写完整。", "Something must be filled in first."),
    Code.INSTANT_PASSED: Said(_STATE, "所填时间已过。", "The time given has passed already."),
    Code.NOT_ALL_TOLD: Said(_STATE, "尚有人员未告知。", "Not everybody has been told yet."),
    Code.TRANSACTION_IN_DOUBT: Said(
        _STATE, "相关交易结果尚未确定，暂不能审定。", "The outcome of the transaction is not known yet."
    ),
    Code.TRANSACTION_NOT_HEARD: Said(
        code_pb2.UNAVAILABLE, "暂时无法查询交易结果。", "The gateway does not answer at present.", retryable=True
    ),
    Code.CLOCKS_PAUSED: Said(_STATE, "工单计时已暂停，请先恢复。", "The clocks are paused. Please resume them first."),
    Code.CLOCKS_NOT_PAUSED: Said(_STATE, "工单计时并未暂停。", "The clocks are not paused."),
    Code.NOTHING_TO_PAUSE: Said(_STATE, "没有可以暂停的计时。", "No clock is running that could be paused."),
    Code.REASON_MISSING: Said(_STATE, "请填写原因。", "A reason must be given."),
    Code.WORKING_DAYS_UNKNOWN: Said(
        _STATE,
        "尚不掌握相关年度的节假日安排，请联系系统管理员。",
        "The working days of that year are not known yet. Please call an administrator.",
    ),
    Code.EXPORT_NOT_FOUND: Said(
        code_pb2.NOT_FOUND, "没有此导出申请，或已失效。", "There is no such export, or it is over."
    ),
    Code.FLOW_NOT_FOUND: Said(code_pb2.NOT_FOUND, "没有此流程。", "There is no such flow."),
    Code.FLOW_BROKEN: Said(_INVALID, "流程定义有误。", "There is a mistake in the flow."),
    Code.FLOW_VERSION_NOT_NEXT: Said(_STATE, "流程版本号应为下一个号码。", "The version must carry the next number."),
    Code.FLOW_PROPOSAL_PENDING: Said(_STATE, "已有一个版本等待复核。", "Another version waits to be decided."),
    Code.FLOW_NOT_PENDING: Said(_STATE, "该版本不在等待复核。", "This version does not wait to be decided."),
}

OF_COMMANDS: Mapping[Why, Code] = {
    Why.CLOSED: Code.TICKET_CLOSED,
    Why.NOT_AT_THIS_STEP: Code.ACTION_NOT_AT_THIS_STEP,
    Why.NOT_ALLOWED: Code.ACTION_NOT_ALLOWED,
    Why.OTHER_DEPARTMENT: Code.OTHER_DEPARTMENT,
    Why.SECOND_PERSON_REQUIRED: Code.SECOND_PERSON_REQUIRED,
    Why.MISSING_DETAILS: Code.DETAILS_MISSING,
    Why.INSTANT_PASSED: Code.INSTANT_PASSED,
    Why.NOT_ALL_TOLD: Code.NOT_ALL_TOLD,
    Why.TRANSACTION_IN_DOUBT: Code.TRANSACTION_IN_DOUBT,
    Why.PAUSED: Code.CLOCKS_PAUSED,
    Why.NOT_PAUSED: Code.CLOCKS_NOT_PAUSED,
    Why.NOTHING_TO_PAUSE: Code.NOTHING_TO_PAUSE,
    Why.REASON_MISSING: Code.REASON_MISSING,
    Why.OTHER_TRANSACTION: Code.TICKET_VERSION_OUTDATED,
}

OF_FLOWS: Mapping[WhyNot, tuple[Code, str]] = {
    WhyNot.BROKEN: (Code.FLOW_BROKEN, "mistake"),
    WhyNot.OTHER_FLOW: (Code.FLOW_BROKEN, "mistake"),
    WhyNot.NOT_THE_NEXT_VERSION: (Code.FLOW_VERSION_NOT_NEXT, "next"),
    WhyNot.ANOTHER_WAITS: (Code.FLOW_PROPOSAL_PENDING, "version"),
    WhyNot.NOT_WAITING: (Code.FLOW_NOT_PENDING, "state"),
    WhyNot.SECOND_PERSON_REQUIRED: (Code.SECOND_PERSON_REQUIRED, "names"),
    WhyNot.REASON_MISSING: (Code.REASON_MISSING, "names"),
}
"""Each with the name under which the metadata carries its evidence."""


OUTSIDE: Mapping[str, str] = {"event_at": "event_time", "appointment_at": "appointment_time"}
"""Details whose field in the contract has another name."""


class RefusalError(Exception):
    """Ends a call. ``metadata`` is safe to show; ``violations`` maps bad fields to a stable word for what is wrong."""

    def __init__(
        self, code: Code, *, metadata: Mapping[str, str] | None = None, violations: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.metadata = dict(metadata or {})
        self.violations = dict(violations or {})

    def status(self, *, english: bool = False) -> Status:
        """As ``google.rpc.Status`` (AIP-193): ``message`` is English, the localized detail is for people."""
        said = SAID[self.code]
        refusal = Refusal(
            number=said.grpc,
            code=self.code.value,
            zh=said.zh,
            en=said.en,
            definite=said.definite,
            soon=said.retryable,
            metadata=self.metadata,
            violations=tuple(self.violations.items()),
        )
        return refusal.status(english=english)


def of_command(refused: Refused) -> RefusalError:
    """What is missing or was asked for is named in the metadata."""
    names = ",".join(OUTSIDE.get(name, name) for name in refused.names)
    return RefusalError(OF_COMMANDS[refused.why], metadata={"names": names})


def invalid(field: str, why: str) -> RefusalError:
    return RefusalError(Code.INVALID_REQUEST, violations={field: why})
