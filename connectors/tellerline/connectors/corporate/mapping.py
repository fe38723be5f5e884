"""The model's commands and results in the words of the corporate front-end's contract."""

from __future__ import annotations

from typing import Any

from tellerline.connectors.soap_connector import Mapped, Values, amount, money
from tellerline.connectors.soap_control import with_control
from tellerline.connectors.soap_statements import booked, period, statement
from tellerline.routing.model import corporate as model


def _who(command: Any) -> dict[str, Any]:
    return {"company": command.company, "representative": command.representative}


def _on(command: Any) -> dict[str, Any]:
    return {**_who(command), "account": command.account}


def _payroll_of(command: Any) -> dict[str, Any]:
    return {**_on(command), "payrollNumber": command.payroll}


def _claim_of(command: Any) -> dict[str, Any]:
    return {**_payroll_of(command), "claimNumber": command.claim}


def _order_of(command: Any) -> dict[str, Any]:
    return {**_on(command), "orderNumber": command.order}


def _payment(command: Any, **more: str | None) -> dict[str, Any]:
    return {**_who(command), "debitAccount": command.account, "amount": amount(command.amount), **more}


def _period(command: Any) -> dict[str, Any]:
    return {**_who(command), **period(command)}


def _line(line: model.PayrollLine) -> dict[str, Any]:
    return {"number": line.number, "account": line.account, "name": line.name, "amount": amount(line.amount)}


def _company(values: Values) -> model.CompanyDescription:
    listed = tuple(
        model.CompanyAccount(
            account=each["number"], name=each["name"], currency=each["currency"], kept_at=model.Keeper(each["keptAt"])
        )
        for each in values["account"]
    )
    return model.CompanyDescription(
        company=values["company"], name=values["name"], credit_code=values["creditCode"], accounts=listed
    )


def _balances(values: Values) -> model.CompanyBalances:
    balances = tuple(
        model.CompanyBalance(account=each["account"], ledger=money(each["ledger"]), available=money(each["available"]))
        for each in values["balance"]
    )
    return model.CompanyBalances(balances=balances, as_of=values["asOf"])


def _remittance(values: Values) -> model.Remittance:
    return model.Remittance(
        sequence=values["sequence"],
        number=values["remittanceNumber"],
        direction=model.RemittanceDirection(values["direction"]),
        amount=money(values["amount"]),
        counterparty_bank=values["counterpartyBank"] or "",
        counterparty_account=values["counterpartyAccount"] or "",
        counterparty_name=values["counterpartyName"] or "",
        purpose=values["purpose"] or "",
        booking_date=values["bookingDate"],
        state=model.RemittanceState(values["state"]),
    )


def _remittances(values: Values) -> model.Remittances:
    return model.Remittances(remittances=tuple(_remittance(each) for each in values["remittance"]), more=values["more"])


def _order(values: Values) -> model.TransferOrder:
    order = values["order"]
    return model.TransferOrder(
        order=order["orderNumber"],
        account=order["debitAccount"],
        credit_account=order["creditAccount"],
        credit_bank=order["creditBank"] or "",
        credit_name=order["creditName"],
        amount=money(order["amount"]),
        narrative=order["narrative"] or "",
        state=model.OrderState(order["state"]),
        maker=order["maker"],
        checker=order["checker"] or "",
        reason=order["reason"] or "",
        created_at=order["createdAt"],
        expires_at=order["expiresAt"],
        balance_after=None if order["balanceAfter"] is None else money(order["balanceAfter"]),
        booked_at=order["bookedAt"] or "",
    )


def _remitted(values: Values) -> model.Remitted:
    done = values["remitted"]
    return model.Remitted(number=done["remittanceNumber"], fee=money(done["fee"]), **booked(done))


def _draft(values: Values) -> model.DraftIssued:
    done = values["draft"]
    return model.DraftIssued(number=done["draftNumber"], valid_until=done["validUntil"], **booked(done))


def _repayment(values: Values) -> model.CompanyLoanRepaid:
    done = values["repayment"]
    amounts: dict[str, Any] = {name: money(done[name]) for name in ("principal", "interest", "outstanding")}
    return model.CompanyLoanRepaid(loan=done["loan"], **amounts, **booked(done))


def _payroll(values: Values) -> model.Payroll:
    payroll = values["payroll"]
    return model.Payroll(
        payroll=payroll["payrollNumber"],
        account=payroll["account"],
        total=money(payroll["total"]),
        line_count=payroll["lineCount"],
        refused_count=payroll["refusedCount"],
        submitted_at=payroll["submittedAt"],
        state=model.PayrollState(payroll["state"]),
    )


def _claim(values: Values) -> model.PayrollClaimed:
    claim = values["claim"]
    return model.PayrollClaimed(
        payroll=claim["payrollNumber"], claim=claim["claimNumber"], claimed_at=claim["claimedAt"]
    )


def _outcome(values: Values) -> model.PayrollOutcome:
    good = values["hostCode"] == "0000"
    return model.PayrollOutcome(
        number=values["number"],
        account=values["account"],
        name=values["name"],
        amount=money(values["amount"]),
        host_code="" if good else values["hostCode"],
        host_message="" if good else values["message"],
        state=model.LineState(values["state"]),
        code=values["reason"] or "",
    )


def _payroll_lines(values: Values) -> model.PayrollLines:
    lines = tuple(_outcome(line) for line in values["line"])
    return model.PayrollLines(payroll=_payroll(values), lines=lines, more=values["more"])


_MAPPED: dict[type[Any], Mapped] = {
    model.DescribeCompany: Mapped(
        "DescribeCompany", lambda c: {"company": c.company, "creditCode": c.credit_code}, _company
    ),
    model.VerifyRepresentative: Mapped(
        "VerifyRepresentative",
        lambda c: {**_who(c), "pin": c.pin},
        lambda r: model.RepresentativeVerified(representative=r["representative"]),
    ),
    model.GetBalances: Mapped("GetBalances", lambda c: {**_who(c), "account": c.account or None}, _balances),
    model.ListStatementEntries: Mapped("ListStatementEntries", _period, statement),
    model.ListIncomingRemittances: Mapped(
        "ListRemittances", lambda c: {**_period(c), "direction": "INCOMING"}, _remittances
    ),
    model.ListOutgoingRemittances: Mapped(
        "ListRemittances", lambda c: {**_period(c), "direction": "OUTGOING"}, _remittances
    ),
    model.CreateTransferOrder: Mapped(
        "CreateTransferOrder",
        lambda c: _payment(
            c,
            creditAccount=c.credit_account,
            creditBank=c.credit_bank or None,
            creditName=c.credit_name,
            narrative=c.narrative or None,
        ),
        _order,
    ),
    model.GetTransferOrder: Mapped("GetTransferOrder", _order_of, _order),
    model.ApproveTransferOrder: Mapped("ApproveTransferOrder", _order_of, _order),
    model.RejectTransferOrder: Mapped(
        "RejectTransferOrder", lambda c: {**_order_of(c), "reason": c.reason or None}, _order
    ),
    model.CreateRemittance: Mapped(
        "CreateRemittance",
        lambda c: _payment(
            c,
            creditBank=c.credit_bank,
            creditAccount=c.credit_account,
            creditName=c.credit_name,
            purpose=c.purpose or None,
        ),
        _remitted,
    ),
    model.ApplyForDraft: Mapped(
        "ApplyForDraft",
        lambda c: _payment(c, payeeName=c.payee_name, payeeAccount=c.payee_account or None, purpose=c.purpose or None),
        _draft,
    ),
    model.RepayLoan: Mapped("RepayLoan", lambda c: _payment(c, loan=c.loan), _repayment),
    model.SubmitPayroll: Mapped(
        "SubmitPayroll", lambda c: {**_on(c), "line": [_line(line) for line in c.lines]}, _payroll
    ),
    model.GetPayroll: Mapped(
        "GetPayroll",
        lambda c: {**_payroll_of(c), "afterNumber": c.after_number, "limit": c.limit},
        _payroll_lines,
    ),
    model.ClaimPayroll: Mapped("ClaimPayroll", _claim_of, _claim),
    model.ReportPayroll: Mapped(
        "ReportPayroll",
        lambda c: {
            **_claim_of(c),
            "line": [{"number": line.number, "reason": line.code or None} for line in c.lines],
        },
        _payroll,
    ),
}

OPERATIONS = with_control({command.operation: mapped for command, mapped in _MAPPED.items()})
