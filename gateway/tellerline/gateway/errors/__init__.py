"""The error catalogue: what each canonical code means to a machine and says to a customer, in zh-CN and en."""

from tellerline.gateway.errors.catalogue import describe
from tellerline.gateway.errors.status import DOMAIN, refusal_status
from tellerline.gateway.errors.text import ErrorText

__all__ = ["DOMAIN", "ErrorText", "describe", "refusal_status"]
