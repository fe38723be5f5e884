"""Lines of bytes between two ends: over TCP, or within one process and loop."""
