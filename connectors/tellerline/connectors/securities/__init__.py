"""The securities host: EBCDIC copybook records over a message queue."""
