"""The recipe of a field: `travel_purpose`, which is set at creation and which only staff read."""

from tests.interface.recipes.copied_tree import Recipe

DECLARATION = "    travel_purpose: str | None = None\n"

STORED = '''"""The field on a real database."""

from contracts.bookings.queries import GetBooking
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.unit.bookings import builders as build


def test_the_travel_purpose_of_a_new_booking_is_read_back(service: BookingsUnderTest) -> None:
    created = service.book(travel_purpose="wedding").booking
    without = service.book().booking

    def read(booking_id: str) -> str | None:
        return service.ask(GetBooking(hotel=build.HOTEL, booking_id=booking_id)).travel_purpose

    assert created.travel_purpose == "wedding"
    assert (read(created.booking_id), read(without.booking_id)) == ("wedding", None)
    assert service.stored(created.booking_id).travel_purpose == "wedding"
'''

REQUESTED = '''"""The field in the gateway."""

from contracts.bookings.asks import CreateBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import CreatedBooking
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway

PUBLIC = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"
STAFF = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/"
STAY = {"room_type_code": "STD", "check_in": "2026-08-14", "check_out": "2026-08-17"}
GUEST = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}


def test_a_guest_gives_the_travel_purpose_and_staff_read_it(gateway: Gateway, manager: dict[str, str]) -> None:
    booking = builders.booking(travel_purpose="wedding")
    gateway.bus.answers(CreateBooking, CreatedBooking(booking=booking, guest_token="t"))
    gateway.bus.answers(GetBooking, booking)

    created = gateway.post(PUBLIC, {**STAY, "guest": GUEST, "travel_purpose": "wedding"})
    read = gateway.get(STAFF, headers=manager)

    assert created.status_code == 201
    assert gateway.bus.last(CreateBooking).travel_purpose == "wedding"
    assert "travel_purpose" not in created.json()
    assert read.json()["travel_purpose"] == "wedding"
'''

FIELD = Recipe(
    heading="A field of a booking",
    edits={
        "contracts/bookings/asks.py": (('    payment: str = "card"\n', DECLARATION),),
        "contracts/bookings/views.py": (("    warnings: tuple[str, ...] = ()\n", DECLARATION),),
        "services/bookings/domain/booking.py": (('    internal_notes: str = ""\n', DECLARATION),),
        "services/bookings/store/tables.py": (
            ('    *_texts("special_requests", "internal_notes", "currency"),\n', '    *_texts("travel_purpose"),\n'),
        ),
        "gateway/api/bookings/requests.py": (
            ("    quote_id: Code | None = None\n", "    travel_purpose: Prose | None = None\n"),
        ),
        "gateway/api/bookings/responses.py": (('_STAFF_NOTES = ("reason_note", ', '"travel_purpose", '),),
    },
    migration=("bookings", "travel_purpose", "ALTER TABLE booking ADD travel_purpose text"),
    tests={
        "tests/interface/bookings/test_travel_purpose.py": STORED,
        "tests/unit/gateway/test_travel_purpose.py": REQUESTED,
    },
)
