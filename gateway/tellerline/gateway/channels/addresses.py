"""Whose an address is, where each has a share of his own."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64


def household_of(host: str) -> str:
    """The address itself; of an IPv6 address its network, which is one household's. What is no address stays so."""
    if ":" not in host:
        return host
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS))
