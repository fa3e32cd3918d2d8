"""Anonymous callers who hold rooms without paying: the attack succeeds without the limits, and fails with them."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.rooms.availability import CheckAvailability
from contracts.rooms.capacity import GetCapacity
from contracts.rooms.settings import ChangeSettings, SettingsChange
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.http_gateway import PlatformBus
from tests.conversations.test_public_growth import GUEST, PUBLIC
from tests.unit.gateway.fakes import Gateway

UNLIMITED_REQUESTS = "public=1000,guest=1000"
YEAR = 365


@contextmanager
def gateway_with(fixture: PlatformFixture, rate_limits: str) -> Iterator[Gateway]:
    gateway = Gateway(bus=PlatformBus(fixture.platform), rate_limits=rate_limits)
    try:
        yield gateway
    finally:
        gateway.close()


def book(fixture: PlatformFixture, gateway: Gateway, *, nights: int = 1, times: int = 6) -> Counter[str]:
    """The outcomes of equal bookings from one address: `booked`, or the code of the refusal."""
    today = fixture.today()
    body: dict[str, Any] = {
        "room_type_code": fixture.room_types()[0],
        "check_in": str(today),
        "check_out": str(today + timedelta(days=nights)),
        "adults": 1,
        "guest": GUEST,
    }
    answers = [gateway.post(f"{PUBLIC}/room-bookings/", body) for _ in range(times)]
    codes = ["booked" if each.status_code == 201 else each.json()["error"]["code"] for each in answers]
    assert {each.status_code for each in answers} <= {201, 409, 422}
    return Counter(codes)


def sold(fixture: PlatformFixture) -> int:
    """The sold room-nights of the first room type."""
    engine = fixture.platform.services["rooms"].unit_of_work.engine
    with engine.begin() as connection:
        return int(connection.execute(sa.text("SELECT coalesce(sum(sold), 0) FROM night")).scalar_one())


def limited(fixture: PlatformFixture, nights: int) -> None:
    fixture.platform.ask(ChangeSettings(hotel=HOTEL, change=SettingsChange(max_public_nights=nights)), STAFF)


def test_without_limits_one_caller_takes_every_room_for_a_year(fixture: PlatformFixture) -> None:
    stay = CheckAvailability(
        hotel=HOTEL, check_in=fixture.today(), check_out=fixture.today() + timedelta(days=YEAR), adults=1
    )
    units = fixture.platform.ask(stay, STAFF).room_types[0].available_units

    with gateway_with(fixture, "off") as gateway:
        outcomes = book(fixture, gateway, nights=YEAR, times=units + 1)

    assert outcomes == {"booked": units, "SOLD_OUT": 1}


def test_with_the_longest_public_stay_nobody_takes_a_year(fixture: PlatformFixture) -> None:
    limited(fixture, 30)

    with gateway_with(fixture, "off") as gateway:
        assert book(fixture, gateway, nights=YEAR) == {"STAY_TOO_LONG": 6}
    assert sold(fixture) == 0


@pytest.mark.parametrize(
    ("nights", "outcomes", "taken"),
    [(1, {"booked": 3, "TOO_MANY_HOLDS": 1}, 3), (10, {"booked": 3, "TOO_MANY_HOLDS": 1}, 30),
     (16, {"booked": 1, "TOO_MANY_HOLDS": 3}, 16), (31, {"TOO_MANY_HOLDS": 4}, 0)],
)  # fmt: skip
def test_with_the_caps_one_caller_holds_three_rooms_and_thirty_room_nights(
    fixture: PlatformFixture, nights: int, outcomes: dict[str, int], taken: int
) -> None:
    with gateway_with(fixture, UNLIMITED_REQUESTS) as gateway:
        assert book(fixture, gateway, nights=nights, times=4) == outcomes

    assert sold(fixture) == taken


def test_a_hold_without_a_page_is_free_again_after_five_minutes(fixture: PlatformFixture) -> None:
    with gateway_with(fixture, UNLIMITED_REQUESTS) as gateway:
        book(fixture, gateway, times=3)
        fixture.settle()
        fixture.platform.advance(timedelta(minutes=5, seconds=16))
        fixture.settle()

        assert sold(fixture) == 0
        assert book(fixture, gateway, times=4) == {"booked": 3, "TOO_MANY_HOLDS": 1}


def test_staff_are_told_once_of_a_night_with_many_unpaid_rooms(fixture: PlatformFixture) -> None:
    tonight = fixture.today()
    query = GetCapacity(hotel=HOTEL, first_night=tonight, until=tonight + timedelta(days=1))
    [capacity] = fixture.platform.ask(query).nights
    needed = capacity.rooms * 3 // 10 + 1
    kinds = fixture.room_types()

    for number in range(needed):
        fixture.book(room_type=kinds[number % len(kinds)])
    for _ in range(3):
        fixture.platform.advance(timedelta(seconds=11))
        fixture.settle()

    events = fixture.pusher.events(channel=f"private-staff-{HOTEL}", event="holds_unusual")
    nights = [json.loads(each["data"]) if isinstance(each["data"], str) else each["data"] for each in events]
    assert capacity.rooms >= 10
    assert [(each["night"], each["held"], each["rooms"]) for each in nights if each["night"] == str(tonight)] == [
        (str(tonight), needed, capacity.rooms)
    ]
