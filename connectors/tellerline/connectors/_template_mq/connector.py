"""This host's connector: records out, verdicts in."""

from __future__ import annotations

from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.copybook import Charset
from tellerline.connectors._template_mq.mapping import OPERATIONS
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.manifest import HostManifest
from tellerline.connectors.record_connector import RecordConnector
from tellerline.connectors.records import load_records


def build_connector(manifest: HostManifest, clock: Clock) -> RecordConnector:
    """Called by discovery."""
    codes = HostCodes.load(Path(__file__).parent / "errors.toml")
    return RecordConnector(OPERATIONS, load_records(manifest, Charset.GB18030), codes)
