"""The network of a client: the unit that limits count, and its keyed hash, which other services may store."""

import hashlib
import hmac
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

PREFIX_V6 = 64  # the smallest network that a provider assigns to one customer
LONGEST = 64  # characters of an address


def network_of(address: str) -> str:
    """The IPv4 address itself, or the /64 of an IPv6 address; of any other text its beginning.

    An IPv4 address in IPv6 form (`::ffff:192.0.2.1`) is its IPv4 address.
    """
    return _network_of(address[:LONGEST])


@lru_cache(10_000)
def _network_of(address: str) -> str:
    try:
        host = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(host, IPv6Address):
        return str(host)
    if host.ipv4_mapped:
        return str(host.ipv4_mapped)
    return str(IPv6Network((host, PREFIX_V6), strict=False))


def hashed_network(network: str, key: str) -> str:
    """The keyed hash of the network, of 32 hexadecimal digits."""
    return hmac.new(key.encode(), f"address/{network}".encode(), hashlib.sha256).hexdigest()[:32]
