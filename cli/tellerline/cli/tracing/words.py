"""What can happen in a call, in English and Chinese. Braces name details of the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Said: TypeAlias = tuple[str, str]
"""In English, in Chinese."""

SAID: Mapping[str, Said] = {
    "CallArrived": ("call from {caller} to {called}", "来电：{caller} 拨打 {called}"),
    "CallOriginated": ("agent {agent} calls out to {number}", "座席 {agent} 呼出 {number}"),
    "LegDialled": ("the telephone of {who} is called", "呼叫 {who}"),
    "LegAlerting": ("the telephone of {who} rings", "{who} 振铃"),
    "LegConnected": ("{who} is connected", "{who} 接通"),
    "LegEnded": ("{who} is gone: {cause}", "{who} 断开：{cause}"),
    "IvrEntered": ("voice menu {flow}", "进入语音流程 {flow}"),
    "IvrReturned": ("back to agent {agent}: {result}", "返回座席 {agent}：{result}"),
    "PromptsStarted": ("hears {heard}", "播放 {heard}"),
    "SecretAsked": ("is asked for the PIN; recordings of this leg pause", "请客户输入密码，本侧录音暂停"),
    "QueueEntered": ("enters the queue {queue} as {call_class}", "进入队列 {queue}（{call_class}）"),
    "WaitEstimated": (
        "place {position} in the queue, expected wait: {expected}",
        "排队第 {position} 位，预计等待：{expected}",
    ),
    "CallbackAsked": ("wants to be called back at {number}", "要求回呼 {number}"),
    "CallbackKept": ("keeps the place for a callback at {number}", "保留排队位置，回呼 {number}"),
    "AgentLeft": ("agent {agent} leaves: {why}", "座席 {agent} 离开通话：{why}"),
    "CallHeld": ("agent {agent} puts the caller on hold", "座席 {agent} 保持通话"),
    "CallResumed": ("agent {agent} resumes", "座席 {agent} 恢复通话"),
    "ConsultAnswered": ("the third party answers", "第三方应答"),
    "ConferenceMade": ("all speak together", "进入三方会议"),
    "SupervisionAsked": (
        "leader {agent} wants to sit in on agent {over}: {mode}",
        "班长 {agent} 请求{mode}，座席 {over}",
    ),
    "SupervisionBegun": ("leader {agent} sits in on agent {over}: {mode}", "班长 {agent} 开始{mode}，座席 {over}"),
    "SupervisionEnded": ("leader {agent} no longer sits in on agent {over}", "班长 {agent} 结束对座席 {over} 的监听"),
    "GrantEnds": ("the customer's grant ends: {why}", "客户授权终止：{why}"),
    "RecordingStarted": ("recording of {who} begins: {recording}", "开始录音（{who}）：{recording}"),
    "RecordingEnded": ("recording of {who} ends: {recording}", "结束录音（{who}）：{recording}"),
    "RecordingFetched": ("{agent} is given the recording {recording}", "{agent} 调取录音 {recording}"),
    "RecordCompleted": ("{by} completes the call record", "{by} 录入话务记录"),
    "RecordCorrected": ("{by} corrects the call record", "{by} 更正话务记录"),
    "OperatorAlerted": (
        "an operator is alerted: {operation} {code} {reference}",
        "已通知值班人员：{operation} {code} {reference}",
    ),
    "FlowFailed": ("the voice menu {flow} fails", "语音流程 {flow} 故障"),
    "OutsideAsked": ("{who} is called for the caller", "为客户呼叫 {who}"),
    "CallEnded": ("the call ends: {end}", "通话结束：{end}"),
}
"""By kind. What is in no table here is not shown to people; a kind that nobody knows is, by its name."""

SAID_BY: Mapping[str, tuple[str, Mapping[str, Said]]] = {
    "SecretTaken": (
        "end",
        {
            "COMPLETE": ("the PIN is typed, and sealed for the gateway", "密码输入完毕，已加密送网关"),
            "TOO_FEW": ("too few digits were typed", "密码位数不足"),
            "TIMED_OUT": ("no PIN was typed in time", "密码输入超时"),
            "STOPPED": ("the PIN entry is broken off", "密码输入中止"),
        },
    ),
    "QueueLeft": (
        "why",
        {
            "GONE": ("leaves the queue {queue}", "离开队列 {queue}"),
            "CHOSE": ("chooses to wait no longer in the queue {queue}", "客户选择不再排队（{queue}）"),
            "VOICEMAIL": ("goes to voicemail", "转语音信箱"),
            "UNREACHED": ("was called back in vain", "回呼未接通"),
        },
    ),
    "MessageMarked": (
        "handled",
        {
            "True": ("{agent} has handled the message {message}", "{agent} 已处理留言 {message}"),
            "False": ("{agent} lets the message {message} wait again", "{agent} 将留言 {message} 恢复为待处理"),
        },
    ),
    "ReservationMade": (
        "kind",
        {
            "QUEUE": ("is offered: {reason}", "分配来电：{reason}"),
            "CALLBACK": ("is offered: {reason}", "分配回呼：{reason}"),
            "COLLEAGUE": ("agent {agent} is asked in", "请座席 {agent} 协助"),
            "SUPERVISION": ("leader {agent} is called in", "呼叫班长 {agent}"),
        },
    ),
    "ReservationChanged": (
        "state",
        {
            "ACCEPTED": ("agent {agent} answers", "座席 {agent} 应答"),
            "REJECTED": ("agent {agent} rejects the offer", "座席 {agent} 拒接"),
            "TIMEOUT": ("agent {agent} lets it ring out", "座席 {agent} 振铃超时"),
            "CANCELED": ("the offer to {agent} is void: the caller left", "对 {agent} 的分配取消：客户已离开"),
            "RESCINDED": ("the offer to {agent} is withdrawn", "撤回对 {agent} 的分配"),
            "COMPLETED": ("agent {agent} has done with the call", "座席 {agent} 话后处理完毕"),
        },
    ),
    "AgentStateChanged": (
        "state",
        {"WORKING_AFTER_CALL": ("agent {agent} writes the call up", "座席 {agent} 进入话后处理")},
    ),
    "AgentJoined": (
        "helper",
        {
            "False": ("agent {agent} has the caller", "座席 {agent} 接入通话"),
            "True": ("agent {agent} is there to help", "座席 {agent} 协助"),
        },
    ),
    "ConsultStarted": (
        "purpose",
        {
            "HELP": ("agent {agent} asks {party} for help", "座席 {agent} 向 {party} 求助"),
            "TRANSFER": ("agent {agent} calls {party} to hand the caller over", "座席 {agent} 呼叫 {party} 准备转接"),
            "CONFERENCE": ("agent {agent} calls {party} for a conference", "座席 {agent} 呼叫 {party} 准备会议"),
        },
    ),
    "OutsideEnded": (
        "answered",
        {
            "True": ("{number} answers", "{number} 应答"),
            "False": ("{number} does not answer", "{number} 未应答"),
        },
    ),
    "ConsultEnded": (
        "end",
        {
            "BACK": ("agent {agent} goes back to the caller", "座席 {agent} 返回与客户通话"),
            "TRANSFERRED": ("the caller is handed over", "已转接"),
            "FAILED": ("the third party is not there", "第三方未接通或已挂机"),
        },
    ),
}
"""By kind, and by the value of one of its details."""

QUIET = frozenset(
    {
        "AgentPending",
        "CallerKnown",
        "LegGivenUp",
        "LegPlaced",
        "PromptsEnded",
        "RecordArchived",
        "RecordNoted",
        "RecordRestored",
        "ReservationProlonged",
        "WaitMeasured",
    }
)

QUEUE_STEP: Said = ("now sought: {step}", "现寻找：{step}")
NOBODY: Said = (" (nobody was on duty for the step before)", "（上一步无人值守）")
WAITS_FOR_HIM: Said = ("; agent {returns_to} waits for the caller", "，座席 {returns_to} 等候")
STEP: Said = ("step {node}", "流程节点 {node}")
ASKS: Said = ("asks the bank: {asked}", "请求银行：{asked}")
ANSWERED: Said = ("the bank answers {asked}: {answered}", "银行应答 {asked}：{answered}")
UNKNOWN: Said = ("not known", "未知")
WITHHELD: Said = ("a withheld number", "未显示号码")
CALLER: Said = ("the caller", "客户")
AGENT: Said = ("agent {party}", "座席 {party}")
LEADER: Said = ("leader {party}", "班长 {party}")
OUTSIDE: Said = ("{party}", "{party}")

CODES: Mapping[str, Said] = {
    "ABANDONED": ("abandoned", "客户放弃"),
    "BARGE_IN": ("barge-in", "强插"),
    "BUSY": ("busy", "忙"),
    "CALLER_GONE": ("the caller has gone", "客户已挂机"),
    "DONE": ("done", "成功"),
    "HUNG_UP": ("hung up", "挂机"),
    "INTERCEPT": ("intercept", "拦截"),
    "INTERCEPTED": ("intercepted", "被拦截"),
    "LOST": ("lost", "中断"),
    "MEDIA_LOST": ("nothing was heard of it any more", "媒体中断"),
    "NORMAL": ("normal", "正常"),
    "NO_ANSWER": ("no answer", "无人接听"),
    "PHONE_LOST": ("the telephone was lost", "话机掉线"),
    "REJECTED": ("rejected", "拒接"),
    "RELEASED": ("released", "座席释放"),
    "SILENT": ("silent monitor", "监听"),
    "SWITCH_FAILURE": ("the switch failed", "交换机故障"),
    "TRANSFERRED": ("transferred", "已转接"),
    "UNKNOWN": ("not known", "结果未知"),
    "UNREACHABLE": ("out of reach", "不可达"),
    "UNREACHED": ("not reached", "未接通"),
    "WHISPER": ("whisper", "耳语"),
}
"""Codes as people say them; others are shown as they are."""
