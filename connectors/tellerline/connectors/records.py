"""What every host that speaks records starts with: its codecs, as the manifest describes them."""

from __future__ import annotations

from collections.abc import Mapping

from tellerline.adapters.copybook import Charset, RecordCodec, compile_record, parse_copybook
from tellerline.connectors.manifest import HostManifest
from tellerline.connectors.resources import read_resource


def load_records(manifest: HostManifest, charset: Charset) -> Mapping[str, RecordCodec]:
    """Compile every record of the manifest's copybook; raises ``CopybookError``. Blocks, meant for start-up."""
    records = parse_copybook(read_resource(manifest.contract).decode("ascii"))
    return {name: compile_record(record, charset) for name, record in records.items()}
