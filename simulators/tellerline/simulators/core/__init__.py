"""Core banking host: SOAP 1.1 over HTTP, as `core.wsdl` beside this file says."""
