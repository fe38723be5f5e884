"""SOAP 1.1 document/literal over HTTP: contract, compiled codec, transport, signature check."""
