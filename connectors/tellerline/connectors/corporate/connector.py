"""The corporate front-end's connector: its mapping on the connector that all such SOAP hosts share."""

from __future__ import annotations

from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.connectors.corporate.mapping import OPERATIONS
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.manifest import HostManifest
from tellerline.connectors.soap import load_codec
from tellerline.connectors.soap_connector import SoapConnector


def build_connector(manifest: HostManifest, clock: Clock) -> SoapConnector:
    """Called by discovery."""
    codes = HostCodes.load(Path(__file__).parent / "errors.toml")
    return SoapConnector(load_codec(manifest, clock), codes, OPERATIONS)
