"""Codes for what the wire, the hosts' health and the gateway itself did."""

from __future__ import annotations

from grpc import StatusCode

from tellerline.gateway.errors.text import ErrorText
from tellerline.routing.model.codes import Code

_UPGRADE_ZH = "系统正在升级，请稍后再试，或通过自动柜员机、营业网点办理。"
_UPGRADE_EN = "The service is being upgraded. Please try again later, or use a cash machine or a branch."

TROUBLES: dict[Code, ErrorText] = {
    Code.HOST_UNAVAILABLE: ErrorText(StatusCode.UNAVAILABLE, _UPGRADE_ZH, _UPGRADE_EN, retryable=True),
    Code.HOST_BUSY: ErrorText(
        StatusCode.UNAVAILABLE,
        "系统繁忙，请稍后再试。",
        "The service is busy. Please try again shortly.",
        retryable=True,
    ),
    Code.HOST_CLOSED_FOR_MAINTENANCE: ErrorText(
        StatusCode.UNAVAILABLE,
        "系统正在例行维护，请在维护结束后办理。",
        "The service is closed for maintenance. Please try again afterwards.",
        retryable=True,
        zh_back="系统正在例行维护，预计{}恢复，请届时再办理。",
        en_back="The service is closed for maintenance until {}. Please try again then.",
    ),
    Code.COMMUNICATION_TIMEOUT: ErrorText(
        StatusCode.DEADLINE_EXCEEDED,
        "系统响应超时，请稍后再试。",
        "There was no answer in time. Please try again later.",
        definite=False,
        retryable=True,
    ),
    Code.HOST_REPLY_UNREADABLE: ErrorText(
        StatusCode.UNAVAILABLE, _UPGRADE_ZH, _UPGRADE_EN, definite=False, retryable=True
    ),
    Code.OUTCOME_UNKNOWN: ErrorText(
        StatusCode.UNKNOWN,
        "交易结果暂时未知，正在核实。请稍后查询，请勿重复办理。",
        "The result is not known yet and is being checked. Please ask again later and do not submit it a second time.",
        definite=False,
    ),
    Code.REVERSED: ErrorText(
        StatusCode.ABORTED,
        "交易未成功，款项未被扣划或已退回原账户。",
        "The transaction did not succeed. No money was taken, or it has been returned to the account.",
    ),
    Code.DEADLINE_EXCEEDED: ErrorText(
        StatusCode.DEADLINE_EXCEEDED,
        "未能在规定时间内完成，请稍后查询结果。",
        "It could not be finished in time. Please ask for its result later.",
        definite=False,
        retryable=True,
    ),
    Code.OVERLOADED: ErrorText(
        StatusCode.UNAVAILABLE,
        "当前业务繁忙，请稍后再试。",
        "Many requests are being served at the moment. Please try again shortly.",
        retryable=True,
    ),
    Code.STORE_UNAVAILABLE: ErrorText(StatusCode.UNAVAILABLE, _UPGRADE_ZH, _UPGRADE_EN, definite=False, retryable=True),
    Code.ISSUER_UNAVAILABLE: ErrorText(
        StatusCode.UNAVAILABLE,
        "暂时无法核实您的登录，请稍后再试。",
        "Your login cannot be checked just now. Please try again shortly.",
        retryable=True,
    ),
    Code.SHUTTING_DOWN: ErrorText(
        StatusCode.UNAVAILABLE,
        "系统正在切换，请立即重试。",
        "The service is switching over. Please try again.",
        retryable=True,
    ),
    Code.INTERNAL: ErrorText(
        StatusCode.INTERNAL,
        "系统出现异常，请联系人工座席。",
        "Something went wrong on our side. Please speak to an agent.",
        definite=False,
    ),
}
