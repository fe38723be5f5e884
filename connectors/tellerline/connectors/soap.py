"""What every SOAP host's connector starts with: its codec, as the manifest describes it."""

from __future__ import annotations

from tellerline.adapters.clock import Clock
from tellerline.adapters.soap.codec import SoapCodec
from tellerline.adapters.soap.contract import load_contract
from tellerline.connectors.manifest import HostManifest
from tellerline.connectors.resources import beside


def load_codec(manifest: HostManifest, clock: Clock) -> SoapCodec:
    """Read and compile the manifest's WSDL; raises ``ContractError``. Blocks, meant for start-up."""
    name, read = beside(manifest.contract)
    return SoapCodec(load_contract(name, read))
