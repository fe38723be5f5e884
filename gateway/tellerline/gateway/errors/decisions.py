"""Codes for what was looked for and not found, and for what the host decided. All definite."""

from __future__ import annotations

from grpc import StatusCode

from tellerline.gateway.errors.text import ErrorText
from tellerline.routing.model.codes import Code

DECISIONS: dict[Code, ErrorText] = {
    Code.CUSTOMER_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该客户。", "The customer was not found."),
    Code.REPRESENTATIVE_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND, "未找到该客户代表。", "The company's representative was not found."
    ),
    Code.REPRESENTATIVE_ALREADY_REGISTERED: ErrorText(
        StatusCode.ALREADY_EXISTS, "该客户代表号已登记。", "This representative's number is already registered."
    ),
    Code.CONTACT_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND, "未登记该联系方式。", "The customer has no such contact detail."
    ),
    Code.CUSTOMER_ALREADY_REGISTERED: ErrorText(
        StatusCode.ALREADY_EXISTS, "该客户已经注册。", "The customer is registered already."
    ),
    Code.ACCOUNT_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该账户。", "The account was not found."),
    Code.ACCOUNT_ALREADY_REGISTERED: ErrorText(
        StatusCode.ALREADY_EXISTS, "该账户已经注册。", "The account is registered already."
    ),
    Code.ACCOUNT_NOT_OWNED: ErrorText(
        StatusCode.FAILED_PRECONDITION, "该账户不属于此客户。", "The account does not belong to this customer."
    ),
    Code.TRANSACTION_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该笔交易。", "The transaction was not found."),
    Code.LOAN_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该笔贷款。", "The loan was not found."),
    Code.BILL_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND,
        "未找到该用户号码或账单，请核对缴费种类和号码。",
        "No such subscriber number or bill. Please check the kind of bill and the number.",
    ),
    Code.LOSS_REPORT_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND, "该账户没有挂失记录。", "There is no loss report for this account."
    ),
    Code.SECURITY_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该证券。", "The security was not found."),
    Code.ORDER_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该笔委托。", "The order was not found."),
    Code.TABLE_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND,
        "该项信息暂未公布，请到网点咨询。",
        "This information has not been published. Please ask at a branch.",
    ),
    Code.TABLE_VERSION_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND, "未找到该参数表版本。", "The version of the table was not found."
    ),
    Code.TABLE_VERSION_PENDING: ErrorText(
        StatusCode.ALREADY_EXISTS,
        "该参数表已有一个版本等待复核。",
        "Another version of this table waits to be approved or rejected.",
    ),
    Code.TABLE_VERSION_DECIDED: ErrorText(
        StatusCode.FAILED_PRECONDITION, "该参数表版本已复核完毕。", "This version of the table has been decided."
    ),
    Code.RATE_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND,
        "没有符合条件的利率或汇率，请核对期限、币种和日期。",
        "There is no rate for this. Please check term, currency and date.",
    ),
    Code.BOND_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该国债。", "The bond was not found."),
    Code.BRANCH_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND, "未找到该网点或自助设备。", "The branch or cash machine was not found."
    ),
    Code.PRODUCT_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到该产品。", "The product was not found."),
    Code.INSUFFICIENT_FUNDS: ErrorText(
        StatusCode.FAILED_PRECONDITION, "账户可用余额不足。", "There is not enough money in the account."
    ),
    Code.ACCOUNT_REPORTED_LOST: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该账户已挂失，不能办理此项业务。如需解除挂失，请携带身份证件到网点办理。",
        "The account has been reported lost. To lift the report, please bring your identity document to a branch.",
    ),
    Code.ACCOUNT_CLOSED: ErrorText(StatusCode.FAILED_PRECONDITION, "该账户已销户。", "The account is closed."),
    Code.ACCOUNT_FROZEN: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该账户已被冻结，请到网点咨询。",
        "The account is frozen. Please ask at a branch.",
    ),
    Code.LOSS_ALREADY_REPORTED: ErrorText(
        StatusCode.ALREADY_EXISTS, "该账户已挂失，无需重复办理。", "The account is reported lost already."
    ),
    Code.PAYEE_NOT_FOUND: ErrorText(StatusCode.NOT_FOUND, "未找到收款账户。", "The payee's account was not found."),
    Code.PAYEE_NAME_MISMATCH: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "收款人户名与账号不符，请核对。",
        "The payee's name does not match the account. Please check both.",
    ),
    Code.CURRENCY_MISMATCH: ErrorText(
        StatusCode.FAILED_PRECONDITION, "币种与账户不符。", "The currency does not match the account."
    ),
    Code.LOAN_ALREADY_REPAID: ErrorText(
        StatusCode.FAILED_PRECONDITION, "该笔贷款已结清。", "The loan has been repaid in full."
    ),
    Code.REPAYMENT_EXCEEDS_DEBT: ErrorText(
        StatusCode.FAILED_PRECONDITION, "还款金额超过欠款总额。", "The amount is more than what is owed on the loan."
    ),
    Code.BILL_ALREADY_PAID: ErrorText(
        StatusCode.FAILED_PRECONDITION, "该账单已缴清，无需再缴。", "The bill has been paid already."
    ),
    Code.PAYROLL_ALREADY_RUN: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该代发批次已经代发或正在代发。",
        "The payroll has been paid already, or is being paid.",
    ),
    Code.MARKET_CLOSED: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "现在不是交易时间，请在交易时间内办理。",
        "The market is closed. Please come back during trading hours.",
        retryable=True,
        zh_back="现在不是交易时间，请于{}起办理。",
        en_back="The market is closed until {}. Please come back then.",
    ),
    Code.PRICE_OUT_OF_LIMITS: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "委托价格超出当日涨跌幅限制。",
        "The price is outside of today's limits for this security.",
    ),
    Code.INVALID_QUANTITY: ErrorText(
        StatusCode.INVALID_ARGUMENT,
        "委托数量有误，请按交易单位输入。",
        "The quantity is not valid. Please enter whole trading lots.",
    ),
    Code.INSUFFICIENT_SHARES: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "可卖数量不足，当日买入的证券次一交易日方可卖出。",
        "There are not enough shares to sell. What was bought today can be sold from the next trading day.",
    ),
    Code.ORDER_NOT_CANCELLABLE: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该笔委托已成交、已撤销或已失效，不能撤单。",
        "The order is filled, cancelled or lapsed and can no longer be cancelled.",
    ),
    Code.CURRENCY_NOT_OFFERED: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "该币种暂无牌价，不能办理外汇买卖。",
        "There is no rate for this currency. It cannot be bought or sold.",
    ),
    Code.QUOTE_EXPIRED: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "报价已失效，请重新询价。",
        "The quote is no longer valid. Please ask for a new one.",
    ),
    Code.ALREADY_REVERSED: ErrorText(
        StatusCode.FAILED_PRECONDITION, "该笔交易此前已冲正。", "The transaction has been reversed before."
    ),
    Code.ORIGINAL_NOT_FOUND: ErrorText(
        StatusCode.NOT_FOUND, "未找到原交易。", "The original transaction was not found."
    ),
    Code.REVERSAL_EXCEEDS_ORIGINAL: ErrorText(
        StatusCode.INVALID_ARGUMENT,
        "冲正金额超过原取现金额。",
        "More is to be given back than was withdrawn.",
    ),
    Code.DISPENSE_CONTRADICTED: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "出钞情况与已知情况不符，已转人工核查。",
        "What came out contradicts what is known of this withdrawal. The bank's staff is looking into it.",
    ),
    Code.DUPLICATE_AT_HOST: ErrorText(
        StatusCode.ALREADY_EXISTS,
        "该笔交易与已受理的交易重复，本次未办理。",
        "This repeats a transaction that was accepted before. It was not done a second time.",
    ),
    Code.REJECTED_BY_HOST: ErrorText(
        StatusCode.FAILED_PRECONDITION,
        "交易未被受理，账务未发生变动。请联系人工座席。",
        "The transaction was declined and nothing was booked. Please speak to an agent.",
    ),
}
