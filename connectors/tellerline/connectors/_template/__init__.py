"""A host in its first hour: one operation over SOAP, copied by `just new-host`."""
