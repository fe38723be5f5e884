"""Between the copybook's records and what the credit host asks and answers."""

from __future__ import annotations

from importlib.resources import files

from tellerline.simulators.credit.codes import MESSAGES
from tellerline.simulators.credit.copybook import Record, RecordError, Row, Value, read_copybook
from tellerline.simulators.credit.messages import (
    EchoResult,
    InstalmentsResult,
    LoanResult,
    OriginalResult,
    Reply,
    Result,
    ReversalResult,
)
from tellerline.simulators.credit.repayments import Repaid
from tellerline.simulators.hosting.codes import REFUSED

VERSION = 1
_RECORDS = {
    "ECHO": "ECHO",
    "INQUIRE": "INQUIRE",
    "REVERSE": "REVERSE",
    "GETLOAN": "GET-LOAN",
    "LISTINST": "LIST-INSTALMENTS",
    "REPAYLN": "REPAY-LOAN",
}


class Records:
    """All records of ``credit.cpy``, by message type."""

    def __init__(self) -> None:
        text = files(__package__).joinpath("credit.cpy").read_text(encoding="ascii")
        records = read_copybook(text)
        self._requests: dict[str, Record] = {key: records[f"{name}-REQUEST"] for key, name in _RECORDS.items()}
        self._replies: dict[str, Record] = {key: records[f"{name}-REPLY"] for key, name in _RECORDS.items()}
        self._failure = records["FAILURE-REPLY"]

    def read(self, body: bytes) -> dict[str, Value]:
        """A request's fields; ``RecordError`` for an unknown type or version, a wrong length or a bad field."""
        record = self._requests.get(body[:8].decode("latin-1").rstrip(" "))
        if record is None:
            raise RecordError("MESSAGE-TYPE: unknown")
        row = record.decode(body)
        if row["MESSAGE-VERSION"] != VERSION or not row["REFERENCE"]:
            raise RecordError("MESSAGE-VERSION or REFERENCE: not accepted")
        return row

    def reply(self, message_type: str, reply: Reply) -> bytes:
        fields = _header(message_type, reply)
        if reply.result is not None:
            fields.update(_fields(reply.result))
        return self._replies[message_type].encode(fields)

    def failure(self, reply: Reply) -> bytes:
        """The answer to a request that cannot be read."""
        return self._failure.encode(_header("FAILURE", reply))


def _header(message_type: str, reply: Reply) -> dict[str, Value]:
    return {
        "MESSAGE-TYPE": message_type,
        "MESSAGE-VERSION": VERSION,
        "REFERENCE": reply.reference,
        "REPLY-STATUS": _status(reply),
        "HOST-CODE": reply.host_code,
        "HOST-MESSAGE": _message(reply.host_code),
        "HOST-SERIAL": reply.host_serial,
        "ACCOUNTING-DATE": _date(reply.accounting_date),
    }


def _fields(result: Result) -> Row:
    if isinstance(result, EchoResult):
        return {"HOST-VERSION": result.version}
    if isinstance(result, LoanResult):
        return _loan(result)
    if isinstance(result, InstalmentsResult):
        return _instalments(result)
    if isinstance(result, Repaid):
        return _repaid(result)
    if isinstance(result, ReversalResult):
        return {"EFFECTIVE": _flag(result.effective)}
    return _original(result)


def _loan(result: LoanResult) -> Row:
    loan, state = result.loan, result.state
    return {
        "LOAN": loan.number,
        "ACCOUNT": loan.account,
        "BORROWER-NAME": loan.borrower_name,
        "CURRENCY": loan.currency,
        "PRINCIPAL": loan.principal,
        "OUTSTANDING": state.outstanding,
        "RATE-PPM": loan.rate_ppm,
        "REPAYMENT-METHOD": loan.method.value,
        "GRANTED-ON": _date(loan.granted_on),
        "INSTALMENTS": loan.instalments,
        "INSTALMENTS-PAID": state.instalments_paid,
        "NEXT-DUE-ON": _date(state.next_due.due_on) if state.next_due else 0,
        "NEXT-DUE": state.next_due_amount,
        "LOAN-STATUS": result.status,
    }


def _instalments(result: InstalmentsResult) -> Row:
    rows: list[Row] = [
        {
            "INSTALMENT-NUMBER": row.number,
            "DUE-ON": _date(row.due_on),
            "PRINCIPAL": row.principal,
            "INTEREST": row.interest,
            "PAID": _flag(row.number <= result.paid_up_to),
        }
        for row in result.rows
    ]
    return {
        "LOAN": result.loan.number,
        "CURRENCY": result.loan.currency,
        "MORE": _flag(result.more),
        "INSTALMENT-COUNT": len(rows),
        "INSTALMENT": rows,
    }


def _repaid(result: Repaid) -> Row:
    return {
        "LOAN": result.loan,
        "CURRENCY": result.currency,
        "OUTSTANDING": result.outstanding,
        "SETTLEMENT-BALANCE": result.settlement_balance,
        "BOOKED-AT": result.booked_at,
    }


def _original(result: OriginalResult) -> Row:
    original = result.original
    if original is None:
        return {"FOUND": "N", "REVERSED": "N"}
    evidence = _repaid(original.result) if isinstance(original.result, Repaid) else {}
    return {
        "FOUND": "Y",
        "ORIGINAL-MESSAGE-TYPE": result.message_type,
        "ORIGINAL-STATUS": _status(original),
        "ORIGINAL-HOST-CODE": original.host_code,
        "ORIGINAL-HOST-MESSAGE": _message(original.host_code),
        "ORIGINAL-HOST-SERIAL": original.host_serial,
        "ORIGINAL-ACCOUNTING-DATE": _date(original.accounting_date),
        "REVERSED": _flag(result.reversed),
        **evidence,
    }


def _status(reply: Reply) -> str:
    return "OK" if reply.done else "REJECTED"


def _message(code: str) -> str:
    return MESSAGES.get(code, MESSAGES[REFUSED])


def _date(text: str) -> int:
    return int(text.replace("-", ""))


def _flag(value: bool) -> str:
    return "Y" if value else "N"
