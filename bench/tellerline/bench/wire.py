"""What goes over the wire to the hosts, for the floors and the peer: the very bytes that the gateway sends."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.copybook import parse_copybook
from tellerline.adapters.copybook.layout import Usage
from tellerline.adapters.soap.credentials import MessageSecurity
from tellerline.adapters.soap.signing import RequestSigner
from tellerline.bench.books import ENTRIES, Books
from tellerline.bench.enquiries import Enquiry
from tellerline.connectors.discovery import discover
from tellerline.connectors.resources import read_resource
from tellerline.routing.model.accounts import ListStatementEntries, Statement
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Done


@dataclass(frozen=True, slots=True)
class Post:
    """A SOAP request as it is posted to ``url``."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A request record as it is published."""

    queue: str
    body: bytes
    message_type: str


class Wire:
    """The connectors of all hosts, to make and read single messages. ``hosts`` are their parts of the settings."""

    def __init__(self, hosts: Mapping[str, Mapping[str, str]]) -> None:
        self._clock = SystemClock()
        self._hosts = hosts
        self._folders = {folder.manifest.name: folder for folder in discover()}
        self._connectors = {name: folder.build_connector(self._clock) for name, folder in self._folders.items()}
        self._at = self._clock.now().astimezone().isoformat()

    def request(self, enquiry: Enquiry, books: Books) -> Post | Record:
        """Without its signature, where it needs one."""
        manifest, command = self._folders[enquiry.host].manifest, enquiry.command(books)
        if manifest.transport == "soap":
            return self._post(enquiry.host, command)
        request = self._connectors[enquiry.host].build(command, self._call())
        return Record(manifest.options.text("queue"), request.body, request.operation)

    def needs_signature(self, host: str) -> bool:
        return self._folders[host].manifest.require_signature

    def signing_key(self, host: str) -> str:
        """The file of the key that the gateway signs with."""
        return self._hosts[host]["signing_key"]

    def signed(self, host: str, body: bytes, count: int) -> Iterator[bytes]:
        """The same message ``count`` times, each with a signature of its own: a host takes none of them twice."""
        document = self._hosts[host]
        key, ours, theirs = (
            Path(document[part]).read_bytes() for part in ("signing_key", "signing_certificate", "trusted_certificate")
        )
        security = MessageSecurity(signing_key=key, signing_certificate=ours, trusted_certificates=theirs)
        signer = RequestSigner(security, self._clock, SystemRandomness())
        return (signer.sign(body) for _ in range(count))

    def statement_reply(self, books: Books) -> bytes:
        """A statement of ``ENTRIES`` entries as the core host sends it."""
        command = ListStatementEntries(
            account=books.holders[0].account,
            from_date=books.first_day.date().isoformat(),
            to_date=books.last_day.date().isoformat(),
            limit=ENTRIES,
        )
        post = self._post("core", command)
        request = urllib.request.Request(post.url, post.body, post.headers)  # noqa: S310 our own simulator
        with urllib.request.urlopen(request) as response:  # noqa: S310
            body: bytes = response.read()
        outcome = self._connectors["core"].parse(command, self._call(), body)
        assert isinstance(outcome, Done)
        assert isinstance(outcome.result, Statement)
        assert len(outcome.result.entries) == ENTRIES
        return body

    def layout(self) -> dict[str, Any]:
        """Names, kinds and lengths of the loan enquiry's fields: what the peer's team would have typed in."""
        records = parse_copybook(read_resource(self._folders["credit"].manifest.contract).decode("ascii"))
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

    def _post(self, host: str, command: Command) -> Post:
        request = self._connectors[host].build(command, self._call())
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{request.operation}"'}
        return Post(self._hosts[host]["url"], request.body, headers)

    def _call(self) -> HostCall:
        return HostCall(reference="20260302000000000001", channel="IVR", accepted_at=self._at)


def _cobol(name: str) -> str:
    return name.rpartition(".")[2].upper().replace("_", "-")
