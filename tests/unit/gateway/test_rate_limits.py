"""Rate limits by network, and the bound of their memory."""

import pytest

from chassis.refusal import Refusal
from gateway.identity import rate_limits
from gateway.identity.networks import network_of
from gateway.identity.rate_limits import RateLimiter
from tests.unit.gateway.fakes import Gateway

ATTACKER = "203.0.113.9"


def addresses(number: int) -> list[str]:
    return [f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(number)]


def is_limited(limiter: RateLimiter, client: str, kind: str = "login") -> bool:
    try:
        limiter.take(kind, network_of(client))
    except Refusal:
        return True
    return False


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_a_client_is_its_ipv4_address_or_its_ipv6_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_addresses_of_an_ipv6_network_share_a_limit() -> None:
    limiter = RateLimiter({"login": 10}, clock=lambda: 0.0)

    refused = [is_limited(limiter, f"2001:db8::{number:x}") for number in range(1, 31)]

    assert refused == [False] * 10 + [True] * 20
    assert not is_limited(limiter, "2001:db8:0:1::1")


def test_by_address_an_ipv6_network_would_pass_every_limit() -> None:
    limiter = RateLimiter({"login": 10}, clock=lambda: 0.0)

    for number in range(1, 31):
        limiter.take("login", f"2001:db8::{number:x}")


def test_fifty_thousand_addresses_do_not_make_a_limited_client_forgotten() -> None:
    now = [0.0]
    limiter = RateLimiter({"login": 10}, clock=lambda: now[0])
    while not is_limited(limiter, ATTACKER):
        pass

    for number, address in enumerate(addresses(120_000)):
        now[0] = number / 120_000
        limiter.take("login", address)

    assert is_limited(limiter, ATTACKER)
    assert len(limiter._fuller) + len(limiter._emptier) == rate_limits.MAX_BUCKETS


def test_by_last_use_alone_a_limited_client_would_be_forgotten() -> None:
    limiter = RateLimiter({"login": 10}, clock=lambda: 0.0)
    limiter._emptier = limiter._fuller  # one order for all buckets
    while not is_limited(limiter, ATTACKER):
        pass

    for address in addresses(60_000):
        limiter.take("login", address)

    assert not is_limited(limiter, ATTACKER)


def test_buckets_that_are_full_again_give_way_first() -> None:
    now = [0.0]
    limiter = RateLimiter({"login": 10}, clock=lambda: now[0])
    for address in addresses(rate_limits.MAX_BUCKETS):
        for _ in range(6):
            limiter.take("login", address)

    now[0] = 61.0
    for _ in range(10):
        limiter.take("login", ATTACKER)

    assert is_limited(limiter, ATTACKER)
    assert limiter._emptier.keys() | limiter._fuller.keys() == {("login", ATTACKER)}


def test_an_address_of_any_length_takes_little_memory() -> None:
    assert len(network_of("x" * 30_000)) == 64


@pytest.mark.slow
def test_a_large_document_is_limited_like_any_public_request() -> None:
    gateway = Gateway(rate_limits="public=2")

    statuses = [gateway.get("/openapi.json").status_code for _ in range(3)]

    gateway.close()
    assert statuses == [200, 200, 429]
