"""Codes by which the gateway itself refuses: the request, who asks, a serial used twice, limits. Nothing was sent."""

from __future__ import annotations

from grpc import StatusCode

from tellerline.gateway.errors.text import ErrorText
from tellerline.routing.model.codes import Code

REFUSALS: dict[Code, ErrorText] = {
    Code.INVALID_REQUEST: ErrorText(
        StatusCode.INVALID_ARGUMENT,
        "您的请求内容不完整或有误，请核对后重试。",
        "Something in the request is missing or wrong. Please check it.",
    ),
    Code.INVALID_AMOUNT: ErrorText(
        StatusCode.INVALID_ARGUMENT, "金额有误，请重新输入。", "The amount is not valid. Please enter it again."
    ),
    Code.INVALID_PAGE_TOKEN: ErrorText(
        StatusCode.INVALID_ARGUMENT,
        "翻页信息已失效，请从第一页重新查询。",
        "This page can no longer be found. Please start from the first page.",
    ),
    Code.REQUEST_TOO_LARGE: ErrorText(
        StatusCode.RESOURCE_EXHAUSTED, "请求内容过大，无法处理。", "The request is too large to be processed."
    ),
    Code.OPERATION_NOT_OFFERED: ErrorText(
        StatusCode.UNIMPLEMENTED, "暂不提供此项服务。", "This service is not offered at present."
    ),
    Code.RATE_LIMITED: ErrorText(
        StatusCode.RESOURCE_EXHAUSTED,
        "您的请求过于频繁，请稍后再试。",
        "There were too many requests. Please wait a moment.",
        retryable=True,
    ),
    Code.CHANNEL_UNKNOWN: ErrorText(
        StatusCode.PERMISSION_DENIED, "无法识别的服务渠道。", "This channel is not known to the bank."
    ),
    Code.CHANNEL_NOT_ALLOWED: ErrorText(
        StatusCode.PERMISSION_DENIED,
        "本渠道不能办理此项业务，请到网点柜面办理。",
        "This cannot be done through this channel. Please visit a branch.",
    ),
    Code.IDENTITY_MISMATCH: ErrorText(
        StatusCode.PERMISSION_DENIED,
        "您不能以他人名义办理此项业务。",
        "You cannot act in the name of somebody else.",
    ),
    Code.TOKEN_INVALID: ErrorText(
        StatusCode.UNAUTHENTICATED, "登录已失效，请重新登录。", "You are no longer logged in. Please log in again."
    ),
    Code.GRANT_MISSING: ErrorText(
        StatusCode.UNAUTHENTICATED, "请先验证您的身份。", "Please verify your identity first."
    ),
    Code.GRANT_EXPIRED: ErrorText(
        StatusCode.UNAUTHENTICATED,
        "身份验证已过期，请重新验证。",
        "Your verification has expired. Please verify your identity again.",
    ),
    Code.GRANT_NOT_SUFFICIENT: ErrorText(
        StatusCode.PERMISSION_DENIED,
        "本次身份验证不包含此项业务或此账户。",
        "Your verification does not cover this service or this account.",
    ),
    Code.PIN_INVALID: ErrorText(
        StatusCode.UNAUTHENTICATED, "密码错误，请重新输入。", "The PIN is not correct. Please enter it again."
    ),
    Code.PIN_LOCKED: ErrorText(
        StatusCode.PERMISSION_DENIED,
        "密码连续输入错误次数过多，已被锁定。请稍后再试，或携带身份证件到网点办理。",
        "The PIN is locked after too many failed tries. Please try later, or bring your identity document to a branch.",
    ),
    Code.PIN_TOO_SHORT: ErrorText(
        StatusCode.INVALID_ARGUMENT,
        "自助服务需要六位密码。密码不足六位的账户请到网点修改密码。",
        "Self-service needs a PIN of six digits. Please change a shorter PIN at a branch.",
    ),
    Code.IDENTITY_NOT_PROVED: ErrorText(
        StatusCode.UNAUTHENTICATED,
        "证件号码与登记的不一致，身份未能核实。",
        "This is not the identity document that is registered. The customer's identity is not proved.",
    ),
    Code.IDENTITY_DOCUMENT_LOCKED: ErrorText(
        StatusCode.PERMISSION_DENIED,
        "该客户的证件号码连续核对不符次数过多，已暂停核对。请稍后再试。",
        "Too many wrong documents were shown for this customer. None is compared for a time.",
    ),
    Code.PIN_RESET_NOT_OPEN: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该密码重置申请不存在、未经复核、已办理或已失效。",
        "This PIN reset is not there, waits for a second person, was completed, or is no longer valid.",
    ),
    Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD: ErrorText(
        StatusCode.ALREADY_EXISTS,
        "该渠道流水号已用于另一笔交易，本次请求未受理。",
        "This serial number belongs to another transaction. The request was not accepted.",
    ),
    Code.STILL_RUNNING: ErrorText(
        StatusCode.ABORTED,
        "该笔交易正在处理中，请稍后查询结果，请勿重复办理。",
        "This transaction is still being processed. Please ask for its result later and do not submit it again.",
        definite=False,
        retryable=True,
    ),
    Code.LIMIT_SINGLE_EXCEEDED: ErrorText(
        StatusCode.RESOURCE_EXHAUSTED, "转账金额超过单笔限额。", "The amount is above the limit for a single transfer."
    ),
    Code.LIMIT_DAILY_EXCEEDED: ErrorText(
        StatusCode.RESOURCE_EXHAUSTED,
        "转账金额超过当日累计限额。",
        "The amount is above what is left of today's transfer limit.",
    ),
    Code.LIMIT_COUNT_EXCEEDED: ErrorText(
        StatusCode.RESOURCE_EXHAUSTED,
        "今日转账次数已达上限。",
        "The number of transfers allowed today has been reached.",
    ),
    Code.LIMIT_ABOVE_CEILING: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "所设限额超过银行规定的最高限额。",
        "The limit asked for is above the highest that the bank allows.",
    ),
    Code.FOREIGN_CURRENCY_NOT_OFFERED: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "本渠道不办理外币转账。",
        "Transfers in foreign currency are not offered through this channel.",
    ),
    Code.CASE_NOT_OPEN: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该笔交易没有待人工处理的事项。",
        "Nothing about this transaction waits for people.",
    ),
    Code.RESOLUTION_PENDING: ErrorText(
        StatusCode.ALREADY_EXISTS,
        "该事项已有一份处理意见等待复核。",
        "Another proposal for this case waits to be confirmed or rejected.",
    ),
    Code.RESOLUTION_NOT_OPEN: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该处理意见不存在或已复核完毕。",
        "This proposal is not there, or has been decided.",
    ),
    Code.RESOLUTION_OUTDATED: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该处理意见提出后又收到新的证据，请退回并重新提出。",
        "Evidence has come after this proposal. Look at it, reject the proposal and make a new one.",
    ),
    Code.SECOND_PERSON_REQUIRED: ErrorText(
        StatusCode.PERMISSION_DENIED,
        "处理意见必须由另一人复核，不能自行复核。",
        "Another person must confirm this. Nobody confirms what he proposed himself.",
    ),
}
