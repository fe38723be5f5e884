"""Foreign exchange host 外汇宝: SOAP 1.1 over HTTP, as `fx.wsdl` beside this file says."""
