"""The lists that `make bench` fills: each booking is found by its number, and no other one with it."""

from contracts.bookings.queries import ListBookings
from tests.bench.filling import fill_list
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture


def test_a_search_for_a_number_finds_one_booking(fixture: PlatformFixture) -> None:
    model = fixture.book()
    url = fixture.platform.services["bookings"].engine.url
    fill_list(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        model=model.booking.id,
        hotel=HOTEL,
        rows=20,
    )

    for number in ("0000001", "0000012"):
        listed = fixture.platform.ask(ListBookings(hotel=HOTEL, search=f"LIST-{number}"), STAFF)
        assert [row.id for row in listed.results] == [f"BK-LIST-{number}"]
    assert fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count == 21
