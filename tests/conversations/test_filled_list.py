"""The lists that `make bench` fills: each booking is found by the end of its id, and no other one with it."""

from contracts.bookings.queries import ListBookings
from tests.bench.filling import SERIES, drawn_name, fill_list
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture


def test_a_search_for_the_end_of_an_id_finds_one_booking(fixture: PlatformFixture) -> None:
    model = fixture.book()
    url = fixture.platform.services["bookings"].engine.url
    fill_list(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        model=model.booking.id,
        hotel=HOTEL,
        rows=20,
    )

    for number in (1, 12):
        name = drawn_name(SERIES, number)
        listed = fixture.platform.ask(ListBookings(hotel=HOTEL, search=name), STAFF)
        assert [row.id for row in listed.results] == [f"{model.booking.id[:8]}{name}"]
    assert fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count == 21
