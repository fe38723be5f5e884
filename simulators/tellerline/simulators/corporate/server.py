"""The corporate front-end at its socket: as any SOAP host, but nothing goes in or out unsigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.corporate.codes import MESSAGES
from tellerline.simulators.corporate.envelope import evidence, results
from tellerline.simulators.corporate.host import CHANGES, CorporateHost
from tellerline.simulators.corporate.population import MAGIC_FAULTS, MAGIC_WAGES, found_companies
from tellerline.simulators.corporate.signatures import DevelopmentKeys, HostSignatures, SignatureError
from tellerline.simulators.faults import FaultEngine, FaultKind, FaultRule
from tellerline.simulators.hosting.host import ClientKeys, Holder
from tellerline.simulators.soap.contract import Contract, UnreadableError
from tellerline.simulators.soap.envelope import Envelopes
from tellerline.simulators.soap.messages import Reply, SoapRequest
from tellerline.simulators.soap.server import SoapServer


class SignedContract(Contract):
    """Reads only what the client signed."""

    def __init__(self, signatures: HostSignatures) -> None:
        super().__init__(files(__package__).joinpath("corporate.wsdl").read_bytes())
        self._signatures = signatures

    def read(self, body: bytes, action: str = "") -> SoapRequest:
        if b"<!DOCTYPE" in body:
            raise UnreadableError("document type declarations are not accepted")
        try:
            self._signatures.check(body)
        except SignatureError as error:
            raise UnreadableError(str(error)) from None
        return super().read(body, action)


class SignedEnvelopes(Envelopes):
    """Signs replies and faults as they are written."""

    def __init__(self, types: str, host: CorporateHost, signatures: HostSignatures) -> None:
        super().__init__(types, MESSAGES, results(host.calendar), evidence(host.calendar))
        self._signatures = signatures

    def reply(self, operation: str, reply: Reply[Any]) -> bytes:
        return self._signatures.sign(super().reply(operation, reply))

    def fault(self, code: str, why: str = "", reference: str = "") -> bytes:
        return self._signatures.sign(super().fault(code, why, reference))


class CorporateServer(SoapServer):
    """``keys`` are made with it; a client needs its part of them. ``core`` keeps the companies' payroll accounts."""

    name = "corporate"
    changing = CHANGES

    def __init__(
        self,
        host: CorporateHost,
        faults: FaultEngine,
        clock: Clock,
        randomness: Randomness,
        core: CoreServer | None = None,
    ) -> None:
        self.keys = DevelopmentKeys.make()
        signatures = HostSignatures(self.keys, clock, randomness)
        contract = SignedContract(signatures)
        super().__init__(host, contract, SignedEnvelopes(contract.types, host, signatures), faults, clock)
        self.host = host
        self._core = core

    @property
    def client_keys(self) -> ClientKeys:
        return ClientKeys(
            signing_key=self.keys.client_key,
            signing_certificate=self.keys.client_certificate,
            trusted_certificate=self.keys.host_certificate,
        )

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """See ``population.found_companies``; puts the magic company's accounts to work, here and at the core host."""
        found_companies(self.host, self._core.host.branch if self._core else None, holders, seed)
        _arm(self.faults, MAGIC_FAULTS, self.changing)
        if self._core is not None:
            _arm(self._core.faults, MAGIC_WAGES, frozenset({"DebitAccount"}))


def _arm(faults: FaultEngine, accounts: Mapping[str, FaultKind], operations: frozenset[str]) -> None:
    for account, kind in accounts.items():
        faults.add(FaultRule(kind=kind, account=account, operations=operations), standing=True)
