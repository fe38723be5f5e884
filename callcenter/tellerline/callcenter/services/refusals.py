"""How a site refuses, to programs and to people."""

from __future__ import annotations

from collections.abc import Mapping

from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from tellerline.adapters.rpc.status import Refusal
from tellerline.callcenter.site.refusals import Refused, Why

INVALID_REQUEST = "INVALID_REQUEST"
STAFF_UNKNOWN = "STAFF_UNKNOWN"
RESUME_TOKEN_UNKNOWN = "RESUME_TOKEN_UNKNOWN"  # noqa: S105 a code
SITE_UNAVAILABLE = "SITE_UNAVAILABLE"
OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"

_STATE, _DENIED = code_pb2.FAILED_PRECONDITION, code_pb2.PERMISSION_DENIED
_NOT_FOUND, _UNAVAILABLE = code_pb2.NOT_FOUND, code_pb2.UNAVAILABLE

SAID: Mapping[str, tuple[int, str, str]] = {
    INVALID_REQUEST: (code_pb2.INVALID_ARGUMENT, "请求内容不完整或有误。", "Something in the request is wrong."),
    STAFF_UNKNOWN: (_DENIED, "人员名册中没有此人。", "This person is not on the list of agents."),
    RESUME_TOKEN_UNKNOWN: (code_pb2.INVALID_ARGUMENT, "续传标记无效。", "The resume token is not of this site."),
    SITE_UNAVAILABLE: (_UNAVAILABLE, "话务系统暂时无法登记，请稍后重试。", "Nothing can be recorded at present."),
    OUTCOME_UNKNOWN: (
        _UNAVAILABLE,
        "操作结果未知，请先查询再操作。",
        "It is not known whether this was done. Please look before trying again.",
    ),
    Why.NO_SUCH_AGENT: (_NOT_FOUND, "该座席未签入。", "The agent is not signed in."),
    Why.NO_SUCH_CALL: (_NOT_FOUND, "未找到该呼叫。", "The call was not found."),
    Why.NO_SUCH_QUEUE: (_NOT_FOUND, "没有此队列。", "There is no such queue."),
    Why.STALE_VERSION: (code_pb2.ABORTED, "状态已变化，请刷新后再操作。", "Something was faster. Please look again."),
    Why.SIGNED_IN_ALREADY: (_STATE, "该座席已签入。", "The agent is signed in already."),
    Why.TELEPHONE_IN_USE: (_STATE, "该话机已有座席签入。", "Another agent is signed in at this telephone."),
    Why.NOT_A_LEADER: (_DENIED, "此操作仅限班长。", "Only a leader may do this."),
    Why.NOT_YOURSELF: (_DENIED, "只能由座席本人操作。", "Only the agent himself may do this."),
    Why.WRONG_AGENT_STATE: (_STATE, "座席当前状态不能进行此操作。", "The agent's state does not allow this."),
    Why.WRONG_CALL_STATE: (_STATE, "呼叫当前状态不能进行此操作。", "The call's state does not allow this."),
    Why.NOT_IN_CALL: (_STATE, "您不在此通话中。", "You are not in this call."),
    Why.CALL_EXISTS: (code_pb2.ALREADY_EXISTS, "该呼叫编号已被使用。", "There is a call of this id already."),
    Why.RESERVATION_GONE: (_STATE, "该来电已不再分配给您。", "The offer is gone."),
    Why.ANSWER_BY_TELEPHONE: (_STATE, "请直接摘机应答。", "Please answer by picking up the telephone."),
    Why.MAY_NOT_RELEASE: (_STATE, "座席不能先挂机。", "Agents do not hang up first."),
    Why.COLLEAGUE_NOT_FREE: (_STATE, "对方座席未空闲。", "The colleague is not free."),
    Why.RECORD_EXISTS: (_STATE, "话务记录已录入，请使用更正。", "The record is there already. Please correct it."),
    Why.NO_RECORD: (_STATE, "尚无话务记录。", "There is no record yet."),
    Why.IVR_MOVED_ON: (code_pb2.ABORTED, "呼叫已离开该流程。", "The call has left this flow."),
    Why.SWITCH_UNAVAILABLE: (_UNAVAILABLE, "交换机暂时不可用。", "The switch is out of reach at present."),
    Why.NO_SUCH_RECORDING: (_NOT_FOUND, "未找到该录音。", "The recording was not found."),
    Why.RECORDING_RUNS: (_STATE, "录音尚未结束。", "The recording has not ended yet."),
    Why.NO_SUCH_MESSAGE: (_NOT_FOUND, "未找到该留言。", "The message was not found."),
    Why.NOT_YOUR_BOX: (_DENIED, "您不负责该语音信箱。", "You do not look after this voice box."),
    Why.MESSAGE_HANDLED: (_STATE, "该留言已处理。", "The message has been handled already."),
    Why.MESSAGE_OPEN: (_STATE, "该留言尚待处理。", "The message waits to be handled already."),
}
"""By code: the number of the status, and what it says to people."""


class RefusalError(Exception):
    """Ends a call. ``metadata`` and ``violations`` are safe to show; the latter map bad fields to stable words."""

    def __init__(
        self, code: str, *, metadata: Mapping[str, str] | None = None, violations: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.metadata = dict(metadata or {})
        self.violations = dict(violations or {})

    def status(self, *, english: bool = False) -> Status:
        """As ``google.rpc.Status`` (AIP-193): ``message`` is English, the localized detail is for people."""
        number, zh, en = SAID[self.code]
        refusal = Refusal(
            number=number,
            code=str(self.code),
            zh=zh,
            en=en,
            definite=self.code != OUTCOME_UNKNOWN,
            soon=self.code in (SITE_UNAVAILABLE, Why.SWITCH_UNAVAILABLE),
            metadata=self.metadata,
            violations=tuple(self.violations.items()),
        )
        return refusal.status(english=english)


def invalid(field: str, why: str) -> RefusalError:
    return RefusalError(INVALID_REQUEST, violations={field: why})


def of_site(refused: Refused) -> RefusalError:
    """The present version of what a stale command named is in the metadata."""
    version = {} if refused.version is None else {"version": str(refused.version)}
    return RefusalError(refused.why, metadata=version)
