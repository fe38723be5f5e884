"""A client of the contract for the command line, tests and scripts: JSON in, JSON out, errors decoded."""

from tellerline.gateway.client.channel import ClientTls, open_channel
from tellerline.gateway.client.client import Client
from tellerline.gateway.client.contract import Contract, ContractMethod, UnknownMethodError
from tellerline.gateway.client.errors import CanonicalError

__all__ = ["CanonicalError", "Client", "ClientTls", "Contract", "ContractMethod", "UnknownMethodError", "open_channel"]
