"""What the corporate front-end answers, as the elements of its contract."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tellerline.simulators.corporate import messages
from tellerline.simulators.corporate.codes import MESSAGES
from tellerline.simulators.corporate.messages import OrderResult
from tellerline.simulators.corporate.register import Payroll, PayrollLine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import REFUSED
from tellerline.simulators.ledger import Entry
from tellerline.simulators.soap.envelope import Render, amount, flag, given, text
from tellerline.simulators.soap.messages import StatementResult
from tellerline.simulators.soap.statements import statement


def evidence(calendar: BankCalendar) -> dict[type[object], Render]:
    """The results that an inquiry shows too; instants in the bank's time zone."""

    def order(result: OrderResult) -> str:
        return _order(result, calendar)

    return {
        OrderResult: order,
        messages.RemittedResult: _remitted,
        messages.DraftResult: _draft,
        messages.RepaymentResult: _repayment,
        messages.PayrollResult: lambda result: _payroll(result.payroll),
        messages.ClaimResult: _claim,
    }


def results(calendar: BankCalendar) -> dict[type[object], Render]:
    return {
        messages.CompanyResult: _company,
        messages.RepresentativeResult: lambda result: text("representative", result.representative),
        messages.BalancesResult: _balances,
        StatementResult: statement,
        messages.RemittancesResult: _remittances,
        messages.PayrollLinesResult: _payroll_lines,
        **evidence(calendar),
    }


def _company(result: messages.CompanyResult) -> str:
    company = result.company
    accounts = "".join(
        f"<account>{text('number', account.number)}{text('name', account.name)}"
        f"<currency>{account.currency}</currency><keptAt>{account.kept_at}</keptAt></account>"
        for account in result.accounts
    )
    return (
        f"<company>{company.number}</company>{text('name', company.name)}"
        f"<creditCode>{company.credit_code}</creditCode>{accounts}"
    )


def _balances(result: messages.BalancesResult) -> str:
    balances = "".join(
        f"<balance>{text('account', each.account)}{amount('ledger', each.ledger, each.currency)}"
        f"{amount('available', each.available, each.currency)}</balance>"
        for each in result.balances
    )
    return f"{balances}<asOf>{result.as_of}</asOf>"


def _remittances(result: messages.RemittancesResult) -> str:
    remittances = "".join(_remittance(entry, result) for entry in result.entries)
    return f"{text('account', result.account)}{remittances}<more>{flag(result.more)}</more>"


def _remittance(entry: Entry, result: messages.RemittancesResult) -> str:
    booked = entry.transaction
    bank, _, account = entry.counterparty_account.rpartition("/")
    state = "BOOKED" if booked.effective else "REVERSED"
    return (
        f"<remittance><sequence>{entry.sequence}</sequence><remittanceNumber>{booked.serial}</remittanceNumber>"
        f"<direction>{result.direction}</direction>{amount('amount', abs(entry.amount), result.currency)}"
        f"{given('counterpartyBank', bank)}{given('counterpartyAccount', account)}"
        f"{given('counterpartyName', entry.counterparty_name)}{given('purpose', booked.narrative)}"
        f"<bookingDate>{booked.booking_date}</bookingDate><state>{state}</state></remittance>"
    )


def _order(result: OrderResult, calendar: BankCalendar) -> str:
    order = result.order
    booked = order.booked_at and amount("balanceAfter", order.balance_after, order.currency)
    return (
        f"<order><orderNumber>{order.number}</orderNumber>{text('debitAccount', order.debit_account)}"
        f"{text('creditAccount', order.credit_account)}{given('creditBank', order.credit_bank)}"
        f"{text('creditName', order.credit_name)}{amount('amount', order.amount, order.currency)}"
        f"{given('narrative', order.narrative)}<state>{result.state}</state>{text('maker', order.maker)}"
        f"{given('checker', order.checker)}{given('reason', order.reason)}"
        f"<createdAt>{calendar.local(order.created_at)}</createdAt>"
        f"<expiresAt>{calendar.local(order.expires_at)}</expiresAt>{booked}{given('bookedAt', order.booked_at)}</order>"
    )


def _remitted(result: messages.RemittedResult) -> str:
    return (
        f"<remitted><remittanceNumber>{result.number}</remittanceNumber>{amount('fee', result.fee, result.currency)}"
        f"{_booked(result.balance_after, result.currency, result.booked_at)}</remitted>"
    )


def _draft(result: messages.DraftResult) -> str:
    return (
        f"<draft><draftNumber>{result.number}</draftNumber><validUntil>{result.valid_until}</validUntil>"
        f"{_booked(result.balance_after, result.currency, result.booked_at)}</draft>"
    )


def _repayment(result: messages.RepaymentResult) -> str:
    currency = result.currency
    return (
        f"<repayment>{text('loan', result.loan)}{amount('principal', result.principal, currency)}"
        f"{amount('interest', result.interest, currency)}{amount('outstanding', result.outstanding, currency)}"
        f"{_booked(result.balance_after, currency, result.booked_at)}</repayment>"
    )


def _booked(balance_after: int, currency: str, booked_at: str) -> str:
    return f"{amount('balanceAfter', balance_after, currency)}<bookedAt>{booked_at}</bookedAt>"


def _payroll(payroll: Payroll) -> str:
    payable = payroll.payable
    return (
        f"<payroll><payrollNumber>{payroll.number}</payrollNumber>{text('account', payroll.account)}"
        f"{amount('total', payroll.total, payroll.currency)}"
        f"<lineCount>{len(payable)}</lineCount><refusedCount>{len(payroll.lines) - len(payable)}</refusedCount>"
        f"<submittedAt>{payroll.submitted_at}</submittedAt><state>{payroll.state}</state></payroll>"
    )


def _claim(result: messages.ClaimResult) -> str:
    payroll = result.payroll
    return (
        f"<claim><claimNumber>{payroll.claim}</claimNumber><payrollNumber>{payroll.number}</payrollNumber>"
        f"<claimedAt>{result.claimed_at}</claimedAt></claim>"
    )


def _payroll_lines(result: messages.PayrollLinesResult) -> str:
    lines = "".join(_payroll_line(line) for line in result.lines)
    return f"{_payroll(result.payroll)}{lines}<more>{flag(result.more)}</more>"


def _payroll_line(line: PayrollLine) -> str:
    return (
        f"<line><number>{line.number}</number>{text('account', line.account)}{text('name', line.name)}"
        f"{amount('amount', line.amount, line.currency)}<hostCode>{line.code}</hostCode>"
        f"<message>{escape(MESSAGES.get(line.code, MESSAGES[REFUSED]))}</message>"
        f"<state>{line.state}</state>{given('reason', line.reason)}</line>"
    )
