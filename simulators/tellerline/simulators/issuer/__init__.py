"""A development issuer of OpenID Connect: customers log in with customer number and PIN."""

from tellerline.simulators.issuer.rules import IssuerError, IssuerRules, Prove
from tellerline.simulators.issuer.server import IssuerServer

__all__ = ["IssuerError", "IssuerRules", "IssuerServer", "Prove"]
