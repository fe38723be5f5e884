"""Every method of the gateway's contract, tried with every proof that is not enough: nothing of a customer is read or
moved. The methods are those of the descriptors; one that needs no grant is on a list, with its reason."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from access_trials import ACCESS_CODES, NOT_THERE, OTHER_ACCOUNT, classes, give, good_grant, not_enough
from contract_areas import CALL_CENTRE
from google.protobuf import json_format
from google.protobuf.message import Message
from prometheus_client.parser import text_string_to_metric_families
from running_clock import passing

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Method
from tellerline.gateway.client import Client
from tellerline.gateway.client.contract import Contract
from tellerline.gateway.journal.records import Grant
from tellerline.gateway.refusal import RefusalError
from tests.e2e.test_every_operation import SCENES, Json, Walk, cny, walking

CLASSES = classes()
OWNER = re.compile(r"customers/([0-9]+)(?:/representatives/([0-9]+))?")
BOUND = {"call": "call-1", "agent": "A1001", "terminal": "T1"}
NOBODYS_ASKER = "8000000001"
"""Asks for what names no customer."""

STREAMS = {"activity.v1.ActivityService/WatchTransactions": "activity.v1.ActivityService/ListTransactions"}
"""Each with a method that is asked in the same words."""

MASKED_AT_THE_COUNTER = "customers.v1.InteractionService/"
"""Whose scenes look at what a clerk is shown before the customer has proved who he is."""

BY_NO_AGENT = "customers.v1.CustomerService/ChangePin"
CUSTOMERS_CHANNELS = ("AGENT", "IVR", "ATM", "ONLINE_BANKING")


@dataclass
class Sample:
    """A request that is answered with ``grant``, on its channel; without one, at the counter."""

    request: Json
    grant: Grant | None


@dataclass
class Witness:
    """Stands between the scenes and the gateway: what is a customer's is asked for by an agent, under a grant that is
    good, and a PIN changed by the IVR; what was asked for is kept."""

    client: Client
    walk: Walk
    samples: dict[str, Sample] = field(default_factory=dict)

    async def call(self, method: str, request: Json) -> Json:
        name = self.client.contract.method(method).name
        if name in CLASSES.open or name in CLASSES.staff:
            if name.startswith("cash."):
                request = request | {"context": request["context"] | BOUND | {"channel": "CHANNEL_ATM"}}
            self.samples.setdefault(name, Sample(request, None))
            return await self.client.call(method, request)
        shown = await self.client.call(method, request) if name.startswith(MASKED_AT_THE_COUNTER) else None
        request, grant = await self._proved(name, request)
        reply = shown or await self.client.call(method, request)
        if shown:
            await self.client.call(method, request)
        self.samples.setdefault(name, Sample(request, grant))
        return reply

    async def stream(self, method: str, request: Json, **more: Any) -> AsyncIterator[Json]:
        name = self.client.contract.method(method).name
        request, grant = await self._proved(name, request)
        self.samples.setdefault(name, Sample(request, grant))
        async for reply in self.client.stream(method, request, **more):
            yield reply

    async def _proved(self, name: str, request: Json) -> tuple[Json, Grant]:
        grants = self.walk.system.node.gateway.parts.grants
        channel = "ATM" if name.startswith("cash.") else "IVR" if name == BY_NO_AGENT else "AGENT"
        owner = await self._owner(request)
        who = {} if owner else {"customer": f"customers/{NOBODYS_ASKER}"}
        grant = good_grant(owner or NOBODYS_ASKER, self.walk.clock.now(), channel=channel, **BOUND)
        token = await give(grants, grant, f"good-{name}-{len(self.walk.answered)}")
        context = request["context"] | who | BOUND | {"channel": f"CHANNEL_{channel}", "grant": token}
        return request | {"context": context}, grant

    async def _owner(self, request: Json) -> str:
        """The customer whose grant it needs: by what it names, or by the transaction that it looks for; else empty."""
        for text in strings({name: part for name, part in request.items() if name != "context"}):
            found = OWNER.search(text)
            if found:
                return ".".join(part for part in found.groups() if part)
        for text in strings(request):
            record = await self.walk.system.node.gateway.parts.journal.get(text.rpartition("/")[2])
            if record is not None:
                return record.customer
        return ""


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


async def beside(walk: Walk) -> None:
    """What no other scene asks for: the customer's own transactions, cash, and a PIN that is changed under a grant."""
    account = walk.account("CNY", 11)
    customer = account.partition("/accounts")[0]
    await walk.call("operations.v1.OperationsService/SearchTransactions", customer=customer)
    await walk.call("activity.v1.ActivityService/ListTransactions", parent=customer)
    drawn = await walk.call("cash.v1.CashService/WithdrawCash", name=account, amount=cny(100))
    await walk.call("cash.v1.CashService/GetWithdrawal", name=drawn["name"])


def by_path(walk: Walk) -> dict[str, Method]:
    return {
        f"/{service.full_name}/{method.name}": method
        for service in walk.system.node.gateway.services
        for method in service.methods
    }


@dataclass
class Trials:
    """Asks the gateway's methods as a front would."""

    walk: Walk
    witness: Witness
    serial: int = 0

    async def code(self, name: str, method: Method, request: Json, **context: str) -> str:
        """How one call ends: a code of a refusal, or ``ANSWERED``."""
        self.serial += 1
        serial = {"channel_serial": f"T{self.serial:05}"}
        document = request | {"context": request.get("context", {}) | serial | context}
        message = json_format.ParseDict(document, method.request())
        call = CallContext(deadline=self.walk.clock.monotonic() + 10)
        try:
            await passing(self.walk.clock, self._asked(method, message, call))
        except RefusalError as refusal:
            return refusal.code.value
        return "ANSWERED"

    async def _asked(self, method: Method, message: Message, call: CallContext) -> None:
        if method.unary is not None:
            await method.unary(message, call)
        elif method.stream is not None:
            async for _ in method.stream(message, call):
                return

    async def of_a_customer(self, name: str, method: Method, sample: Sample) -> list[str]:
        """Every way in which it was let through."""
        assert sample.grant is not None
        grants = self.walk.system.node.gateway.parts.grants
        now = self.walk.clock.now()
        good = replace(sample.grant, issued_at=now, expires_at=now + (sample.grant.expires_at - sample.grant.issued_at))
        request = bare(name, sample.request)
        through: list[str] = []
        proofs = await not_enough(grants, good, name)
        for wrong, token in proofs.items():
            if wrong == OTHER_ACCOUNT and name in CLASSES.no_account:
                continue
            code = await self.code(name, method, request, grant=token)
            if code not in ACCESS_CODES | (NOT_THERE if wrong != "none" else frozenset()):
                through.append(f"{name}, {wrong}: {code}")
        token = await give(grants, good, f"{name}:elsewhere")
        for channel in channels_closed_to(name):
            for proof in ("", token) if channel != good.channel else ("",):
                code = await self.code(name, method, request, channel=f"CHANNEL_{channel}", grant=proof)
                if code not in ACCESS_CODES | NOT_THERE:
                    through.append(f"{name} on {channel}: {code}")
        return through

    async def of_staff(self, name: str, method: Method, request: Json, token: str) -> list[str]:
        """The same of what is the bank's own people's, by a customer's channels with a good grant."""
        codes = {
            channel: await self.code(name, method, request, channel=f"CHANNEL_{channel}", grant=token, **BOUND)
            for channel in channels_closed_to(name)
        }
        return [f"{name} on {channel}: {code}" for channel, code in codes.items() if code != "CHANNEL_NOT_ALLOWED"]


def channels_closed_to(name: str) -> tuple[str, ...]:
    """Those of customers and agents, but for what the call centre's own program may."""
    return tuple(each for each in CUSTOMERS_CHANNELS if each != "IVR" or name not in CLASSES.call_centre)


def bare(name: str, request: Json) -> Json:
    """Without a proof of its own."""
    return {key: part for key, part in request.items() if key != "old_pin"}


def moved(walk: Walk) -> dict[str, Any]:
    """Everything that a host was asked for or has booked, and what the journal was told."""
    exposition = walk.system.node.gateway.metrics.exposition()[0].decode()
    asked = {
        (sample.labels["host"], sample.labels["operation"]): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == "tellerline_exchanges_total"
    }
    entries = {name: repr(ledger.trial_balance()) for name, ledger in walk.system.bank.ledgers().items()}
    return {"asked": asked, "books": entries}


@asynccontextmanager
async def walked(folder: Path) -> AsyncIterator[Trials]:
    """After every scene, each under grants that are good: the proof that the requests themselves are."""
    async with walking(folder) as walk:
        witness = Witness(walk.client, walk)
        walk.client = witness  # type: ignore[assignment]
        for scene in (*SCENES, beside):
            await scene(walk)
        for stream, alike in STREAMS.items():
            witness.samples.setdefault(stream, witness.samples[alike])
        yield Trials(walk, witness)


def test_the_list_of_methods_without_grant_is_of_methods_that_there_are() -> None:
    names = {each.name for each in Contract().methods}
    listed = [*CLASSES.open, *CLASSES.staff, *CLASSES.no_account]
    assert set(listed) - names == set()
    assert len(set(listed)) == len(listed)
    assert all(CLASSES.open.values())
    assert all(CLASSES.staff.values())


async def test_nothing_of_a_customer_without_his_live_grant(tmp_path: Path) -> None:
    async with walked(tmp_path) as trials:
        walk, samples, methods = trials.walk, trials.witness.samples, by_path(trials.walk)
        before = moved(walk)
        through: list[str] = []
        token = await give(
            walk.system.node.gateway.parts.grants,
            good_grant("8000000001", walk.clock.now(), channel="AGENT", **BOUND),
            "good",
        )
        tried = 0
        for each in Contract().methods:
            if each.path.startswith(CALL_CENTRE) or each.name in CLASSES.open:
                continue
            tried += 1
            if each.name in CLASSES.staff:
                request = samples[each.name].request if each.name in samples else {}
                through += await trials.of_staff(each.name, methods[each.path], request, token)
            else:
                assert each.name in samples, f"{each.name}: a scene must ask for it, or a list name it with a reason"
                through += await trials.of_a_customer(each.name, methods[each.path], samples[each.name])
        assert not through, "\n".join(through)
        assert moved(walk) == before
        assert tried > 100
