"""The network address of a client: what counts as one client, and the keyed hash that leaves the gateway."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network

IPV6_PREFIX = 64  # a customer's own network; its owner has every address in it


def network_of(host: str) -> str:
    """The network that counts as one client: an IPv4 address, or the /64 of an IPv6 address.

    A text that is no address, such as the name of a test client, is returned unchanged.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def hashed_network(host: str, key: str) -> str:
    """The keyed hash of the client's network, of 32 hexadecimal digits."""
    return hmac.new(key.encode(), f"address/{network_of(host)}".encode(), hashlib.sha256).hexdigest()[:32]
