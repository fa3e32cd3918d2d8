"""The caps of unpaid holds and the hashed address, which the gateway sends with a booking."""

import httpx
import pytest

from contracts.bookings.asks import CreateBooking, HoldCaps, SubmitBooking
from contracts.bookings.views import CreatedBooking
from gateway.identity.networks import hashed_network, network_of
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway
from tests.unit.gateway.test_public import GUEST, HOTEL, STAY

KEY = "a-key-for-addresses-of-thirty-two-characters"
GUEST_TOKEN = {"Authorization": "Bearer guest-token-of-the-test"}


def booked(gateway: Gateway, host: str = "203.0.113.7") -> HoldCaps | None:
    """The caps of a booking that a client with this address makes."""
    gateway.bus.answers(CreateBooking, CreatedBooking(booking=builders.booking(), guest_token="told-once"))
    transport = httpx.ASGITransport(app=gateway.app, client=(host, 5))

    async def post(_: httpx.AsyncClient) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            return await client.post(f"{HOTEL}/room-bookings/", json={**STAY, "guest": GUEST})

    assert gateway.together(post).status_code == 201
    caps: HoldCaps | None = gateway.bus.last(CreateBooking).caps
    return caps


def test_without_rate_limits_no_caps_are_sent() -> None:
    assert booked(Gateway(rate_limits="off")) is None


def test_with_rate_limits_the_caps_and_the_hashed_address_are_sent() -> None:
    caps = booked(Gateway(rate_limits="on", address_key=KEY))

    assert caps == HoldCaps(
        address=hashed_network("203.0.113.7", KEY), email_holds=3, email_nights=30, address_holds=10
    )
    assert "203" not in caps.address


def test_the_caps_can_be_set() -> None:
    caps = booked(Gateway(rate_limits="address_holds=50,email_nights=60", address_key=KEY))

    assert caps is not None
    assert (caps.email_holds, caps.email_nights, caps.address_holds) == (3, 60, 50)


def test_a_submission_has_the_caps() -> None:
    gateway = Gateway(rate_limits="on", address_key=KEY)
    gateway.bus.answers(SubmitBooking, builders.booking())

    gateway.post(f"{HOTEL}/room-bookings/BK-2026-ABCDEF/submit/", headers=GUEST_TOKEN)

    assert gateway.bus.last(SubmitBooking).caps is not None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002:0:0:0:1%eth0", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("testclient", "testclient", True),
    ],
)
def test_an_ipv6_address_counts_by_its_64(one: str, other: str, *, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
    assert (hashed_network(network_of(one), KEY) == hashed_network(network_of(other), KEY)) is same
    assert hashed_network(one, KEY) != hashed_network(one, "another key")


def test_one_ipv6_network_has_one_bucket() -> None:
    gateway = Gateway(rate_limits="public=2", address_key=KEY)
    booked(gateway, "2001:db8::1")
    booked(gateway, "2001:db8::2")

    with pytest.raises(AssertionError):
        booked(gateway, "2001:db8::3")
