"""The core banking host: accounts, loss reports, transfers, PINs, over SOAP."""
