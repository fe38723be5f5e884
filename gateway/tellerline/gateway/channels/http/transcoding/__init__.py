"""JSON over HTTP ⇄ the contract's messages, compiled once from descriptors and ``google.api.http``."""
