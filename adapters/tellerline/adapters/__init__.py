"""Technologies, without host names and without business: bytes, time, storage, telemetry."""
