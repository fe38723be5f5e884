"""What goes over the wire to the hosts, for the floors and the peer: the very bytes that the connectors make."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from typing import Any

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.copybook import parse_copybook
from tellerline.adapters.copybook.layout import Usage
from tellerline.bench.books import ENTRIES, Books, Holder
from tellerline.connectors.connector import Connector
from tellerline.connectors.discovery import discover
from tellerline.connectors.resources import read_resource
from tellerline.routing.model.accounts import GetBalance, ListStatementEntries, Statement
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.credit import GetLoan
from tellerline.routing.model.outcome import Done
from tellerline.simulators.credit.server import REQUEST_QUEUE


@dataclass(frozen=True, slots=True)
class Post:
    """A SOAP request as it is posted."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A request record as it is published."""

    body: bytes
    message_type: str
    queue: str


class Wire:
    """The connectors of both hosts, to make and read single messages."""

    def __init__(self) -> None:
        clock = SystemClock()
        folders = {folder.manifest.name: folder for folder in discover()}
        self._copybook = folders["credit"].manifest.contract
        self._core: Connector = folders["core"].build_connector(clock)
        self._credit: Connector = folders["credit"].build_connector(clock)
        self._at = clock.now().astimezone().isoformat()

    def balance(self, holder: Holder) -> Post:
        return self._post(GetBalance(account=holder.account))

    def loan(self, holder: Holder) -> Record:
        command = GetLoan(loan=holder.loan, account=holder.account)
        request = self._credit.build(command, self._call())
        return Record(request.body, request.operation, REQUEST_QUEUE)

    def statement_reply(self, books: Books, core: str) -> bytes:
        """A statement of ``ENTRIES`` entries as the core host at ``core`` sends it."""
        command = ListStatementEntries(
            account=books.holders[0].account,
            from_date=books.first_day.date().isoformat(),
            to_date=books.last_day.date().isoformat(),
            limit=ENTRIES,
        )
        post = self._post(command)
        request = urllib.request.Request(core, post.body, post.headers)  # noqa: S310 our own simulator
        with urllib.request.urlopen(request) as response:  # noqa: S310
            body: bytes = response.read()
        outcome = self._core.parse(command, self._call(), body)
        assert isinstance(outcome, Done)
        assert isinstance(outcome.result, Statement)
        assert len(outcome.result.entries) == ENTRIES
        return body

    def layout(self) -> dict[str, Any]:
        """Names, kinds and lengths of the loan enquiry's fields: what the peer's team would have typed in."""
        records = parse_copybook(read_resource(self._copybook).decode("ascii"))
        return {
            "type": "GETLOAN",
            **{
                side: [
                    (_cobol(name), "9" if field.usage is Usage.DIGITS else "X", field.length)
                    for name, field in records[f"get_loan_{side}"].fields()
                ]
                for side in ("request", "reply")
            },
        }

    def _post(self, command: Command) -> Post:
        request = self._core.build(command, self._call())
        return Post(
            request.body,
            {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{request.operation}"'},
        )

    def _call(self) -> HostCall:
        return HostCall(reference="20260302000000000001", channel="IVR", accepted_at=self._at)


def _cobol(name: str) -> str:
    return name.rpartition(".")[2].upper().replace("_", "-")
