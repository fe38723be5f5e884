"""The corporate front-end: SOAP 1.1, every message signed."""
